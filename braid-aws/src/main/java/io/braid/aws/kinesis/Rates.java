package io.braid.aws.kinesis;

import io.braid.aws.kinesis.OperationRate.Scope;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;

/// What Amazon lets through in a second, for those who want to meet it in their tests
/// (`kinesis.limits = amazon`, docs/decisions/0081): by shard, by consumer and shard, by operation.
/// Limits nothing unless it is asked to.
///
/// Any thread. One lock, held for some additions: what is limited to so little does not contend for
/// it.
final class Rates {
    /// Data and partition keys that a shard takes.
    static final long BYTES_IN = 1 << 20;

    static final long RECORDS_IN = 1000;
    /// Data and partition keys that a shard gives to GetRecords, and to each consumer with enhanced
    /// fan-out.
    static final long BYTES_OUT = 2 << 20;
    /// Calls of GetRecords, by shard.
    static final long READS = 5;
    /// Calls of GetShardIterator, by shard.
    static final long ITERATORS = 5;
    /// Calls of SubscribeToShard, by consumer and shard.
    static final long SUBSCRIPTIONS = 1;

    /// Of each kind, in the same few seconds; one more is refused.
    private static final int USED_MAX = 100_000;

    private record ShardKey(UUID stream, int shard) {}

    /// @param stream its name; empty if the rate is the account's
    private record CallKey(Home home, String stream) {}

    /// What a shard has left.
    private record ShardBuckets(
            TokenBucket bytesIn,
            TokenBucket recordsIn,
            TokenBucket bytesOut,
            TokenBucket reads,
            TokenBucket iterators) {
        static ShardBuckets fresh(InstantSource clock) {
            return new ShardBuckets(
                    new TokenBucket(BYTES_IN, clock),
                    new TokenBucket(RECORDS_IN, clock),
                    new TokenBucket(BYTES_OUT, clock),
                    new TokenBucket(READS, clock),
                    new TokenBucket(ITERATORS, clock));
        }

        boolean areFull() {
            return bytesIn.isFull() && recordsIn.isFull() && bytesOut.isFull() && reads.isFull() && iterators.isFull();
        }
    }

    /// What a consumer has left of a shard.
    private record FanOutBuckets(TokenBucket subscriptions, TokenBucket bytes) {
        static FanOutBuckets fresh(InstantSource clock) {
            return new FanOutBuckets(new TokenBucket(SUBSCRIPTIONS, clock), new TokenBucket(BYTES_OUT, clock));
        }

        boolean areFull() {
            return subscriptions.isFull() && bytes.isFull();
        }
    }

    private final boolean limited;
    // guarded by this:
    private final Buckets<ShardKey, ShardBuckets> shards;
    private final Buckets<Subscriptions.Key, FanOutBuckets> fanOut;
    private final Map<String, Buckets<CallKey, TokenBucket>> calls = new HashMap<>(); // by operation

    /// @param limited whether anything is
    Rates(boolean limited, InstantSource clock) {
        this.limited = limited;
        shards = new Buckets<>(() -> ShardBuckets.fresh(clock), ShardBuckets::areFull, USED_MAX);
        fanOut = new Buckets<>(() -> FanOutBuckets.fresh(clock), FanOutBuckets::areFull, USED_MAX);
        OperationRate.all()
                .forEach((operation, rate) -> calls.put(
                        operation,
                        new Buckets<>(() -> new TokenBucket(rate.perSecond(), clock), TokenBucket::isFull, USED_MAX)));
    }

    boolean areLimited() {
        return limited;
    }

    /// Whether a shard takes one more record. One that is larger than a second's bytes needs a
    /// whole second's, and the shard takes nothing until the rest is made up for.
    boolean takeWrite(UUID stream, int shard, long bytes) {
        return !limited
                || takeOf(
                        stream,
                        shard,
                        buckets -> buckets.recordsIn().has(1)
                                && buckets.bytesIn().tryTake(bytes)
                                && buckets.recordsIn().tryTake(1));
    }

    /// Whether a shard may be read once more.
    boolean takeRead(UUID stream, int shard) {
        return !limited
                || takeOf(
                        stream,
                        shard,
                        buckets ->
                                !buckets.bytesOut().isSpent() && buckets.reads().tryTake(1));
    }

    /// So much was read of a shard.
    void read(UUID stream, int shard, long bytes) {
        if (limited)
            takeOf(stream, shard, buckets -> {
                buckets.bytesOut().take(bytes);
                return true;
            });
    }

    /// Whether a shard gives one more iterator.
    boolean takeIterator(UUID stream, int shard) {
        return !limited || takeOf(stream, shard, buckets -> buckets.iterators().tryTake(1));
    }

    private synchronized boolean takeOf(UUID stream, int shard, Predicate<ShardBuckets> take) {
        return shards.of(new ShardKey(stream, shard)).filter(take).isPresent();
    }

    /// Whether a consumer may try once more to subscribe to a shard.
    synchronized boolean takeSubscription(Subscriptions.Key key) {
        return !limited
                || fanOut.of(key)
                        .filter(buckets -> buckets.subscriptions().tryTake(1))
                        .isPresent();
    }

    /// How long a consumer has to wait for more of a shard's records, milliseconds.
    long millisUntilSent(Subscriptions.Key key) {
        return limited ? millisInDebt(key) : 0;
    }

    private synchronized long millisInDebt(Subscriptions.Key key) {
        return fanOut.of(key).map(buckets -> buckets.bytes().millisInDebt()).orElse(1000L);
    }

    /// So much of a shard was sent to a consumer.
    void sent(Subscriptions.Key key, long bytes) {
        if (limited) take(key, bytes);
    }

    private synchronized void take(Subscriptions.Key key, long bytes) {
        fanOut.of(key).ifPresent(buckets -> buckets.bytes().take(bytes));
    }

    /// Whether an operation that has a rate may be called once more.
    ///
    /// @param stream that the request names; empty if it names none
    synchronized boolean takeCall(String operation, OperationRate rate, Home home, String stream) {
        var key = new CallKey(home, rate.scope() == Scope.STREAM ? stream : "");
        return calls.get(operation).of(key).filter(bucket -> bucket.tryTake(1)).isPresent();
    }
}
