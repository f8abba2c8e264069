package io.braid.delivery;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.Partition;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// How one channel is delivered: which of its stream's shards may be, parents before children, and how often a
/// bucket that is away is tried.
///
/// What is marked so belongs to the lock of [Delivery]; the rest is whoever has claimed a shard.
final class ChannelDelivery {
    private static final System.Logger LOG = System.getLogger(ChannelDelivery.class.getName());
    private static final long BACK_OFF_MILLIS_MIN = 500;
    private static final long BACK_OFF_MILLIS_MAX = 60_000;
    private static final int DOUBLINGS_MAX = 7; // until the longest wait

    private final UUID stream;
    private final Broker broker;
    private final InstantSource clock;
    private final Positions positions;
    private final Buckets buckets;
    private final int objectBytesMax;
    private final Counts counts = new Counts();

    private volatile Channel channel; // written under the lock
    private List<Shard> known = List.of(); // under the lock: what `shards` was made from
    private final TreeMap<Integer, ShardDelivery> shards = new TreeMap<>(); // under the lock
    private final Set<Integer> claimed = new HashSet<>(); // under the lock
    private boolean begun; // under the lock: whether it has looked at its shards before
    private int failures; // under the lock: in a row
    private long notBefore; // under the lock: milliseconds since 1970
    private volatile Optional<String> trouble = Optional.empty();

    ChannelDelivery(
            UUID stream,
            Channel channel,
            Broker broker,
            InstantSource clock,
            Positions positions,
            Buckets buckets,
            int objectBytesMax) {
        this.stream = stream;
        this.channel = channel;
        this.broker = broker;
        this.clock = clock;
        this.positions = positions;
        this.buckets = buckets;
        this.objectBytesMax = objectBytesMax;
    }

    /// One shard that is due, taken by whoever got this until it is given back with [#done].
    record Claim(ChannelDelivery of, int index, ShardDelivery shard, Partition partition, long stable) {}

    /// Under the lock. What may change of a channel is only its freshness.
    void channelIs(Channel now) {
        channel = now;
    }

    Channel channel() {
        return channel;
    }

    UUID stream() {
        return stream;
    }

    Counts counts() {
        return counts;
    }

    /// Why nothing can be delivered now; empty while all is well. Any thread.
    Optional<String> trouble() {
        return trouble;
    }

    /// Under the lock. A shard that is due and nobody's.
    ///
    /// @throws IOException the positions cannot be read, or the log is closed
    Optional<Claim> claim(long now) throws IOException {
        if (now < notBefore || failures > 0 && !claimed.isEmpty()) return Optional.empty();
        // The ends of the logs first, the shards then: up to there a shard that is open is nobody else's.
        var found = broker.catalog().stream(stream);
        if (found.isEmpty()) return Optional.empty();
        var stables = stables(found.get());
        var current = broker.catalog().stream(stream);
        if (current.isEmpty()) return Optional.empty();
        refresh(current.get(), now);
        for (var entry : shards.entrySet()) {
            var shard = current.get().shard(entry.getKey());
            if (shard.isEmpty() || claimed.contains(entry.getKey())) continue;
            long stable = stables.getOrDefault(shard.get().partition(), 0L);
            var partition = broker.partition(stream, shard.get().partition());
            if (partition.isEmpty() || !parentsAreDone(shard.get())) continue;
            if (!entry.getValue().isDue(partition.get().log(), stable, channel, now)) continue;
            claimed.add(entry.getKey());
            return Optional.of(new Claim(this, entry.getKey(), entry.getValue(), partition.get(), stable));
        }
        return Optional.empty();
    }

    private Map<Integer, Long> stables(Stream current) {
        var stables = new TreeMap<Integer, Long>();
        for (var shard : current.shards())
            stables.computeIfAbsent(
                    shard.partition(),
                    index -> broker.partition(stream, index)
                            .map(partition -> partition.log().lastStable())
                            .orElse(0L));
        return stables;
    }

    /// Follows what the stream's shards have become.
    private void refresh(Stream current, long now) throws IOException {
        if (current.shards() == known) return;
        for (var shard : current.shards()) {
            if (!channel.takes(shard)) continue;
            var there = shards.get(shard.index());
            if (there != null) there.shardIs(shard);
            else shards.put(shard.index(), begin(shard, now));
        }
        shards.keySet().removeIf(index -> current.shard(index).isEmpty());
        positions.keepOnly(channel.id(), shards.keySet());
        known = current.shards();
        begun = true;
    }

    /// What waited when the server stopped has waited long enough; a shard that comes while it runs begins to wait now.
    private ShardDelivery begin(Shard shard, long now) throws IOException {
        OptionalLong position = positions.of(channel.id(), shard.index());
        long next = position.orElseGet(() -> channel.begin(shard));
        long longAgo = Math.max(
                channel.created().toEpochMilli(), now - channel.freshness().toMillis());
        var log = broker.partition(stream, shard.partition())
                .orElseThrow(() -> new IOException(
                        "partition %d of %s is not there".formatted(shard.partition(), channel.names().stream())))
                .log();
        return new ShardDelivery(
                channel, shard, next, begun ? now : longAgo, log, positions, buckets, counts, objectBytesMax);
    }

    /// Those that are forgotten were closed, and have expired; those that the channel does not take are none of it.
    private boolean parentsAreDone(Shard shard) {
        for (int parent : shard.parents()) {
            var there = shards.get(parent);
            if (there != null && !there.isDone()) return false;
        }
        return true;
    }

    /// Delivers what was claimed. Not under the lock.
    void deliver(Claim claim) throws IOException {
        var lost = claim.shard().deliver(claim.partition().log(), claim.stable(), clock);
        if (lost.expired() > 0)
            LOG.log(
                    WARNING,
                    "records expired before they were delivered: channel={0} shard={1} records={2}",
                    channel.name(),
                    claim.index(),
                    lost.expired());
        if (lost.damaged() > 0)
            LOG.log(
                    ERROR,
                    "damaged records are not delivered: channel={0} shard={1} records={2}",
                    channel.name(),
                    claim.index(),
                    lost.damaged());
    }

    /// Under the lock. Gives a shard back, after it was delivered or not.
    ///
    /// @param failure why it was not; empty if it was
    void done(int index, Optional<Exception> failure) {
        claimed.remove(index);
        if (failure.isEmpty()) {
            if (failures > 0) LOG.log(INFO, "delivery goes on: channel={0}", channel.name());
            failures = 0;
            notBefore = 0;
            trouble = Optional.empty();
            return;
        }
        failed(failure.get());
    }

    /// Under the lock. Waits longer and longer.
    void failed(Exception failure) {
        counts.failures.increment();
        var why = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        if (failures == 0)
            LOG.log(
                    WARNING,
                    "delivery failed and is tried again, more and more slowly: channel={0} cause={1}",
                    channel.name(),
                    why);
        long wait = Math.min(BACK_OFF_MILLIS_MAX, BACK_OFF_MILLIS_MIN << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        notBefore = clock.millis() + wait;
        trouble = Optional.of(why);
    }

    /// Under the lock. How long the oldest record that is not delivered has waited, milliseconds.
    long waited(long now) {
        return shards.values().stream()
                .mapToLong(shard -> shard.waited(now))
                .max()
                .orElse(0);
    }
}
