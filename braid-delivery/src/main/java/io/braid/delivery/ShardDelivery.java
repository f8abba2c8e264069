package io.braid.delivery;

import io.braid.broker.Shard;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/// How one shard of a channel is delivered: when something is due, and what then happens. It starts no thread: one at
/// a time asks and acts.
///
///     nothing waits ──seen──► waits ──old enough, or enough for an object──► due ──► stored, noted ─┐
///          ▲                    ▲                                                                   │
///          └──── all delivered ─┴──── not all ◄─────────────────────────────────────────────────────┘
final class ShardDelivery {
    private static final long NOTHING_WAITS = -1;

    private final Channel channel;
    private final Positions positions;
    private final Buckets buckets;
    private final Counts counts;
    private final int objectBytesMax;

    private volatile Shard shard; // as the catalog had it last
    private volatile long next; // the first offset that is not delivered
    private long appended; // to the log when `next` was its end, about: what came since waits
    private volatile long waitingSince = NOTHING_WAITS; // milliseconds since 1970

    /// @param next   where delivery goes on
    /// @param waited how long what is already there has waited, if there is something: milliseconds since 1970
    ShardDelivery(
            Channel channel,
            Shard shard,
            long next,
            long waited,
            PartitionLog log,
            Positions positions,
            Buckets buckets,
            Counts counts,
            int objectBytesMax) {
        this.channel = channel;
        this.shard = shard;
        this.next = next;
        this.positions = positions;
        this.buckets = buckets;
        this.counts = counts;
        this.objectBytesMax = objectBytesMax;
        this.appended = log.appendedBytes();
        if (log.lastStable() > next) waitingSince = waited;
    }

    void shardIs(Shard now) {
        shard = now;
    }

    /// How far may be read: committed, and the shard's own.
    ///
    /// @param stable what the log's last stable offset was before the shard was looked up
    private long limit(long stable) {
        return switch (shard.extent()) {
            case Shard.Open _ -> stable;
            case Shard.Closed(long end, var _) -> Math.min(stable, end);
        };
    }

    /// Whether all of a closed shard is delivered, so that its children may begin.
    boolean isDone() {
        return shard.extent() instanceof Shard.Closed(long end, var _) && next >= end;
    }

    /// Whether an object is to be made now.
    ///
    /// @param stable see [#limit]
    boolean isDue(PartitionLog log, long stable, Channel wish, long now) {
        if (next >= limit(stable)) {
            waitingSince = NOTHING_WAITS;
            return false;
        }
        if (waitingSince == NOTHING_WAITS) waitingSince = now;
        return now - waitingSince >= wish.freshness().toMillis() || log.appendedBytes() - appended >= objectBytesMax;
    }

    /// Makes one object of what waits, stores it, and notes that.
    ///
    /// @return how many records were gone before they could be delivered, or cannot be read by anybody
    /// @throws IOException nothing is noted: what was stored will be stored again under the same name
    Lost deliver(PartitionLog log, long stable, InstantSource clock) throws IOException {
        long appendedBefore = log.appendedBytes();
        long limit = limit(stable);
        var reader = new ShardReader(log, next, limit);
        try (var draft = new Draft(channel, shard, next, objectBytesMax)) {
            reader.read(draft);
            if (reader.next() == next) { // a crash has taken what was there
                waitingSince = NOTHING_WAITS;
                return Lost.NONE;
            }
            draft.store(buckets);
            positions.set(channel.id(), shard.index(), reader.next());
            count(draft, reader, Duration.ofMillis(waited(clock.millis())));
            appended += draft.bytes();
        }
        next = reader.next();
        if (next >= limit) {
            waitingSince = NOTHING_WAITS;
            appended = appendedBefore;
        }
        return new Lost(reader.expired(), reader.damaged());
    }

    private void count(Draft draft, ShardReader reader, Duration waited) {
        channel.watcher()
                .delivered(
                        new Channel.Delivered(draft.records(), draft.failed(), draft.bytes(), draft.stored(), waited));
        counts.records.add(draft.records());
        counts.deadLetters.add(draft.failed());
        counts.bytes.add(draft.bytes());
        counts.objectBytes.add(draft.stored());
        if (draft.records() > 0) counts.objects.increment();
        counts.expired.add(reader.expired());
        counts.damaged.add(reader.damaged());
    }

    /// How long the oldest record that is not delivered has waited, milliseconds.
    long waited(long now) {
        long since = waitingSince;
        return since == NOTHING_WAITS ? 0 : Math.max(0, now - since);
    }

    /// Records that are not delivered and never will be.
    record Lost(long expired, long damaged) {
        static final Lost NONE = new Lost(0, 0);
    }
}
