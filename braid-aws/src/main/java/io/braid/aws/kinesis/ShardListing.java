package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;

/// Describing a stream and listing its shards, page by page.
final class ShardListing {
    private static final int DESCRIBE_MAX = 100;
    private static final int LIST_MAX = 1000;

    private final Broker broker;
    private final Lookup lookup;
    private final Consumers consumers;
    private final InstantSource clock;
    private final Seal pages;

    ShardListing(Broker broker, Lookup lookup, Consumers consumers, InstantSource clock, Seal pages) {
        this.broker = broker;
        this.lookup = lookup;
        this.consumers = consumers;
        this.clock = clock;
        this.pages = pages;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStream.html
    void describe(Call call) {
        var params = Params.read(call.body(), Requests.DESCRIBE_STREAM);
        var stream = lookup.told(params);
        var status = lookup.status(stream);
        int limit = (int) Math.min(DESCRIBE_MAX, params.number("Limit").orElse(DESCRIBE_MAX));
        int after = params.text("ExclusiveStartShardId")
                .map(id -> lookup.shardIndex(id, Lookup.shownName(stream)))
                .orElse(-1);
        var page = Page.of(shards(stream, status), after, limit);
        var answer = call.answer().startMap().field(Names.STREAM_DESCRIPTION).startMap();
        Description.identity(answer, stream, lookup.arn(call, stream), status);
        answer.field(Names.SHARDS).startList();
        for (var shard : page.shards()) Description.shard(answer, shard);
        answer.endList().field(Names.HAS_MORE_SHARDS).flag(page.hasMore());
        Description.details(answer, StreamAttributes.of(stream), RetentionOperations.hours(broker, stream));
        answer.endMap().endMap();
    }

    /// A stream that is being created or deleted shows none.
    private List<Shard> shards(Stream stream, LifeCycle.Status status) {
        return switch (status) {
            case ACTIVE, UPDATING -> ShardFilter.ALL.select(stream, broker.horizon(stream));
            case CREATING, DELETING -> List.of();
        };
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamSummary.html
    void summarize(Call call) {
        var stream = lookup.told(Params.read(call.body(), Requests.STREAM));
        var status = lookup.status(stream);
        var answer =
                call.answer().startMap().field(Names.STREAM_DESCRIPTION_SUMMARY).startMap();
        Description.identity(answer, stream, lookup.arn(call, stream), status);
        var attributes = StreamAttributes.of(stream);
        Description.details(answer, attributes, RetentionOperations.hours(broker, stream));
        answer.field(Names.OPEN_SHARD_COUNT)
                .number(shards(stream, status).stream().filter(Shard::isOpen).count())
                .field(Names.CONSUMER_COUNT)
                .number(consumers.of(stream).size())
                .field(Names.MAX_RECORD_SIZE_IN_KIB)
                .number(attributes.recordKib());
        switch (stream.mode()) {
            case ON_DEMAND -> {
                if (attributes.warmMibps() > 0) Description.warmThroughput(answer, attributes.warmMibps());
                answer.field(Names.CHANNEL_COUNT)
                        .number(StoredChannel.of(stream).size());
                answer.field(Names.RECORD_DISTRIBUTION_STRATEGY)
                        .text(attributes.isAutoDistributed() ? "AUTO" : "USER_PARTITION_KEY");
            }
            case PROVISIONED -> {}
        }
        answer.endMap().endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
    void list(Call call) {
        var params = Params.read(call.body(), Requests.LIST_SHARDS);
        int limit = (int) Math.min(LIST_MAX, params.number("MaxResults").orElse(LIST_MAX));
        var query = params.text("NextToken").map(token -> next(params, token)).orElseGet(() -> first(params));
        var stream = query.stream();
        var page = Page.of(query.filter().select(stream, broker.horizon(stream)), query.after(), limit);
        var answer = call.answer().startMap();
        if (page.hasMore()) {
            var token = new PageToken(
                    clock.millis(),
                    stream.id() + " " + query.filter().encoded(),
                    Integer.toString(page.shards().getLast().index()));
            answer.field(Names.NEXT_TOKEN).text(token.sealed(pages));
        }
        answer.field(Names.SHARDS).startList();
        for (var shard : page.shards()) Description.shard(answer, shard);
        answer.endList().endMap();
    }

    private record Query(Stream stream, ShardFilter filter, int after) {}

    private Query first(Params params) {
        if (params.text("StreamName").isEmpty() && params.text("StreamARN").isEmpty())
            throw AwsFault.invalidArgument("Either NextToken or StreamName should be provided.");
        var stream = lookup.stream(params);
        lookup.requireCreated(stream);
        params.moment("StreamCreationTimestamp").ifPresent(created -> {
            // The same name may have been another stream's before; clients round to seconds as they like.
            if (Math.abs(created - stream.created().toEpochMilli()) >= 1000)
                throw lookup.noStream(Lookup.shownName(stream));
        });
        var filter = params.structure("ShardFilter")
                .map(f -> ShardFilter.of(f, lookup, Lookup.shownName(stream)))
                .orElse(ShardFilter.ALL);
        int after = params.text("ExclusiveStartShardId")
                .map(id -> lookup.shardIndex(id, Lookup.shownName(stream)))
                .orElse(-1);
        return new Query(stream, filter, after);
    }

    private Query next(Params params, String token) {
        refuseBesideToken("StreamName", params.text("StreamName").isPresent());
        refuseBesideToken("StreamARN", params.text("StreamARN").isPresent());
        refuseBesideToken(
                "ExclusiveStartShardId", params.text("ExclusiveStartShardId").isPresent());
        refuseBesideToken(
                "StreamCreationTimestamp",
                params.moment("StreamCreationTimestamp").isPresent());
        refuseBesideToken("ShardFilter", params.structure("ShardFilter").isPresent());
        var page = PageToken.open(pages, token, clock.millis());
        var query = page.query().split(" ");
        var stream = lookup.find(UUID.fromString(query[0]))
                .orElseThrow(() -> AwsFault.notFound("The stream of this NextToken does not exist any more."));
        lookup.count(Lookup.shownName(stream));
        return new Query(stream, ShardFilter.decode(query[1]), Integer.parseInt(page.after()));
    }

    private static void refuseBesideToken(String member, boolean present) {
        if (present) throw AwsFault.invalidArgument("NextToken and %s cannot be provided together.".formatted(member));
    }

    private record Page(List<Shard> shards, boolean hasMore) {
        static Page of(List<Shard> all, int after, int limit) {
            var rest = all.stream().filter(shard -> shard.index() > after).toList();
            boolean more = rest.size() > limit;
            return new Page(more ? rest.subList(0, limit) : rest, more);
        }
    }
}
