package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A record batch in Kafka's v2 layout, read in place: the segment is the memory, this is a way to look at it.
///
/// The same bytes travel from the producer's socket to the disk and on to the consumer's socket. The base offset and
/// the leader epoch are written on the way, and lie outside the checksum; the newest time only where the stream gives
/// records the time of append, or the producer got it wrong, and then the batch is summed anew. The layout is that
/// of KIP-98; https://kafka.apache.org/documentation/#recordbatch describes it.
public record Batch(MemorySegment bytes) {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    // The v2 header, in the order of the bytes.
    private static final long BASE_OFFSET = 0;
    private static final long LENGTH = 8; // of everything after this field
    private static final long LEADER_EPOCH = 12;
    private static final long MAGIC = 16;
    private static final long CRC = 17; // of everything after this field
    private static final long ATTRIBUTES = 21;
    private static final long LAST_OFFSET_DELTA = 23;
    private static final long BASE_TIMESTAMP = 27;
    private static final long MAX_TIMESTAMP = 35;
    private static final long PRODUCER_ID = 43;
    private static final long PRODUCER_EPOCH = 51;
    private static final long BASE_SEQUENCE = 53;
    private static final long RECORD_COUNT = 57;
    public static final int HEADER_BYTES = 61;
    /// What stands before a batch's own length: the base offset and the length field.
    public static final int PREFIX_BYTES = 12;

    // Bits of the attributes.
    private static final int COMPRESSION = 0x07;
    private static final int APPEND_TIME = 0x08;
    static final int TRANSACTIONAL = 0x10;
    static final int CONTROL = 0x20;
    private static final int DELETE_HORIZON = 0x40;

    public static final long NO_PRODUCER = -1;

    public long baseOffset() {
        return bytes.get(LONG, BASE_OFFSET);
    }

    public int leaderEpoch() {
        return bytes.get(INT, LEADER_EPOCH);
    }

    public int lastOffsetDelta() {
        return bytes.get(INT, LAST_OFFSET_DELTA);
    }

    public long lastOffset() {
        return baseOffset() + lastOffsetDelta();
    }

    public long nextOffset() {
        return lastOffset() + 1;
    }

    /// Milliseconds since 1970, which the records' own are relative to.
    public long baseTimestamp() {
        return bytes.get(LONG, BASE_TIMESTAMP);
    }

    /// Milliseconds since 1970 of the newest record, -1 if none has a time.
    public long maxTimestamp() {
        return bytes.get(LONG, MAX_TIMESTAMP);
    }

    public long producerId() {
        return bytes.get(LONG, PRODUCER_ID);
    }

    public short producerEpoch() {
        return bytes.get(SHORT, PRODUCER_EPOCH);
    }

    public int baseSequence() {
        return bytes.get(INT, BASE_SEQUENCE);
    }

    public int recordCount() {
        return bytes.get(INT, RECORD_COUNT);
    }

    public Compression compression() {
        return Compression.of(attributes() & COMPRESSION);
    }

    /// The same, for a batch of which nobody has said yet that its codec [is known][#fault].
    public boolean isPackedAs(Compression compression) {
        return (attributes() & COMPRESSION) == compression.code();
    }

    /// Whether all records carry the time of their arrival ([#maxTimestamp]) instead of their own.
    public boolean hasAppendTime() {
        return (attributes() & APPEND_TIME) != 0;
    }

    public boolean isTransactional() {
        return (attributes() & TRANSACTIONAL) != 0;
    }

    /// Whether this is a marker of the log's own (such as the end of a transaction), never shown to readers.
    public boolean isControl() {
        return (attributes() & CONTROL) != 0;
    }

    public boolean isIdempotent() {
        return producerId() != NO_PRODUCER;
    }

    public int byteSize() {
        return Math.toIntExact(bytes.byteSize());
    }

    /// What the header says the whole batch takes; other than [#byteSize] if this is only its beginning.
    long sizeByHeader() {
        return (long) PREFIX_BYTES + bytes.get(INT, LENGTH);
    }

    /// What follows the header: the records, compressed as [#compression] says.
    public MemorySegment payload() {
        return bytes.asSlice(HEADER_BYTES);
    }

    /// Whether compaction has said when its tombstones, or its transaction's end, may go ([#deleteHorizon]).
    boolean hasDeleteHorizon() {
        return (attributes() & DELETE_HORIZON) != 0;
    }

    /// Milliseconds since 1970. It takes the place of the base timestamp, as Kafka has it (KIP-534): the records' own
    /// are relative to it, and readers need not know.
    long deleteHorizon() {
        return baseTimestamp();
    }

    /// What is wrong with these bytes, in words for a log line; empty if a producer may have sent them.
    public Optional<String> fault() {
        return fault(false);
    }

    /// The same for what is held: compaction may have left records out, even all of them.
    public Optional<String> faultAsHeld() {
        return fault(true);
    }

    private Optional<String> fault(boolean isHeld) {
        if (bytes.byteSize() < HEADER_BYTES)
            return Optional.of("%d bytes is shorter than a header".formatted(bytes.byteSize()));
        int magic = bytes.get(ValueLayout.JAVA_BYTE, MAGIC);
        if (magic != 2) return Optional.of("magic is %d, should be 2".formatted(magic));
        long length = (long) PREFIX_BYTES + bytes.get(INT, LENGTH);
        if (length != bytes.byteSize()) return Optional.of("says %d bytes, has %d".formatted(length, bytes.byteSize()));
        boolean isDense = recordCount() >= 1 && lastOffsetDelta() == recordCount() - 1;
        boolean isThinned = recordCount() >= 0 && lastOffsetDelta() >= Math.max(0, recordCount() - 1);
        if (!isDense && !(isHeld && isThinned))
            return Optional.of("says %d records up to offset delta %d".formatted(recordCount(), lastOffsetDelta()));
        if (!Compression.isKnown(attributes() & COMPRESSION))
            return Optional.of("compression %d is not known".formatted(attributes() & COMPRESSION));
        int crc = bytes.get(INT, CRC);
        int computed = checksum();
        return crc == computed
                ? Optional.empty()
                : Optional.of("checksum %08x should be %08x".formatted(crc, computed));
    }

