package io.braid.broker;

import io.braid.broker.CatalogChange.Configured;
import io.braid.broker.CatalogChange.Created;
import io.braid.broker.CatalogChange.Deleted;
import io.braid.broker.CatalogChange.Described;
import io.braid.broker.CatalogChange.OfStream;
import io.braid.broker.CatalogChange.ProducerIdsReserved;
import io.braid.broker.CatalogChange.Resharded;
import io.braid.broker.CatalogChange.ServerConfigured;
import io.braid.broker.CatalogOutcome.AlreadyExists;
import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.CatalogOutcome.Invalid;
import io.braid.broker.CatalogOutcome.NotFound;
import io.braid.log.Disk;
import io.braid.log.LiveLimits;
import io.braid.log.Log;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// The catalog and the doors to every partition. Any thread; changes block their caller until they are durable,
/// so they belong on virtual threads.
///
/// One change happens at a time, in this order, and after a crash at any point [#open] finds it done or undone:
///
///     1  partitions that it needs are created in the log         not named yet: deleted at the next open
///     2  the change is written to the catalog's log, durable     from here on it is done
///     3  the new catalog is published                            every connection sees it
///     4  partitions that it drops are deleted from the log       no longer named: deleted at the next open
///     5  the listeners are told
public final class Broker implements AutoCloseable {
    private static final System.Logger LOGGER = System.getLogger(Broker.class.getName());

    private final Log log;
    private final BrokerConfig config;
    private final Rules rules;
    private final InstantSource clock;
    private final RandomGenerator random; // by whoever is changing something
    private final String clusterId;
    private final ProducerIds producerIds;
    private final LiveCatalog live;
    private final LiveLimits.Values limits; // the log's, where nobody has changed them
    private final NamedConfigs named;

    private Broker(Log log, Opening opened, BrokerConfig config, InstantSource clock, RandomGenerator random) {
        this.log = log;
        this.config = config;
        this.clock = clock;
        this.random = random;
        rules = new Rules(config, log.batchBytesMax());
        limits = log.limits().now();
        live = new LiveCatalog(log, opened, this::batchRules);
        named = new NamedConfigs(live);
        clusterId = opened.state().clusterId().orElseThrow();
        producerIds = new ProducerIds(opened.state().producerIdsEnd(), this::reserveProducerIds);
    }

    /// Replays the catalog from its own partition of the log and opens the partitions it names; those it does
    /// not name (a creation or deletion that a crash cut short) are deleted. The log stays its owner's to close.
    ///
    /// @throws IOException the disk failed, the catalog cannot be read, or a partition it names is missing: the
    ///     message says which
    public static Broker open(Log log, BrokerConfig config, InstantSource clock, RandomGenerator random)
            throws IOException {
        var broker = new Broker(log, Opening.of(log, clock, random), config, clock, random);
        for (var stream : broker.catalog().streams()) broker.configurePartitions(stream);
        broker.limitLog();
        return broker;
    }

    /// What exists now.
    public Catalog catalog() {
        return live.catalog();
    }

    /// How much more the disk takes, and how much there would be room for in all. Costs a system call.
    ///
    /// @throws IOException the disk does not say
    public Disk.Room diskRoom() throws IOException {
        return log.room();
    }

    /// How many changes have led to what exists now: the end of the log that the catalog is kept in.
    public long catalogChanges() {
        return live.changes();
    }

    public CatalogOutcome create(NewStream stream) {
        return live.outcome(() -> {
            var checked = checked(stream);
            return checked instanceof Done(Stream fresh) ? create(fresh) : checked;
        });
    }

    /// What [#create] would answer, without doing it (Kafka's `validateOnly`); the stream of a
    /// [CatalogOutcome.Done] is not kept.
    public CatalogOutcome check(NewStream stream) {
        return live.outcome(() -> checked(stream));
    }

