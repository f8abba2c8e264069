package io.braid.log;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/// Which leader epochs have batches in a partition, and where each begins. One thread changes it, any thread asks.
final class Epochs {
    /// An epoch, and the offset of its first batch.
    record Beginning(int epoch, long offset) {}

    private volatile List<Beginning> beginnings;

    Epochs(List<Beginning> beginnings) {
        this.beginnings = List.copyOf(beginnings);
    }

    List<Beginning> beginnings() {
        return beginnings;
    }

    /// The newest that has batches; empty if none is known.
    OptionalInt last() {
        var known = beginnings;
        return known.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(known.getLast().epoch());
    }

    void note(Batch batch) {
        var known = beginnings;
        if (!known.isEmpty() && known.getLast().epoch() >= batch.leaderEpoch()) return;
        var longer = new ArrayList<>(known);
        longer.add(new Beginning(batch.leaderEpoch(), batch.baseOffset()));
        beginnings = List.copyOf(longer);
    }

    /// Forgets epochs whose records have all been deleted.
    void trim(long start) {
        var known = beginnings;
        int gone = 0;
        while (gone + 1 < known.size() && known.get(gone + 1).offset() <= start) gone++;
        if (gone > 0) beginnings = List.copyOf(known.subList(gone, known.size()));
    }

    /// The epoch that a batch with this offset was written in; empty if that has been forgotten.
    OptionalInt at(long offset) {
        var known = beginnings;
        for (int i = known.size() - 1; i >= 0; i--)
            if (known.get(i).offset() <= offset)
                return OptionalInt.of(known.get(i).epoch());
        return OptionalInt.empty();
    }

    PartitionLog.EpochEnd endOf(int epoch, long end) {
        var known = beginnings;
        for (int i = known.size() - 1; i >= 0; i--) {
            if (known.get(i).epoch() > epoch || known.get(i).offset() >= end) continue;
            long next = i + 1 < known.size() ? known.get(i + 1).offset() : end;
            return new PartitionLog.EpochEnd(known.get(i).epoch(), Math.min(next, end));
        }
        return new PartitionLog.EpochEnd(-1, -1);
    }
}