    /// Whether the checksum is that of the bytes: what they say wrong was sent so, not damaged on the way.
    public boolean isAsSent() {
        return bytes.get(INT, CRC) == checksum();
    }

    /// Puts right what the header says of the newest record, and sums anew. For a batch that [#isAsSent] and was not
    /// appended yet.
    public void correctMaxTimestamp(long millis) {
        bytes.set(LONG, MAX_TIMESTAMP, millis);
        sum();
    }

    /// A copy whose records are packed otherwise. All else that it says of them stays, and the copy is summed.
    ///
    /// @param records all of the batch's, unchanged, as `compression` packs them
    public Batch repacked(MemorySegment records, Compression compression) {
        var copy = holding(records, recordCount(), maxTimestamp());
        copy.bytes.set(SHORT, ATTRIBUTES, (short) (attributes() & ~COMPRESSION | compression.code()));
        copy.sum();
        return copy;
    }

    /// Fills in the header of a batch whose records stand behind it already, checksum last.
    static Batch sealing(
            MemorySegment bytes,
            int recordCount,
            long baseTimestamp,
            long maxTimestamp,
            long producerId,
            short producerEpoch,
            int baseSequence,
            int attributes) {
        bytes.set(LONG, BASE_OFFSET, 0);
        bytes.set(INT, LENGTH, Math.toIntExact(bytes.byteSize() - PREFIX_BYTES));
        bytes.set(INT, LEADER_EPOCH, -1);
        bytes.set(ValueLayout.JAVA_BYTE, MAGIC, (byte) 2);
        bytes.set(SHORT, ATTRIBUTES, (short) attributes);
        bytes.set(INT, LAST_OFFSET_DELTA, recordCount - 1);
        bytes.set(LONG, BASE_TIMESTAMP, baseTimestamp);
        bytes.set(LONG, MAX_TIMESTAMP, maxTimestamp);
        bytes.set(LONG, PRODUCER_ID, producerId);
        bytes.set(SHORT, PRODUCER_EPOCH, producerEpoch);
        bytes.set(INT, BASE_SEQUENCE, baseSequence);
        bytes.set(INT, RECORD_COUNT, recordCount);
        var batch = new Batch(bytes);
        batch.sum();
        return batch;
    }

    // What compaction does to copies.

    /// A batch of these offsets and no records: where all are gone it tells readers that, and where to go on. It is
    /// nobody's.
    static Batch hollow(long baseOffset, int lastOffsetDelta, int leaderEpoch) {
        var batch = sealing(MemorySegment.ofArray(new byte[HEADER_BYTES]), 0, -1, -1, NO_PRODUCER, (short) -1, -1, 0);
        batch.stamp(baseOffset, leaderEpoch);
        batch.bytes.set(INT, LAST_OFFSET_DELTA, lastOffsetDelta);
        batch.sum();
        return batch;
    }

    /// A copy with some of the records, which keep their offsets; to be [summed][#sum].
    ///
    /// @param payload      those records, compressed as before
    /// @param maxTimestamp the largest of theirs
    Batch holding(MemorySegment payload, int recordCount, long maxTimestamp) {
        var copy = MemorySegment.ofArray(new byte[Math.addExact(HEADER_BYTES, Math.toIntExact(payload.byteSize()))]);
        MemorySegment.copy(bytes, 0, copy, 0, HEADER_BYTES);
        MemorySegment.copy(payload, 0, copy, HEADER_BYTES, payload.byteSize());
        copy.set(INT, LENGTH, Math.toIntExact(copy.byteSize() - PREFIX_BYTES));
        copy.set(INT, RECORD_COUNT, recordCount);
        copy.set(LONG, MAX_TIMESTAMP, maxTimestamp);
        return new Batch(copy);
    }

    /// Says when tombstones may go, from which on the records' times are counted; to be [summed][#sum].
    void stampDeleteHorizon(long millis) {
        bytes.set(SHORT, ATTRIBUTES, (short) (attributes() | DELETE_HORIZON));
        bytes.set(LONG, BASE_TIMESTAMP, millis);
    }

    /// Gives all records the time at which they are appended (Kafka: `LogAppendTime`), and sums anew.
    void stampTime(long millis) {
        bytes.set(SHORT, ATTRIBUTES, (short) (attributes() | APPEND_TIME));
        bytes.set(LONG, MAX_TIMESTAMP, millis);
        sum();
    }

    /// Writes the checksum of what stands here now.
    void sum() {
        bytes.set(INT, CRC, checksum());
    }

    /// Writes the offset the log has given to the first record, and the epoch of the log that gave it.
    void stamp(long baseOffset, int leaderEpoch) {
        bytes.set(LONG, BASE_OFFSET, baseOffset);
        bytes.set(INT, LEADER_EPOCH, leaderEpoch);
    }

    private int attributes() {
        return bytes.get(SHORT, ATTRIBUTES);
    }

    private int checksum() {
        var crc = new CRC32C();
        crc.update(bytes.asSlice(ATTRIBUTES).asByteBuffer());
        return (int) crc.getValue();
    }
}
