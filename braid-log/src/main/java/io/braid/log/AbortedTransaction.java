package io.braid.log;

/// A transaction of which no record may be shown to readers of committed records.
///
/// @param producerId  whose it was
/// @param firstOffset of its records in this partition
/// @param lastOffset  of its end marker
/// @param stable      all that had begun before this offset had ended by then
public record AbortedTransaction(long producerId, long firstOffset, long lastOffset, long stable) {
    /// Whether a batch is one of its.
    public boolean covers(Batch batch) {
        return batch.isTransactional()
                && batch.producerId() == producerId
                && batch.baseOffset() >= firstOffset
                && batch.baseOffset() <= lastOffset;
    }
}
