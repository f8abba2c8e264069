package io.braid.log;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Who waits for a partition's ends to move. Any thread.
final class Watches {
    private final Set<OneWatch> all = ConcurrentHashMap.newKeySet(); // bounded by those who may connect

    /// Calls `wake` once, when `end` is above `offset` and somebody [looks][#wake].
    ///
    /// @param isOver whether it is to be called at once, whatever the end is; asked after the watch is there
    PartitionLog.Watch add(LongSupplier end, long offset, BooleanSupplier isOver, Runnable wake) {
        var watch = new OneWatch(end, offset, wake);
        all.add(watch);
        if (watch.isDue() || isOver.getAsBoolean()) watch.fire(); // moved before it was seen: nobody else would wake it
        return watch;
    }

    /// Wakes those whose end has moved, or everybody.
    void wake(boolean everybody) {
        for (var watch : all) if (everybody || watch.isDue()) watch.fire();
    }

    private final class OneWatch implements PartitionLog.Watch {
        private final LongSupplier end;
        private final long offset;
        private final Runnable wake;
        private final AtomicBoolean over = new AtomicBoolean();

        OneWatch(LongSupplier end, long offset, Runnable wake) {
            this.end = end;
            this.offset = offset;
            this.wake = wake;
        }

        boolean isDue() {
            return end.getAsLong() > offset;
        }

        void fire() {
            all.remove(this);
            if (over.compareAndSet(false, true)) wake.run();
        }

        @Override
        public void close() {
            over.set(true);
            all.remove(this);
        }
    }
}
