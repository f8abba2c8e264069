package io.braid.broker;

import io.braid.broker.CatalogChange.ClientMetricsConfigured;
import io.braid.broker.CatalogChange.Configured;
import io.braid.broker.CatalogChange.Created;
import io.braid.broker.CatalogChange.Deleted;
import io.braid.broker.CatalogChange.Described;
import io.braid.broker.CatalogChange.FeaturesSet;
import io.braid.broker.CatalogChange.Founded;
import io.braid.broker.CatalogChange.GroupConfigured;
import io.braid.broker.CatalogChange.Limited;
import io.braid.broker.CatalogChange.OfStream;
import io.braid.broker.CatalogChange.PrincipalsChanged;
import io.braid.broker.CatalogChange.ProducerIdsReserved;
import io.braid.broker.CatalogChange.Resharded;
import io.braid.broker.CatalogChange.ServerConfigured;
import io.braid.broker.Shard.Closed;
import io.braid.broker.Shard.Open;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// How changes are written: `version u8 | kind u8 | fields`, big-endian, in the order of the record's components.
/// Text and lists stand behind their length (u32), a time is seconds (s64) and nanoseconds (u32), settings are
/// sorted by name. Version 2 has quotas, version 3 settings of groups, version 4 subscriptions to clients' metrics,
/// version 5 attributes: changes of them, and behind a created stream that begins with some, version 6 levels of
/// features (u32), version 7 principals, version 8 settings of the server, version 9 quotas of addresses, behind those
/// of users and client ids; what an earlier version could say is still written in that one.
///
/// A number once used for a version, a kind or a choice keeps its meaning for ever.
final class ChangeCodec {
    private ChangeCodec() {}

    static final int VERSION = 9;

    /// Of changes that the first release can read.
    private static final int FIRST_VERSION = 1;

    private static final int QUOTAS_VERSION = 2;
    private static final int GROUP_CONFIGS_VERSION = 3;
    private static final int CLIENT_METRICS_VERSION = 4;
    private static final int ATTRIBUTES_VERSION = 5;
    private static final int FEATURES_VERSION = 6;
    private static final int PRINCIPALS_VERSION = 7;
    private static final int SERVER_CONFIGS_VERSION = 8;
    private static final int ADDRESS_QUOTAS_VERSION = 9;

    private static final int FOUNDED = 1;
    private static final int CREATED = 2;
    private static final int DELETED = 3;
    private static final int CONFIGURED = 4;
    private static final int RESHARDED = 5;
    private static final int PRODUCER_IDS_RESERVED = 6;
    private static final int LIMITED = 7; // since version 2
    private static final int GROUP_CONFIGURED = 8; // since version 3
    private static final int CLIENT_METRICS_CONFIGURED = 9; // since version 4
    private static final int DESCRIBED = 10; // since version 5
    private static final int FEATURES_SET = 11; // since version 6
    private static final int PRINCIPALS_CHANGED = 12; // since version 7
    private static final int SERVER_CONFIGURED = 13; // since version 8

    private static final int USER = 1;
    private static final int INTERNAL = 2;
    private static final int PROVISIONED = 1;
    private static final int ON_DEMAND = 2;
    private static final int OPEN = 1;
    private static final int CLOSED = 2;
    private static final int ANYBODY = 1;
    private static final int DEFAULT = 2;
    private static final int NAMED = 3;
    private static final int OF_STREAM = 1;
    private static final int OF_NAME = 2;
    private static final int SCRAM_SHA_256 = 1;
    private static final int SCRAM_SHA_512 = 2;
    private static final int EVERY_NODE = 1;
    private static final int THIS_NODE = 2;

