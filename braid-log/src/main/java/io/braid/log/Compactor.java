package io.braid.log;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Compacts partitions that keep only the newest record of each key: one [CompactionPass] a turn, over the partition of
/// which the largest part is dirty. Any thread; production has one for it, so that writers and readers go on meanwhile.
///
/// A pass that fails does no harm, as nothing was changed that is not whole: the partition rests for a while, and
/// whoever called is told.
final class Compactor {
    /// A pass that was made, from its first dirty offset on.
    record Done(PartitionId partition, long from, CompactionPass.Result result, Duration took) {}

    private static final long REST_MILLIS = 600_000; // whatever is wrong is mended by people, or not at all

    private final Disk disk;
    private final DiskSpace space;
    private final LiveLimits limits;
    private final Codecs codecs;
    private final InstantSource clock;
    private final Collection<PartitionLog> partitions;
    private final CompactionPass.Swapper swapper;

    private final ReentrantLock running = new ReentrantLock(); // one pass at a time; guards `resting`
    private final Map<PartitionLog, Long> resting = new HashMap<>(); // until when

    /// @param partitions a view of all there are
    Compactor(
            Disk disk,
            DiskSpace space,
            LiveLimits limits,
            Codecs codecs,
            InstantSource clock,
            Collection<PartitionLog> partitions,
            CompactionPass.Swapper swapper) {
        this.disk = disk;
        this.space = space;
        this.limits = limits;
        this.codecs = codecs;
        this.clock = clock;
        this.partitions = partitions;
        this.swapper = swapper;
    }

    /// Makes one pass; empty if none is due.
    ///
    /// @throws Pace.Over   the partition was closed or deleted meanwhile
    /// @throws IOException it failed: the message says why
    Optional<Done> turn(Pace pace) throws IOException {
        running.lock();
        try {
            var now = clock.instant();
            resting.values().removeIf(until -> until <= now.toEpochMilli());
            var dirtiest = dirtiest(now.toEpochMilli());
            return dirtiest.isEmpty() ? Optional.empty() : Optional.of(compact(dirtiest.get(), now, pace));
        } finally {
            running.unlock();
        }
    }

    private Optional<Dirt> dirtiest(long nowMillis) throws IOException {
        Optional<Dirt> dirtiest = Optional.empty();
        for (var partition : partitions) {
            if (!(partition.config().compaction() instanceof Compaction.ByKey policy)) continue;
            if (!partition.isOpen() || resting.containsKey(partition)) continue;
            var dirt = orRest(partition, nowMillis, () -> Dirt.due(partition, policy, nowMillis));
            if (dirt.isEmpty()) continue;
            if (dirtiest.isEmpty() || dirt.get().ratio() > dirtiest.get().ratio()) dirtiest = dirt;
        }
        return dirtiest;
    }

    private Done compact(Dirt dirt, Instant began, Pace pace) throws IOException {
        var pass = new CompactionPass(
                dirt, disk, space, limits.now().compaction(), codecs, began.toEpochMilli(), pace, swapper);
        var result = orRest(dirt.partition(), began.toEpochMilli(), pass::run);
        var took = Duration.between(began, clock.instant());
        return new Done(dirt.partition().id(), dirt.firstDirty(), result, took);
    }

    private interface Attempt<T> {
        T make() throws IOException;
    }

    /// Has the partition rest if the attempt fails; not if nobody needs it any more.
    private <T> T orRest(PartitionLog partition, long nowMillis, Attempt<T> attempt) throws IOException {
        boolean isHarmless = false;
        try {
            var made = attempt.make();
            isHarmless = true;
            return made;
        } catch (Pace.Over e) {
            isHarmless = true;
            throw e;
        } finally {
            if (!isHarmless) resting.put(partition, nowMillis + REST_MILLIS);
        }
    }
}