    private CatalogOutcome checked(NewStream asked) {
        var existing = catalog().stream(asked.name());
        if (existing.isPresent()) return new AlreadyExists(existing.get());
        int partitions = asked.partitions() == 0 ? config.defaultPartitions() : asked.partitions();
        return rules.name(asked.name())
                .or(() -> rules.partitions(asked.name(), catalog().partitions(), 0, partitions))
                .or(() -> rules.settings(asked.name(), asked.settings()))
                .or(() -> rules.together(asked.name(), asked.settings()))
                .or(() -> tierFault(asked))
                .or(() -> Attributes.fault(asked.attributes()).map(fault -> Rules.invalidSettings(asked.name(), fault)))
                .<CatalogOutcome>map(invalid -> invalid)
                .orElseGet(() -> new Done(asked.begun(Identifiers.random(random), clock.instant(), partitions)));
    }

    private Optional<Invalid> tierFault(NewStream asked) {
        if (asked.kind() == Stream.Kind.INTERNAL) return Optional.empty(); // what the server sets for all is not for it
        return TierRules.fault(inForce(asked.kind(), asked.settings()), log.hasTier())
                .map(fault -> Rules.invalidSettings(asked.name(), fault));
    }

    private CatalogOutcome create(Stream stream) throws IOException {
        Rules.lookalike(stream.name(), catalog())
                .ifPresent(other -> LOGGER.log(
                        System.Logger.Level.WARNING,
                        "stream created whose name differs from another''s only in ''.'' and ''_'': {0}, {1}",
                        stream.name(),
                        other));
        log.createAll(partitionIds(stream.id(), 0, stream.partitions()), partitionConfigs(stream));
        return new Done(live.commit(new Created(stream), stream.id()));
    }

    public CatalogOutcome delete(String name) {
        return live.outcome(() -> {
            var stream = catalog().stream(name);
            return stream.isPresent() ? delete(stream.get()) : new NotFound(name);
        });
    }

