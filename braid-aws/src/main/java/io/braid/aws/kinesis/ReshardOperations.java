package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.HashKey;
import io.braid.broker.HashRange;
import io.braid.broker.Reshard;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// SplitShard, MergeShards and UpdateShardCount. All of Amazon's checks are made on the stream as it is when its turn
/// to change has come, so that of two requests for one shard the second is told. The change is durable when it is
/// answered: the stream is ACTIVE all the time, unless it is to be told otherwise ([LifeCycle]).
final class ReshardOperations {
    /// What UpdateShardCount may make of a stream.
    private static final int SCALED_SHARDS_MAX = 10_000;
    /// How often it may be scaled in 24 hours, if Amazon's limits hold.
    private static final int SCALINGS_MAX = 10;

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private final Broker broker;
    private final Lookup lookup;
    private final ShardLimit limit;
    private final Changes changes;
    private final InstantSource clock;
    private final ReentrantLock turn = new ReentrantLock(); // from a look at the stream until it is UPDATING

    ReshardOperations(Broker broker, Lookup lookup, InstantSource clock, ShardLimit limit) {
        this.broker = broker;
        this.lookup = lookup;
        this.limit = limit;
        this.changes = new Changes(broker, lookup);
        this.clock = clock;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html
    void split(Call call) throws IOException {
        var params = Params.read(call.body(), ReshardRequests.SPLIT_SHARD);
        var name = Lookup.name(params);
        int index = lookup.shardIndex(params.requiredText("ShardToSplit"), name);
        var key = new BigInteger(params.requiredText("NewStartingHashKey"));
        reshard(params, stream -> {
            var shard = shard(stream, index);
            limit.check(call, 1);
            if (!isInside(key, shard.range())) throw notInside(key, shard, stream);
            requireOpen(shard, stream);
            return new Reshard.Split(index, HashKey.of(key));
        });
    }

    /// Amazon leaves both children two keys at least.
    private static boolean isInside(BigInteger key, HashRange range) {
        return key.compareTo(range.first().toBigInteger().add(BigInteger.ONE)) > 0
                && key.compareTo(range.last().toBigInteger()) < 0;
    }

    private AwsFault notInside(BigInteger key, Shard shard, Stream stream) {
        return AwsFault.invalidArgument(
                "NewStartingHashKey %s used in SplitShard() on shard %s in stream %s under account %s is not both greater than one plus the shard's StartingHashKey %s and less than the shard's EndingHashKey %s."
                        .formatted(
                                key,
                                Lookup.shardId(shard.index()),
                                Lookup.shownName(stream),
                                lookup.account(),
                                shard.range().first(),
                                shard.range().last()));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_MergeShards.html
    void merge(Call call) throws IOException {
        var params = Params.read(call.body(), ReshardRequests.MERGE_SHARDS);
        var name = Lookup.name(params);
        int first = lookup.shardIndex(params.requiredText("ShardToMerge"), name);
        int second = lookup.shardIndex(params.requiredText("AdjacentShardToMerge"), name);
        reshard(params, stream -> {
            var pair = List.of(shard(stream, first), shard(stream, second));
            if (!pair.get(0).range().isBefore(pair.get(1).range()))
                throw AwsFault.invalidArgument(
                        "Shards %s and %s in stream %s under account %s are not an adjacent pair of shards eligible for merging"
                                .formatted(Lookup.shardId(first), Lookup.shardId(second), name, lookup.account()));
            for (var shard : pair) requireOpen(shard, stream);
            return new Reshard.Merge(first, second);
        });
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
    void updateCount(Call call) throws IOException {
        var params = Params.read(call.body(), ReshardRequests.UPDATE_SHARD_COUNT);
        var name = Lookup.name(params);
        long target = params.number("TargetShardCount").orElseThrow();
        var before = new Stream[1];
        var after = reshard(params, stream -> {
            before[0] = stream;
            int open = stream.openShardCount();
            if (target > SCALED_SHARDS_MAX || open > SCALED_SHARDS_MAX && target == SCALED_SHARDS_MAX)
                throw tooFar(
                        "Target shard count or number of open shards cannot be greater than %d."
                                .formatted(SCALED_SHARDS_MAX),
                        open,
                        target);
            if (target > 2L * open)
                throw tooFar(
                        "UpdateShardCount cannot scale up over double your current open shard count.", open, target);
            if (2 * target < open)
                throw tooFar(
                        "UpdateShardCount cannot scale down below half your current open shard count.", open, target);
            limit.check(call, target - open);
            checkScalings(stream);
            return new Reshard.Scale((int) target);
        });
        call.answer()
                .startMap()
                .field(Names.STREAM_NAME)
                .text(name)
                .field(Names.CURRENT_SHARD_COUNT)
                .number(before[0].openShardCount())
                .field(Names.TARGET_SHARD_COUNT)
                .number(target)
                .field(Names.STREAM_ARN)
                .text(lookup.arn(call, after))
                .endMap();
    }

    private void checkScalings(Stream stream) {
        long since = clock.millis() - DAY_MILLIS + 1;
        int scaled = StreamAttributes.of(stream).scalings(since).size();
        if (lookup.rates().areLimited() && scaled >= SCALINGS_MAX)
            throw AwsFault.of(
                    "LimitExceededException",
                    "UpdateShardCount cannot scale stream %s under account %s more than %d times in 24 hours."
                            .formatted(Lookup.shownName(stream), lookup.account(), SCALINGS_MAX));
    }

    private static AwsFault tooFar(String what, int open, long target) {
        return AwsFault.of(
                "LimitExceededException",
                "%s Current open shard count: %d, Target shard count: %d".formatted(what, open, target));
    }

    /// The stream as it is when that is done, and told to be UPDATING. A crash between the two
    /// leaves it ACTIVE, and a scaling uncounted.
    private Stream reshard(Params params, Function<Stream, Reshard> decide) throws IOException {
        var named = lookup.stream(params); // an internal stream is not there, nor is another home's
        turn.lock();
        try {
            var done = new Reshard[1];
            var stream = reshard(named, now -> done[0] = decide.apply(now));
            long now = clock.millis();
            return changes.attributes(stream, (_, before) -> {
                boolean isScaled = done[0] instanceof Reshard.Scale;
                return lookup.life().updating(isScaled ? before.withScaling(now, now - DAY_MILLIS) : before);
            });
        } finally {
            turn.unlock();
        }
    }

    private Stream reshard(Stream named, Function<Stream, Reshard> decide) throws IOException {
        var name = Lookup.shownName(named);
        var outcome = broker.reshard(named.name(), stream -> {
            requireProvisioned(stream);
            var change = decide.apply(stream);
            lookup.requireActive(stream);
            return change;
        });
        return switch (outcome) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.NotFound _ -> throw lookup.noStream(name);
            case CatalogOutcome.AlreadyExists _ -> throw lookup.noStream(name);
            case CatalogOutcome.Invalid(var field, String detail) ->
                throw switch (field) {
                    case PARTITIONS, SHARDS -> AwsFault.of("LimitExceededException", detail);
                    case NAME, SETTINGS -> AwsFault.invalidArgument(detail);
                };
            case CatalogOutcome.Unknown(IOException cause) -> throw cause;
        };
    }

    private void requireProvisioned(Stream stream) {
        switch (stream.mode()) {
            case PROVISIONED -> {}
            case ON_DEMAND ->
                throw AwsFault.validation("Request is invalid. Stream %s under account %s is in On-Demand mode."
                        .formatted(Lookup.shownName(stream), lookup.account()));
        }
    }

    private Shard shard(Stream stream, int index) {
        return stream.shard(index)
                .filter(shard -> !shard.isClosedBefore(broker.horizon(stream)))
                .orElseThrow(() -> lookup.shardNotFound(Lookup.shardId(index), Lookup.shownName(stream)));
    }

    private void requireOpen(Shard shard, Stream stream) {
        if (!shard.isOpen())
            throw AwsFault.invalidArgument(
                    "Shard %s in stream %s under account %s has already been merged or split, and thus is not eligible for merging or splitting."
                            .formatted(Lookup.shardId(shard.index()), Lookup.shownName(stream), lookup.account()));
    }
}