    static byte[] encode(CatalogChange change) {
        var out = new Output();
        int version = version(change);
        out.u8(version);
        switch (change) {
            case Founded(String clusterId) -> out.u8(FOUNDED).text(clusterId);
            case Created(Stream stream) -> {
                out.u8(CREATED).stream(stream);
                if (version >= ATTRIBUTES_VERSION) out.settings(stream.attributes());
            }
            case Deleted(UUID stream) -> out.u8(DELETED).uuid(stream);
            case Configured(UUID stream, Map<String, String> settings) ->
                out.u8(CONFIGURED).uuid(stream).settings(settings);
            case Resharded(UUID stream, List<Shard> shards, int partitions) ->
                out.u8(RESHARDED).uuid(stream).shards(shards).u32(partitions);
            case Limited(QuotaEntity entity, Map<String, Double> limits) ->
                out.u8(LIMITED).entity(entity, version).limits(limits);
            case GroupConfigured(String group, Map<String, String> settings) ->
                out.u8(GROUP_CONFIGURED).text(group).settings(settings);
            case ClientMetricsConfigured(String subscription, Map<String, String> settings) ->
                out.u8(CLIENT_METRICS_CONFIGURED).text(subscription).settings(settings);
            case Described(var owner, Map<String, String> attributes) ->
                out.u8(DESCRIBED).owner(owner).settings(attributes);
            case FeaturesSet(Map<String, Integer> levels) ->
                out.u8(FEATURES_SET).levels(levels);
            case PrincipalsChanged(List<Principal> principals) ->
                out.u8(PRINCIPALS_CHANGED).principals(principals);
            case ServerConfigured(ServerConfigs.Scope scope, Map<String, String> settings) ->
                out.u8(SERVER_CONFIGURED).scope(scope).settings(settings);
            case ProducerIdsReserved(long end) -> out.u8(PRODUCER_IDS_RESERVED).s64(end);
        }
        return out.bytes.toByteArray();
    }

    /// The first version that can say this.
    private static int version(CatalogChange change) {
        return switch (change) {
            case ServerConfigured _ -> SERVER_CONFIGS_VERSION;
            case PrincipalsChanged _ -> PRINCIPALS_VERSION;
            case FeaturesSet _ -> FEATURES_VERSION;
            case Described _ -> ATTRIBUTES_VERSION;
            case Created(Stream stream) -> stream.attributes().isEmpty() ? FIRST_VERSION : ATTRIBUTES_VERSION;
            case ClientMetricsConfigured _ -> CLIENT_METRICS_VERSION;
            case GroupConfigured _ -> GROUP_CONFIGS_VERSION;
            case Limited(var entity, var _) ->
                entity.address() instanceof QuotaEntity.Anybody ? QUOTAS_VERSION : ADDRESS_QUOTAS_VERSION;
            case Founded _, Deleted _, Configured _, Resharded _, ProducerIdsReserved _ -> FIRST_VERSION;
        };
    }

    /// @throws IOException written by a newer release, or damaged; the message says which
    static CatalogChange decode(byte[] bytes) throws IOException {
        try {
            var in = new Input(ByteBuffer.wrap(bytes));
            int version = in.u8();
            if (version > VERSION)
                throw new IOException("written in version %d, this release reads up to %d: start the newer release"
                        .formatted(version, VERSION));
            if (version < 1) throw new IOException("damaged: version %d".formatted(version));
            var change = change(in, version);
            if (in.bytes.hasRemaining())
                throw new IOException("damaged: %d bytes are left over".formatted(in.bytes.remaining()));
            return change;
        } catch (BufferUnderflowException e) {
            throw new IOException("damaged: its %d bytes end too early".formatted(bytes.length), e);
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
            throw new IOException("damaged: " + e.getMessage(), e);
        }
    }

    private static CatalogChange change(Input in, int version) throws IOException {
        int kind = in.u8();
        return switch (kind) {
            case FOUNDED -> new Founded(in.text());
            case CREATED -> new Created(in.stream(version >= ATTRIBUTES_VERSION));
            case DELETED -> new Deleted(in.uuid());
            case CONFIGURED -> new Configured(in.uuid(), in.settings());
            case RESHARDED -> new Resharded(in.uuid(), in.shards(), in.u32());
            case LIMITED -> new Limited(in.entity(version), in.limits());
            case GROUP_CONFIGURED -> new GroupConfigured(in.text(), in.settings());
            case CLIENT_METRICS_CONFIGURED -> new ClientMetricsConfigured(in.text(), in.settings());
            case DESCRIBED -> new Described(in.owner(), in.settings());
            case FEATURES_SET -> new FeaturesSet(in.levels());
            case PRINCIPALS_CHANGED -> new PrincipalsChanged(in.principals());
            case SERVER_CONFIGURED -> new ServerConfigured(in.scope(), in.settings());
            case PRODUCER_IDS_RESERVED -> new ProducerIdsReserved(in.s64());
            default -> throw new IOException("damaged: no change is of kind %d".formatted(kind));
        };
    }

    private static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Output u8(int value) {
            bytes.write(value);
            return this;
        }

        Output u32(int value) {
            bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
            return this;
        }

        Output s64(long value) {
            bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
            return this;
        }

        Output text(String text) {
            return counted(text.getBytes(StandardCharsets.UTF_8));
        }

        private Output counted(byte[] some) {
            u32(some.length);
            bytes.writeBytes(some);
            return this;
        }

        Output uuid(UUID id) {
            return s64(id.getMostSignificantBits()).s64(id.getLeastSignificantBits());
        }