    private CatalogOutcome delete(Stream stream) throws IOException {
        var before = catalog();
        live.publish(new Deleted(stream.id()), stream.id());
        try {
            log.delete(stream.id());
        } catch (IOException e) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "deleted stream still on disk, tried again at start: " + stream.id(),
                    e);
        }
        live.tell(before);
        return new Done(stream);
    }

    /// Splits shards, widest first, until there are `partitions` partitions (Kafka's CreatePartitions).
    ///
    /// A shard closes at the end its partition has while nobody [holds][#hold] the stream: then every record put by
    /// hash key lies before that end, and those put later know the new shards. Records of Kafka's producers that
    /// are on their way go to the partition's new shard.
    public CatalogOutcome grow(String name, int partitions) {
        return live.outcome(() -> {
            var checked = checkGrow(name, partitions);
            return checked instanceof Done(Stream stream) ? grow(stream, partitions) : checked;
        });
    }

    /// What [#grow] would answer, without doing it; the stream of a [CatalogOutcome.Done] is as it was.
    public CatalogOutcome checkGrow(String name, int partitions) {
        var stream = catalog().stream(name);
        if (stream.isEmpty()) return new NotFound(name);
        var invalid = rules.growth(stream.get(), catalog().partitions(), partitions);
        return invalid.isPresent() ? invalid.get() : new Done(stream.get());
    }

    private CatalogOutcome grow(Stream stream, int partitions) throws IOException {
        var now = clock.instant();
        return reshape(stream, (kept, end) -> Reshape.grown(stream, kept, partitions, end, now));
    }

    /// Splits, merges or evens out shards. Partitions come as they are needed, and never go.
    ///
    /// Shards close where the ends of their partitions are while nobody [holds][#hold] the stream, as when it
    /// [grows][#grow]. A partition that is left without an open shard takes no more records from before its end is
    /// read, so none lies behind that.
    ///
    /// @param decide from the stream as it is now to what is to be done; what it throws changes nothing
    public CatalogOutcome reshard(String name, Function<Stream, Reshard> decide) {
        return live.outcome(() -> {
            var found = catalog().stream(name);
            if (found.isEmpty()) return new NotFound(name);
            var stream = found.get();
            var change = decide.apply(stream);
            var invalid = rules.reshard(stream, change);
            if (invalid.isPresent()) return invalid.get();
            var now = clock.instant();
            return reshape(stream, (kept, end) -> Reshape.of(stream, kept, change, end, now));
        });
    }

    private CatalogOutcome reshape(Stream stream, Reshaping.Plan plan) throws IOException {
        var kept = stream.shardsSince(horizon(stream)); // what has expired is forgotten with each change
        var reshaping = new Reshaping(stream, live.view().doors().get(stream.id()), kept, plan);
        var sketch = reshaping.sketch();
        if (sketch.shards().equals(stream.shards())) return new Done(stream);
        var invalid = rules.reshaped(stream, catalog().partitions(), sketch);
        if (invalid.isPresent()) return invalid.get();
        log.createAll(partitionIds(stream.id(), stream.partitions(), sketch.partitions()), partitionConfigs(stream));
        try (var ready = reshaping.ready(sketch)) {
            return new Done(live.commit(new Resharded(stream.id(), ready.shards(), sketch.partitions()), stream.id()));
        }
    }

    /// What was closed before this has expired: its records are past the stream's retention.
    public Instant horizon(Stream stream) {
        return StreamSettings.horizon(inForce(stream.kind(), stream.settings()), clock.instant());
    }

    /// Changes settings; an empty value returns a setting to its default.
    public CatalogOutcome configure(String name, Map<String, Optional<String>> changed) {
        return live.outcome(() -> {
            var checked = checkConfigure(name, changed);
            return checked instanceof Done(Stream stream) ? configure(stream, changed) : checked;
        });
    }

    /// What [#configure] would answer, without doing it; the stream of a [CatalogOutcome.Done] is as it was.
    public CatalogOutcome checkConfigure(String name, Map<String, Optional<String>> changed) {
        var stream = catalog().stream(name);
        if (stream.isEmpty()) return new NotFound(name);
        var invalid = invalid(stream.get(), changed);
        return invalid.isPresent() ? invalid.get() : new Done(stream.get());
    }

    private Optional<Invalid> invalid(Stream stream, Map<String, Optional<String>> changed) {
        var asked = new HashMap<String, String>(); // a setting returned to its default must exist, too
        changed.forEach((name, value) -> asked.put(
                name,
                value.or(() -> StreamSettings.find(name).map(StreamSettings.Setting::defaultValue))
                        .orElse("")));
        return rules.settings(stream.name(), asked)
                .or(() -> rules.together(stream.name(), StreamSettings.changed(stream.settings(), changed)))
                .or(() -> tierFault(stream, changed));
    }

    private Optional<Invalid> tierFault(Stream stream, Map<String, Optional<String>> changed) {
        if (stream.kind() == Stream.Kind.INTERNAL) return Optional.empty();
        var before = inForce(stream.kind(), stream.settings());
        var after = inForce(stream.kind(), StreamSettings.changed(stream.settings(), changed));
        return TierRules.fault(before, after, log.hasTier(), hasTiered(stream))
                .map(fault -> Rules.invalidSettings(stream.name(), fault));
    }

    private boolean hasTiered(Stream stream) {
        return live.view().doors().get(stream.id()).partitions().stream()
                .anyMatch(partition -> partition.log().lastTiered() >= 0);
    }

    private CatalogOutcome configure(Stream stream, Map<String, Optional<String>> changed) throws IOException {
        forgetExpired(stream); // longer retention brings nothing back
        var settings = StreamSettings.changed(stream.settings(), changed);
        var before = catalog();
        live.publish(new Configured(stream.id(), settings), stream.id());
        var after = catalog().stream(stream.id()).orElseThrow();
        configurePartitions(after);
        live.tell(before);
        return new Done(after);
    }

    private void forgetExpired(Stream stream) throws IOException {
        var kept = stream.shardsSince(horizon(stream));
        if (kept.size() < stream.shards().size())
            live.commit(new Resharded(stream.id(), kept, stream.partitions()), stream.id());
    }

    private void configurePartitions(Stream stream) {
        var kept = partitionConfigs(stream);
        for (var partition : live.view().doors().get(stream.id()).partitions())
            partition.log().configure(kept.apply(partition.log().id()));
    }

    private Function<PartitionId, PartitionConfig> partitionConfigs(Stream stream) {
        var all = StreamSettings.partitionConfig(name -> setting(stream, name));
        var jitter = new SegmentJitter(Long.parseLong(setting(stream, StreamSettings.SEGMENT_JITTER_MS)));
        return id -> jitter.applied(all, id);
    }

    private BatchRules batchRules(CatalogState state, Stream stream) {
        return BatchRules.of(defaults(state.server(), stream.kind()).under(stream.settings()));
    }

    /// The value a stream's setting has now: its own, the server's, or Kafka's default.
    ///
    /// @throws IllegalArgumentException there is no such setting
    public String setting(Stream stream, String name) {
        return inForce(stream.kind(), stream.settings()).apply(name);
    }

    private Function<String, String> inForce(Stream.Kind kind, Map<String, String> own) {
        return defaults(serverConfigs(), kind).under(own);
    }

    private StreamDefaults defaults(ServerConfigs changed, Stream.Kind kind) {
        var defaults = new StreamDefaults(config.settings(), changed);
        return kind == Stream.Kind.INTERNAL ? defaults.unchanged() : defaults;
    }

    /// What the server's own configuration says of streams' settings: the defaults of all streams, where it has some.
    public Map<String, String> serverSettings() {
        return config.settings();
    }

    /// What the server's own configuration says of what [LogSettings] names.
    public Map<String, String> logSettings() {
        return LogSettings.of(limits);
    }

    /// What administrators have set of the server's own settings, before what its configuration says.
    public ServerConfigs serverConfigs() {
        return live.state().server();
    }

    /// Changes the server's own settings; the change is durable, and streams and the log go by it, when this returns.
    ///
    /// @param change from what is set there, by Kafka's names, to what shall be set; what it throws changes nothing
    /// @throws IllegalArgumentException a value cannot be so, or there are too many: the message says which
    /// @throws IOException the storage failed, nobody can say yet whether it was done
    public void configureServer(ServerConfigs.Scope scope, UnaryOperator<Map<String, String>> change)
            throws IOException {
        live.alone(() -> {
            var asked = serverChange(scope, change);
            if (asked.after().equals(asked.before())) return;
            boolean isAboutStreams = asked.isAboutStreams();
            var streams = catalog().streams();
            if (isAboutStreams) for (var stream : streams) forgetExpired(stream); // longer retention brings none back
            live.publishForAll(new ServerConfigured(scope, asked.after().of(scope)));
            if (isAboutStreams) for (var stream : catalog().streams()) configurePartitions(stream);
            limitLog();
        });
    }

    /// Whether [#configureServer] would do it: it throws the same, and does nothing.
    public void checkConfigureServer(ServerConfigs.Scope scope, UnaryOperator<Map<String, String>> change)
            throws IOException {
        live.alone(() -> {
            serverChange(scope, change);
        });
    }

    private ServerChange serverChange(ServerConfigs.Scope scope, UnaryOperator<Map<String, String>> change) {
        var before = serverConfigs();
        var after = before.with(scope, change.apply(before.of(scope)));
        var asked = new ServerChange(config.settings(), before, scope, after);
        asked.fault(limits, log.batchBytesMax(), catalog(), this::hasTiered).ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return asked;
    }

    /// What was set may be too much for a configuration that says something else now: then that counts.
    private void limitLog() {
        try {
            log.limits().change(LogSettings.changed(limits, serverConfigs()));
        } catch (IllegalArgumentException wrong) {
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "what was set while the server ran does not count: " + wrong.getMessage());
        }
    }

    public Optional<Partition> partition(String stream, int partition) {
        var now = live.view();
        return now.catalog().stream(stream).flatMap(found -> now.partition(found, partition));
    }

    public Optional<Partition> partition(UUID stream, int partition) {
        var now = live.view();
        return now.catalog().stream(stream).flatMap(found -> now.partition(found, partition));
    }

    /// How many more partitions there may be, of all streams together.
    public int partitionRoom() {
        return Math.max(0, config.partitionsMax() - catalog().partitions());
    }

    /// When a batch that a client made was last [let into][Partition#admit] a stream, in milliseconds since 1970, up to
    /// a second early; empty if there was none since the process began.
    public OptionalLong lastClientBatch(UUID stream) {
        var doors = live.view().doors().get(stream);
        return doors == null ? OptionalLong.empty() : doors.clients().lastMillis();
    }

    /// The door for everybody who chooses a shard by hash key: the stream's shards stay as they are until the hold
    /// is closed, which must be after the last append is answered and must not wait for anything else. Whoever
    /// changes the shards waits for it. Empty if there is no such stream.
    ///
    ///     try (var hold = broker.hold("orders").orElseThrow()) {
    ///         var shard = hold.stream().shardFor(key);
    ///         hold.partition(shard).log().append(batch).join();
    ///     }
    public Optional<ShardHold> hold(String stream) {
        return catalog().stream(stream).flatMap(found -> hold(found.id()));
    }

    /// The same for the stream of this identity.
    public Optional<ShardHold> hold(UUID stream) {
        var door = Optional.ofNullable(live.view().doors().get(stream));
        if (door.isEmpty()) return Optional.empty();
        var gate = door.get().shardGate();
        gate.enter();
        var now = live.view(); // the shards may have changed while this waited
        var held = now.catalog().stream(stream);
        if (held.isEmpty()) gate.leave();
        return held.map(kept -> new ShardHold(now, kept, gate));
    }

    /// A producer id that was never given out before, also not in an earlier life of this directory. Blocks its
    /// caller only once in a thousand calls, when the next thousand are reserved.
    public long newProducerId() throws IOException {
        return producerIds.next();
    }

    private void reserveProducerIds(long end) throws IOException {
        live.alone(() -> live.publish(new ProducerIdsReserved(end)));
    }

    /// What clients may use up.
    public Quotas quotas() {
        return live.state().quotas();
    }

    /// Changes the limits of an entity; it is durable when this returns. Empty limits remove it.
    ///
    /// @param change from what the limits are now, by name, to what they shall be
    /// @throws IllegalArgumentException there are as many entities with limits as there may be
    /// @throws IOException the storage failed, nobody can say yet whether it was done
    public void limit(QuotaEntity entity, UnaryOperator<Map<String, Double>> change) throws IOException {
        named.limit(entity, change);
    }

    /// What is set for groups of consumers.
    public ResourceConfigs groupConfigs() {
        return live.state().groups();
    }

    /// Changes the settings of a group, which need not exist; it is durable when this returns. No settings remove it.
    ///
    /// @param change from what the settings are now, by name, to what they shall be; what it throws changes nothing
    /// @throws IllegalArgumentException there are as many groups with settings as there may be
    /// @throws IOException the storage failed, nobody can say yet whether it was done
    public void configureGroup(String group, UnaryOperator<Map<String, String>> change) throws IOException {
        named.group(group, change);
    }

    /// Subscriptions to clients' metrics (KIP-714), by name.
    public ResourceConfigs clientMetrics() {
        return live.state().clientMetrics();
    }

    /// Changes the settings of a subscription to clients' metrics; it is durable when this returns. No settings
    /// remove it. Parameter and exceptions are those of [#configureGroup].
    public void configureClientMetrics(String subscription, UnaryOperator<Map<String, String>> change)
            throws IOException {
        named.clientMetrics(subscription, change);
    }

    /// The levels of features, as far as they were set.
    public FeatureLevels features() {
        return live.state().features();
    }

    /// Sets levels of features, all at once; they are durable when this returns, and the listeners of
    /// [#onChange] have been told of a catalog that is as it was.
    ///
    /// @param change from the levels that were set, by feature, to those that shall be; what it throws
    ///     changes nothing
    /// @throws IllegalArgumentException a level is out of its range, or there are too many features
    /// @throws IOException the storage failed, nobody can say yet whether it was done
    public void setFeatures(UnaryOperator<Map<String, Integer>> change) throws IOException {
        named.features(change);
    }

    /// Who can prove who they are, in either protocol.
    public Principals principals() {
        return live.state().principals();
    }

    /// Changes principals, all at once; they are durable when this returns. Who has nothing to prove it with any
    /// more is forgotten.
    ///
    /// @param change from all that there are to some as they shall be, each once; the others stay. What it throws
    ///     changes nothing
    /// @throws IllegalArgumentException there would be more than [Principals#MAX]
    /// @throws IOException the storage failed, nobody can say yet whether it was done
    public void changePrincipals(Function<Principals, List<Principal>> change) throws IOException {
        named.principals(change);
    }

    /// What the fronts keep for things that are no streams, such as accounts, by the fronts' own names for them.
    public ResourceConfigs attributes() {
        return live.state().attributes();
    }

    /// Changes the attributes of something that is no stream; it is durable when this returns. None remove it.
    /// Parameter and exceptions are those of [#configureGroup]; an owner may have as much as a stream.
    public void describe(String owner, UnaryOperator<Map<String, String>> change) throws IOException {
        named.attributes(owner, change);
    }

    /// Changes what a front keeps with a stream, and the stream's mode with it; it is durable when this returns.
    ///
    /// @param change from the stream as it is to what it shall have; what it throws changes nothing. Nothing
    ///     else changes the catalog meanwhile, so it must be short
    /// @return the stream as it is now; empty if there is none
    /// @throws IllegalArgumentException the attributes are more than a stream may have
    /// @throws IOException the storage failed, nobody can say yet whether it was done
    public Optional<Stream> describe(UUID stream, Function<Stream, StreamDescription> change) throws IOException {
        return live.alone(() -> {
            var found = catalog().stream(stream);
            if (found.isEmpty()) return found;
            var before = found.get();
            var after = change.apply(before);
            Attributes.checked(before.name(), after.attributes());
            if (after.equals(new StreamDescription(before.mode(), before.attributes()))) return found;
            var described = new Described(new OfStream(stream, after.mode()), after.attributes());
            return Optional.of(live.commit(described, stream));
        });
    }

    /// The identity of this data directory (Kafka: cluster id), 22 characters of URL-safe Base64.
    public String clusterId() {
        return clusterId;
    }

    /// Tells `listener` of every change of streams or features from now on, after it is durable and visible,
    /// in order, on the changer's thread. The next change waits until it returns, so it must be short, and must
    /// not ask for a producer id.
    public void onChange(CatalogListener listener) {
        live.onChange(listener);
    }

    public interface CatalogListener {
        void changed(Catalog before, Catalog after);
    }

    /// The first record of this time or later, among those from the offset `from` on: exact to the record, compressed
    /// batches too. Empty if there is none.
    public Optional<TimedOffset> offsetAt(Partition partition, long timestampMillis, long from) throws IOException {
        return Lookup.at(partition.log(), timestampMillis, from);
    }

    /// The first record with the largest timestamp. Empty if no record has one.
    public Optional<TimedOffset> newest(Partition partition) throws IOException {
        return Lookup.newest(partition.log());
    }

    public record TimedOffset(long offset, long timestampMillis) {}

    /// Ends what is being changed; every later change is [Unknown][CatalogOutcome.Unknown]. The log is not closed,
    /// and a change that waits for room on its disk ends with it: nobody waits for that here.
    @Override
    public void close() throws IOException {
        live.close();
    }

    private static List<PartitionId> partitionIds(UUID stream, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(index -> new PartitionId(stream, index))
                .toList();
    }
}
