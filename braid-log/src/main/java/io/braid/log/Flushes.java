package io.braid.log;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Which partitions without journal have records that their settings want synced, and when the first is due. Writer
/// thread only.
///
/// Only the earliest due time is kept, so that a turn in which nothing is due costs one comparison.
final class Flushes {
    private final Set<PartitionLog> waiting = new LinkedHashSet<>();
    private long firstMillis = Long.MAX_VALUE; // nothing is due before
    private long notedMillis = Long.MIN_VALUE; // the newest time seen: a clock that went back makes all due

    /// A partition was written to, or has other settings: syncs it if that is due already.
    void note(PartitionLog partition, long nowMillis) throws IOException {
        if (sync(partition, nowMillis)) return;
        long due = partition.tail.flushAt(partition.config());
        if (due == Long.MAX_VALUE) return;
        waiting.add(partition);
        firstMillis = Math.min(firstMillis, due);
        notedMillis = Math.max(notedMillis, nowMillis);
    }

    /// The partition was deleted.
    void forget(PartitionLog partition) {
        waiting.remove(partition);
    }

    void clear() {
        waiting.clear();
        firstMillis = Long.MAX_VALUE;
    }

    boolean isDue(long nowMillis) {
        return !waiting.isEmpty() && (nowMillis >= firstMillis || nowMillis < notedMillis);
    }

    /// Milliseconds until [#isDue]; [Long#MAX_VALUE] if nothing waits.
    long millisUntilDue(long nowMillis) {
        if (waiting.isEmpty()) return Long.MAX_VALUE;
        return isDue(nowMillis) ? 0 : firstMillis - nowMillis;
    }

    /// Syncs all that are due.
    void syncDue(long nowMillis) throws IOException {
        boolean isBack = nowMillis < notedMillis;
        for (var partition : waiting) if (isBack) partition.tail.sync();
        waiting.removeIf(partition -> partition.tail.flushAt(partition.config()) == Long.MAX_VALUE);
        for (var partition : List.copyOf(waiting)) if (sync(partition, nowMillis)) waiting.remove(partition);
        firstMillis = Long.MAX_VALUE;
        for (var partition : waiting) firstMillis = Math.min(firstMillis, partition.tail.flushAt(partition.config()));
        notedMillis = nowMillis;
    }

    private static boolean sync(PartitionLog partition, long nowMillis) throws IOException {
        boolean isDue = partition.tail.isFlushDue(partition.config(), nowMillis);
        if (isDue) partition.tail.sync();
        return isDue;
    }
}
