package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Creating, deleting and listing streams. A change is durable when it is answered, so a stream is ACTIVE from its
/// first moment and gone at once, unless it is to be told otherwise ([LifeCycle]).
final class StreamOperations {
    static final int ON_DEMAND_SHARDS = 4;
    private static final int LIST_DEFAULT = 100;
    /// Streams of an account that are CREATING or DELETING at once, if Amazon's limits hold.
    private static final int PENDING_MAX = 5;
    /// What a stream keeps unless told otherwise; Kafka's default, a week, would surprise Kinesis users.
    private static final Duration RETENTION_DEFAULT = Duration.ofHours(24);

    private final Broker broker;
    private final Lookup lookup;
    private final CapacityOperations capacity;
    private final Consumers consumers;
    private final InstantSource clock;
    private final ShardLimit limit;
    private final Seal pages;
    private final ReentrantLock creating = new ReentrantLock(); // a home has one stream of a name

    StreamOperations(
            Broker broker,
            Lookup lookup,
            CapacityOperations capacity,
            Consumers consumers,
            InstantSource clock,
            ShardLimit limit,
            Seal pages) {
        this.capacity = capacity;
        this.broker = broker;
        this.lookup = lookup;
        this.consumers = consumers;
        this.clock = clock;
        this.limit = limit;
        this.pages = pages;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    void create(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.CREATE_STREAM);
        var name = params.requiredText("StreamName");
        lookup.count(name);
        var mode = mode(params);
        long count = shardCount(params, mode);
        var attributes = attributes(call, params, mode);
        limit.check(call, count);
        var settings = Map.of(StreamSettings.RETENTION_MS, Long.toString(RETENTION_DEFAULT.toMillis()));
        switch (create(name, mode, (int) count, settings, attributes.withHome(lookup.home()))) {
            case CatalogOutcome.Done _ -> {}
            case CatalogOutcome.AlreadyExists _ ->
                throw AwsFault.of(
                        "ResourceInUseException",
                        "Stream %s under account %s already exists.".formatted(name, lookup.account()));
            case CatalogOutcome.NotFound _ -> throw lookup.noStream(name);
            case CatalogOutcome.Invalid(var field, String detail) ->
                throw switch (field) {
                    case PARTITIONS, SHARDS -> AwsFault.of("LimitExceededException", detail);
                    case NAME, SETTINGS -> AwsFault.invalidArgument(detail);
                };
            case CatalogOutcome.Unknown(IOException cause) -> throw cause;
        }
    }

    /// Under its own name if no stream has it, of another home or of Kafka's; else under that of its home.
    private CatalogOutcome create(
            String name, Stream.Mode mode, int shards, Map<String, String> settings, StreamAttributes attributes) {
        creating.lock();
        try {
            var seen = lookup.find(name).or(() -> lookup.life().deleting(lookup.home(), name));
            if (seen.isPresent()) return new CatalogOutcome.AlreadyExists(seen.get());
            checkPending();
            var plain = new NewStream(name, Stream.Kind.USER, mode, shards, settings, attributes.all());
            var outcome = broker.create(plain);
            if (!(outcome instanceof CatalogOutcome.AlreadyExists(Stream taken)) || lookup.isSeen(taken))
                return outcome;
            var qualified = lookup.home().qualified(name);
            var named = attributes.withName(name).all();
            return broker.create(new NewStream(qualified, Stream.Kind.USER, mode, shards, settings, named));
        } finally {
            creating.unlock();
        }
    }

    /// @throws AwsFault as many streams of the account as may be are CREATING or DELETING
    private void checkPending() {
        if (!lookup.rates().areLimited() || !lookup.life().isSlow()) return;
        long creating = seenStreams().stream()
                .filter(stream -> lookup.life().of(stream) == LifeCycle.Status.CREATING)
                .count();
        if (creating + lookup.life().deleting(lookup.home()).size() >= PENDING_MAX)
            throw AwsFault.of(
                    "LimitExceededException", // the two spaces are Amazon's
                    ("This request would have exceed the limit on the number  of streams that can simultaneously"
                                    + " be in CREATING or DELETING for the account %s. Limit: %d.")
                            .formatted(lookup.account(), PENDING_MAX));
    }

    private static Stream.Mode mode(Params params) {
        var mode = params.structure("StreamModeDetails").flatMap(details -> details.text("StreamMode"));
        return mode.map(Stream.Mode::valueOf).orElse(Stream.Mode.PROVISIONED);
    }

    private static long shardCount(Params params, Stream.Mode mode) {
        var asked = params.number("ShardCount");
        return switch (mode) {
            case ON_DEMAND -> {
                if (asked.isPresent())
                    throw AwsFault.invalidArgument(
                            "ShardCount is chosen by the service for a stream in On-Demand mode: leave it out.");
                yield ON_DEMAND_SHARDS;
            }
            case PROVISIONED ->
                asked.orElseThrow(() -> AwsFault.validation(
                        "1 validation error detected: Value null at 'shardCount' failed to satisfy constraint:"
                                + " Member must not be null"));
        };
    }

