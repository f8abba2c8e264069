package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The end of one producer's transaction in one partition: a control batch with one record, as Kafka writes it
/// (KIP-98), which its clients skip by the batch's attributes.
///
///     key    version (2, 0), type (2: 0 abort, 1 commit)
///     value  version (2, 0), the coordinator's epoch (4)
///     header `braid`: the transaction's first offset in this partition (8, -1 if it had no records here), the last
///            stable offset behind the marker (8)
///
/// The header is ours: with it every marker tells by itself which records it ends, so a segment's aborted
/// transactions can be told from that segment alone.
///
/// @param isCommit    whether the transaction's records are to be shown
/// @param firstOffset of its records here, -1 if it had none
/// @param stable      the first offset of a transaction that was still open behind the marker, or the one after it
record EndMarker(boolean isCommit, long firstOffset, long stable) {
    static final long NO_RECORDS = -1;

    private static final String HEADER = "braid";
    private static final int HEADER_VALUE_BYTES = 2 * Long.BYTES; // the batch's last
    private static final short COMMIT = 1;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    /// A marker that is still to be [completed][#complete].
    static Batch batch(long producerId, short producerEpoch, boolean isCommit, int coordinatorEpoch, long millis) {
        var key = ByteBuffer.allocate(2 * Short.BYTES)
                .putShort((short) 0)
                .putShort(isCommit ? COMMIT : 0)
                .array();
        var value = ByteBuffer.allocate(Short.BYTES + Integer.BYTES)
                .putShort((short) 0)
                .putInt(coordinatorEpoch)
                .array();
        return new BatchBuilder(millis, Batch.HEADER_BYTES + 64)
                .producer(producerId, producerEpoch, -1)
                .endingTransaction()
                .add(
                        millis,
                        MemorySegment.ofArray(key),
                        MemorySegment.ofArray(value),
                        new Header(HEADER, MemorySegment.ofArray(new byte[HEADER_VALUE_BYTES])))
                .build();
    }

    /// Writes into a marker what is known only when it is numbered.
    static void complete(Batch marker, long firstOffset, long stable) {
        long at = marker.byteSize() - HEADER_VALUE_BYTES;
        marker.bytes().set(LONG, at, firstOffset);
        marker.bytes().set(LONG, at + Long.BYTES, stable);
        marker.sum();
    }

    /// What a control batch says.
    ///
    /// @throws CorruptBatchException it is no marker of this log's
    static EndMarker of(Batch batch) throws CorruptBatchException {
        var records = new RecordCursor(batch, batch.payload());
        if (!records.next() || records.key().byteSize() != 2 * Short.BYTES)
            throw new CorruptBatchException(
                    "control batch at offset %d: no end of a transaction in it".formatted(batch.baseOffset()));
        for (var header : records.headers())
            if (header.name().equals(HEADER) && header.value().byteSize() == HEADER_VALUE_BYTES)
                return new EndMarker(
                        records.key().get(SHORT, Short.BYTES) == COMMIT,
                        header.value().get(LONG, 0),
                        header.value().get(LONG, Long.BYTES));
        throw new CorruptBatchException(
                "control batch at offset %d: header '%s' is missing".formatted(batch.baseOffset(), HEADER));
    }
}
