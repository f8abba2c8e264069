package io.braid.log;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Tells on a walk through a partition from its start, below its last stable offset, which batches are of aborted
/// transactions, and which end markers end nothing that is left. One thread.
final class TransactionWalk {
    // Those with records in the segment that is walked now: by producer, then by first offset.
    private final Map<Long, TreeMap<Long, AbortedTransaction>> aborted = new HashMap<>();
    // Whose transactional batches were met, but not their marker; as many as wrote at the same time.
    private final Set<Long> met = new HashSet<>();

    /// The aborted transactions that have records in what is walked from now on.
    void expect(List<AbortedTransaction> some) {
        aborted.clear();
        for (var each : some)
            aborted.computeIfAbsent(each.producerId(), _ -> new TreeMap<>()).put(each.firstOffset(), each);
    }

    /// Whether a batch of records, which comes next, is of an aborted transaction.
    boolean isAborted(Batch batch) {
        if (!batch.isTransactional()) return false;
        met.add(batch.producerId());
        var ofProducer = aborted.get(batch.producerId());
        var last = ofProducer == null ? null : ofProducer.floorEntry(batch.baseOffset());
        return last != null && last.getValue().covers(batch);
    }

    /// Whether an end marker, which comes next, ends a transaction of which nothing was met.
    boolean endsNothing(Batch marker) {
        return !met.remove(marker.producerId());
    }
}