        Output time(Instant time) {
            return s64(time.getEpochSecond()).u32(time.getNano());
        }

        Output stream(Stream stream) {
            uuid(stream.id()).text(stream.name());
            u8(
                    switch (stream.kind()) {
                        case USER -> USER;
                        case INTERNAL -> INTERNAL;
                    });
            return mode(stream.mode())
                    .time(stream.created())
                    .settings(stream.settings())
                    .shards(stream.shards())
                    .u32(stream.partitions());
        }

        private Output mode(Stream.Mode mode) {
            return u8(
                    switch (mode) {
                        case PROVISIONED -> PROVISIONED;
                        case ON_DEMAND -> ON_DEMAND;
                    });
        }

        Output owner(CatalogChange.AttributeOwner owner) {
            return switch (owner) {
                case OfStream(UUID stream, Stream.Mode mode) ->
                    u8(OF_STREAM).uuid(stream).mode(mode);
                case CatalogChange.Named(String name) -> u8(OF_NAME).text(name);
            };
        }

        Output scope(ServerConfigs.Scope scope) {
            return u8(
                    switch (scope) {
                        case EVERY_NODE -> EVERY_NODE;
                        case THIS_NODE -> THIS_NODE;
                    });
        }

        Output settings(Map<String, String> settings) {
            u32(settings.size());
            new TreeMap<>(settings).forEach((name, value) -> text(name).text(value));
            return this;
        }

        Output entity(QuotaEntity entity, int version) {
            party(entity.user()).party(entity.clientId());
            return version >= ADDRESS_QUOTAS_VERSION ? party(entity.address()) : this;
        }

        private Output party(QuotaEntity.Party party) {
            return switch (party) {
                case QuotaEntity.Anybody _ -> u8(ANYBODY);
                case QuotaEntity.Default _ -> u8(DEFAULT);
                case QuotaEntity.Named(String name) -> u8(NAMED).text(name);
            };
        }

        Output limits(Map<String, Double> limits) {
            u32(limits.size());
            new TreeMap<>(limits).forEach((name, limit) -> text(name).s64(Double.doubleToLongBits(limit)));
            return this;
        }

        Output levels(Map<String, Integer> levels) {
            u32(levels.size());
            new TreeMap<>(levels).forEach((feature, level) -> text(feature).u32(level));
            return this;
        }

        Output principals(List<Principal> principals) {
            u32(principals.size());
            for (var principal : principals) {
                text(principal.name()).u32(principal.scram().size());
                new TreeMap<>(principal.scram()).forEach(this::scram);
            }
            return this;
        }

        private void scram(ScramMechanism mechanism, ScramCredential credential) {
            u8(
                    switch (mechanism) {
                        case SHA_256 -> SCRAM_SHA_256;
                        case SHA_512 -> SCRAM_SHA_512;
                    });
            counted(credential.salt()).counted(credential.storedKey()).counted(credential.serverKey());
            u32(credential.iterations());
        }

        Output shards(List<Shard> shards) {
            u32(shards.size());
            shards.forEach(this::shard);
            return this;
        }

        private void shard(Shard shard) {
            u32(shard.index()).u32(shard.partition()).s64(shard.firstOffset());
            switch (shard.extent()) {
                case Open _ -> u8(OPEN);
                case Closed(long endOffset, Instant closed) ->
                    u8(CLOSED).s64(endOffset).time(closed);
            }
            key(shard.range().first()).key(shard.range().last());
            u32(shard.parents().size());
            shard.parents().forEach(this::u32);
            time(shard.created());
        }

