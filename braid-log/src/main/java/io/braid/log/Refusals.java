package io.braid.log;

import java.util.LinkedHashMap;

/// Which batches of idempotent producers a partition refused, of each producer the one with the lowest sequence.
///
/// A producer that the partition does not know may begin at any sequence. One that has several batches under way and
/// is refused the first of them (the disk is full, too much is waiting, a record is broken) must not begin with the
/// next: the first could never be written any more. Worse, a client that gives the first up numbers what follows anew,
/// and what it sends later, with the number of a batch that is here, would be taken for its repetition: acknowledged,
/// and never written.
///
/// Kafka keeps the same for batches that wait for their transaction's coordinator only (KIP-890). Any thread.
final class Refusals {
    /// Of producers; beyond it, who was refused longest ago may begin anywhere again.
    static final int MOST = 1_000;

    private static final int FIRST = 0;
    private static final int HALF = 1 << 30; // of all sequences: they begin again at 0 after the largest int

    private record Lowest(short epoch, int sequence, long millis) {}

    // In the order in which they were first refused. Guarded by this.
    private final LinkedHashMap<Long, Lowest> byProducer = new LinkedHashMap<>();
    private volatile boolean isEmpty = true; // spares the lock where nobody was refused

    /// Remembers a refused batch, whatever the reason. Bytes that are no batch are nobody's.
    synchronized void note(Batch batch, long nowMillis) {
        if (batch.bytes().byteSize() < Batch.HEADER_BYTES || !batch.isIdempotent() || batch.isControl()) return;
        short epoch = batch.producerEpoch();
        int sequence = batch.baseSequence();
        byProducer.compute(batch.producerId(), (_, known) -> {
            if (known == null) return new Lowest(epoch, sequence, nowMillis);
            if (known.epoch() < epoch) return new Lowest(epoch, FIRST, nowMillis);
            boolean isLower = known.epoch() == epoch && isBehind(known.sequence(), sequence);
            return isLower ? new Lowest(epoch, sequence, nowMillis) : known;
        });
        if (byProducer.size() > MOST) byProducer.pollFirstEntry();
        isEmpty = false;
    }

    /// Whether a batch of a producer that is not known otherwise would leave out one that was refused. A new epoch
    /// begins with the first sequence, as that of a known producer does.
    boolean leavesOut(Batch batch) {
        if (isEmpty) return false;
        synchronized (this) {
            var lowest = byProducer.get(batch.producerId());
            if (lowest == null) return false;
            return lowest.epoch() == batch.producerEpoch()
                    ? isBehind(batch.baseSequence(), lowest.sequence())
                    : lowest.epoch() < batch.producerEpoch() && batch.baseSequence() != FIRST;
        }
    }

    private static boolean isBehind(int sequence, int other) {
        int ahead = (sequence - other) & Integer.MAX_VALUE;
        return ahead > 0 && ahead < HALF;
    }

    /// Once a producer is known, its newest sequence tells what comes next.
    void forget(long producerId) {
        if (isEmpty) return;
        synchronized (this) {
            byProducer.remove(producerId);
            isEmpty = byProducer.isEmpty();
        }
    }

    /// Forgets those who were refused at `millis` or before.
    void expire(long millis) {
        if (isEmpty) return;
        synchronized (this) {
            byProducer.values().removeIf(lowest -> lowest.millis() <= millis);
            isEmpty = byProducer.isEmpty();
        }
    }
}