    private StreamAttributes attributes(Call call, Params params, Stream.Mode mode) {
        var target = "stream " + params.requiredText("StreamName");
        var tags = params.textMap("Tags");
        Tags.check(tags, target, lookup.account());
        Tags.checkCount(Set.of(), tags.keySet(), target, lookup.account());
        long warm = params.number("WarmThroughputMiBps").orElse(0);
        if (warm > 0) capacity.checkWarmThroughput(call, mode, warm);
        boolean auto = params.text("RecordDistributionStrategy").equals(Optional.of("AUTO"));
        if (auto) capacity.checkAutoDistribution(mode);
        var attributes = StreamAttributes.NONE
                .withRecordKib(params.number("MaxRecordSizeInKiB").orElse(Sizes.RECORD_KIB_DEFAULT))
                .withWarmMibps(warm)
                .withAutoDistribution(auto);
        for (var tag : tags.entrySet())
            attributes = attributes.with(StreamAttributes.TAG + tag.getKey(), tag.getValue());
        return attributes;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
    void delete(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.DELETE_STREAM);
        var stream = lookup.told(params);
        if (lookup.status(stream) == LifeCycle.Status.DELETING) return; // that is what is wanted
        var name = Lookup.shownName(stream);
        if (!params.flag("EnforceConsumerDeletion") && !consumers.of(stream).isEmpty())
            throw AwsFault.of(
                    "ResourceInUseException",
                    "DeleteStream can't delete %s:%s because there are consumers associated with this data stream. To delete %s anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the consumers that are associated with it."
                            .formatted(lookup.account(), name, name));
        if (!StoredChannel.of(stream).isEmpty())
            throw AwsFault.of(
                    "ResourceInUseException",
                    "DeleteStream can't delete %s:%s because there are channels associated with this data stream. Delete them first: ListChannels with a StreamFilter finds them."
                            .formatted(lookup.account(), name));
        switch (broker.delete(stream.name())) {
            case CatalogOutcome.Done _ ->
                lookup.life().deleted(StreamAttributes.of(stream).home().orElseGet(lookup::home), stream);
            case CatalogOutcome.NotFound _ -> throw lookup.noStream(name);
            case CatalogOutcome.AlreadyExists _ -> throw lookup.noStream(name);
            case CatalogOutcome.Invalid(var _, String detail) -> throw AwsFault.invalidArgument(detail);
            case CatalogOutcome.Unknown(IOException cause) -> throw cause;
        }
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
    void list(Call call) {
        var params = Params.read(call.body(), Requests.LIST_STREAMS);
        int limit = (int) params.number("Limit").orElse(LIST_DEFAULT);
        var after = params.text("NextToken")
                .map(token -> PageToken.open(pages, token, clock.millis()).after())
                .or(() -> params.text("ExclusiveStartStreamName"))
                .orElse("");
        var rest = java.util.stream.Stream.concat(
                        seenStreams().stream(), lookup.life().deleting(lookup.home()).stream())
                .filter(stream -> Lookup.shownName(stream).compareTo(after) > 0)
                .sorted(Comparator.comparing(Lookup::shownName))
                .limit(limit + 1L)
                .toList();
        boolean more = rest.size() > limit;
        var page = more ? rest.subList(0, limit) : rest;
        var answer = call.answer().startMap().field(Names.STREAM_NAMES).startList();
        for (var stream : page) answer.text(Lookup.shownName(stream));
        answer.endList().field(Names.HAS_MORE_STREAMS).flag(more);
        if (more)
            answer.field(Names.NEXT_TOKEN)
                    .text(new PageToken(clock.millis(), "", Lookup.shownName(page.getLast())).sealed(pages));
        answer.field(Names.STREAM_SUMMARIES).startList();
        for (var stream : page) summary(call, answer, stream);
        answer.endList().endMap();
    }

    private void summary(Call call, WireWriter answer, Stream stream) {
        answer.startMap();
        Description.identity(answer, stream, lookup.arn(call, stream), lookup.status(stream));
        answer.endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html
    void limits(Call call) {
        Params.read(call.body(), Requests.NOTHING);
        long onDemand = seenStreams().stream()
                .filter(stream -> stream.mode() == Stream.Mode.ON_DEMAND)
                .count();
        call.answer()
                .startMap()
                .field(Names.SHARD_LIMIT)
                .number(limit.most())
                .field(Names.OPEN_SHARD_COUNT)
                .number(seenStreams().stream().mapToLong(Stream::openShardCount).sum())
                .field(Names.ON_DEMAND_STREAM_COUNT)
                .number(onDemand)
                .field(Names.ON_DEMAND_STREAM_COUNT_LIMIT)
                .number(limit.onDemandStreams())
                .field(Names.CHANNEL_COUNT)
                .number(seenStreams().stream()
                        .mapToLong(stream -> StoredChannel.of(stream).size())
                        .sum())
                .field(Names.CHANNEL_COUNT_LIMIT)
                .number(limit.channels())
                .endMap();
    }

    private List<Stream> userStreams() {
        return broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .toList();
    }

    private List<Stream> seenStreams() {
        return userStreams().stream().filter(lookup::isSeen).toList();
    }
}