        private Output key(HashKey key) {
            return s64(key.high()).s64(key.low());
        }
    }

    private record Input(ByteBuffer bytes) {
        int u8() {
            return Byte.toUnsignedInt(bytes.get());
        }

        int u32() {
            return bytes.getInt();
        }

        long s64() {
            return bytes.getLong();
        }

        String text() {
            return new String(counted(), StandardCharsets.UTF_8);
        }

        private byte[] counted() {
            byte[] some = new byte[size(1)];
            bytes.get(some);
            return some;
        }

        UUID uuid() {
            return new UUID(s64(), s64());
        }

        Instant time() {
            return Instant.ofEpochSecond(s64(), u32());
        }

        Stream stream(boolean hasAttributes) throws IOException {
            return new Stream(
                    uuid(),
                    text(),
                    kind(),
                    mode(),
                    time(),
                    settings(),
                    shards(),
                    u32(),
                    hasAttributes ? settings() : Map.of());
        }

        CatalogChange.AttributeOwner owner() throws IOException {
            int code = u8();
            return switch (code) {
                case OF_STREAM -> new OfStream(uuid(), mode());
                case OF_NAME -> new CatalogChange.Named(text());
                default -> throw new IOException("damaged: no attributes are of an owner %d".formatted(code));
            };
        }

        Stream.Kind kind() throws IOException {
            int code = u8();
            return switch (code) {
                case USER -> Stream.Kind.USER;
                case INTERNAL -> Stream.Kind.INTERNAL;
                default -> throw new IOException("damaged: no stream is of kind %d".formatted(code));
            };
        }

        Stream.Mode mode() throws IOException {
            int code = u8();
            return switch (code) {
                case PROVISIONED -> Stream.Mode.PROVISIONED;
                case ON_DEMAND -> Stream.Mode.ON_DEMAND;
                default -> throw new IOException("damaged: no stream is of mode %d".formatted(code));
            };
        }

        ServerConfigs.Scope scope() throws IOException {
            int code = u8();
            return switch (code) {
                case EVERY_NODE -> ServerConfigs.Scope.EVERY_NODE;
                case THIS_NODE -> ServerConfigs.Scope.THIS_NODE;
                default -> throw new IOException("damaged: no settings of a server are for %d".formatted(code));
            };
        }

        Map<String, String> settings() {
            var settings = new HashMap<String, String>();
            for (int left = size(2 * Integer.BYTES); left > 0; left--) settings.put(text(), text());
            return settings;
        }

        QuotaEntity entity(int version) throws IOException {
            return version >= ADDRESS_QUOTAS_VERSION
                    ? new QuotaEntity(party(), party(), party())
                    : new QuotaEntity(party(), party());
        }

        private QuotaEntity.Party party() throws IOException {
            int code = u8();
            return switch (code) {
                case ANYBODY -> new QuotaEntity.Anybody();
                case DEFAULT -> new QuotaEntity.Default();
                case NAMED -> new QuotaEntity.Named(text());
                default -> throw new IOException("damaged: no quota is about a party %d".formatted(code));
            };
        }

        Map<String, Double> limits() {
            var limits = new HashMap<String, Double>();
            for (int left = size(Integer.BYTES + Long.BYTES); left > 0; left--)
                limits.put(text(), Double.longBitsToDouble(s64()));
            return limits;
        }

        Map<String, Integer> levels() {
            var levels = new HashMap<String, Integer>();
            for (int left = size(2 * Integer.BYTES); left > 0; left--) levels.put(text(), u32());
            return levels;
        }

        List<Principal> principals() throws IOException {
            var principals = new ArrayList<Principal>();
            for (int left = size(2 * Integer.BYTES); left > 0; left--) principals.add(new Principal(text(), scram()));
            return principals;
        }

        private Map<ScramMechanism, ScramCredential> scram() throws IOException {
            var credentials = new EnumMap<ScramMechanism, ScramCredential>(ScramMechanism.class);
            for (int left = size(Byte.BYTES + 4 * Integer.BYTES); left > 0; left--)
                credentials.put(mechanism(), new ScramCredential(counted(), counted(), counted(), u32()));
            return credentials;
        }

        private ScramMechanism mechanism() throws IOException {
            int code = u8();
            return switch (code) {
                case SCRAM_SHA_256 -> ScramMechanism.SHA_256;
                case SCRAM_SHA_512 -> ScramMechanism.SHA_512;
                default -> throw new IOException("damaged: no credential is of a mechanism %d".formatted(code));
            };
        }

        List<Shard> shards() throws IOException {
            var shards = new ArrayList<Shard>();
            for (int left = size(Long.BYTES); left > 0; left--) shards.add(shard());
            return shards;
        }

        private Shard shard() throws IOException {
            return new Shard(u32(), u32(), s64(), extent(), new HashRange(key(), key()), parents(), time());
        }

        private Shard.Extent extent() throws IOException {
            int code = u8();
            return switch (code) {
                case OPEN -> new Open();
                case CLOSED -> new Closed(s64(), time());
                default -> throw new IOException("damaged: no shard ends as %d".formatted(code));
            };
        }

        private HashKey key() {
            return new HashKey(s64(), s64());
        }

        private List<Integer> parents() {
            var parents = new ArrayList<Integer>();
            for (int left = size(Integer.BYTES); left > 0; left--) parents.add(u32());
            return parents;
        }

        /// A length or count, whose items of at least `itemBytes` must fit into what is left.
        private int size(int itemBytes) {
            int size = u32();
            if (size < 0 || (long) size * itemBytes > bytes.remaining()) throw new BufferUnderflowException();
            return size;
        }
    }
}
