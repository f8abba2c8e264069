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
import java.util.List;
import java.util.Map;

/// Creating, deleting and listing streams. A change is durable when it is answered, so a stream is ACTIVE from its
/// first moment and gone at once: waiters find what they wait for at their first look.
final class StreamOperations {
    private static final int ON_DEMAND_SHARDS = 4;
    private static final int LIST_DEFAULT = 100;
    /// What a stream keeps unless told otherwise; Kafka's default, a week, would surprise Kinesis users.
    private static final Duration RETENTION_DEFAULT = Duration.ofHours(24);

    private final Broker broker;
    private final Lookup lookup;
    private final Consumers consumers;
    private final InstantSource clock;
    private final ShardLimit limit;
    private final Seal pages;

    StreamOperations(Broker broker, Lookup lookup, Consumers consumers, InstantSource clock, ShardLimit limit) {
        this.broker = broker;
        this.lookup = lookup;
        this.consumers = consumers;
        this.clock = clock;
        this.limit = limit;
        this.pages = new Seal(broker.clusterId(), "list streams");
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    void create(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.CREATE_STREAM);
        refuseWhatIsNotKept(params);
        var name = params.requiredText("StreamName");
        var mode = mode(params);
        long count = shardCount(params, mode);
        limit.check(call, count);
        var settings = Map.of(StreamSettings.RETENTION_MS, Long.toString(RETENTION_DEFAULT.toMillis()));
        var outcome = broker.create(new NewStream(name, Stream.Kind.USER, mode, (int) count, settings));
        switch (outcome) {
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

    /// What this release would have to forget is refused, so that nobody believes it was kept.
    private static void refuseWhatIsNotKept(Params params) {
        if (params.mapSize("Tags") > 0)
            throw AwsFault.invalidArgument("Tags are not kept by this release of Braid: create the stream without.");
        if (params.number("WarmThroughputMiBps").orElse(0) > 0)
            throw AwsFault.invalidArgument("WarmThroughputMiBps is not supported by this release of Braid.");
        if (params.number("MaxRecordSizeInKiB").orElse(Sizes.RECORD_KIB_MAX) != Sizes.RECORD_KIB_MAX)
            throw AwsFault.invalidArgument("MaxRecordSizeInKiB is always %d in this release of Braid: leave it out."
                    .formatted(Sizes.RECORD_KIB_MAX));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html
    void delete(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.DELETE_STREAM);
        var name = Lookup.name(params);
        var stream = lookup.stream(name); // an internal stream is not there
        if (!params.flag("EnforceConsumerDeletion") && !consumers.of(stream).isEmpty())
            throw AwsFault.of(
                    "ResourceInUseException",
                    "DeleteStream can't delete %s:%s because there are consumers associated with this data stream. To delete %s anyway, set the EnforceConsumerDeletion parameter to true to force the deletion of all the consumers that are associated with it."
                            .formatted(lookup.account(), name, name));
        switch (broker.delete(name)) {
            case CatalogOutcome.Done _ -> {}
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
        var rest = userStreams().stream()
                .filter(stream -> stream.name().compareTo(after) > 0)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .limit(limit + 1L)
                .toList();
        boolean more = rest.size() > limit;
        var page = more ? rest.subList(0, limit) : rest;
        var answer = call.answer().startMap().field(Names.STREAM_NAMES).startList();
        for (var stream : page) answer.text(stream.name());
        answer.endList().field(Names.HAS_MORE_STREAMS).flag(more);
        if (more)
            answer.field(Names.NEXT_TOKEN)
                    .text(new PageToken(clock.millis(), "", page.getLast().name()).sealed(pages));
        answer.field(Names.STREAM_SUMMARIES).startList();
        for (var stream : page) summary(call, answer, stream);
        answer.endList().endMap();
    }

    private void summary(Call call, WireWriter answer, Stream stream) {
        answer.startMap();
        Description.identity(answer, stream, lookup.arn(call, stream));
        answer.endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeLimits.html
    void limits(Call call) {
        Params.read(call.body(), Requests.NOTHING);
        long onDemand = userStreams().stream()
                .filter(stream -> stream.mode() == Stream.Mode.ON_DEMAND)
                .count();
        call.answer()
                .startMap()
                .field(Names.SHARD_LIMIT)
                .number(limit.most())
                .field(Names.OPEN_SHARD_COUNT)
                .number(limit.open())
                .field(Names.ON_DEMAND_STREAM_COUNT)
                .number(onDemand)
                .field(Names.ON_DEMAND_STREAM_COUNT_LIMIT)
                .number(limit.most() / ON_DEMAND_SHARDS)
                .endMap();
    }

    private List<Stream> userStreams() {
        return broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .toList();
    }
}
