package io.braid.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Builds one uncompressed batch, record by record, in growing memory of its own. One thread.
///
/// A record is, each number a [Varint] unless said otherwise: its length, attributes (one byte, 0), timestamp
/// less the batch's, offset less the batch's, key length (-1: absent) and key, value length (-1: absent) and
/// value, number of headers, and for each header its name's length and name, value's length (-1: absent) and
/// value. (https://kafka.apache.org/documentation/#record)
public final class BatchBuilder {
    /// A missing key or value, which is not the same as an empty one. Compared by identity.
    public static final MemorySegment ABSENT = MemorySegment.ofArray(new byte[0]);

    private static final int BYTES_AT_FIRST = 1024;
    private static final int VARINT_BYTES_MAX = 5;

    private final long baseTimestampMillis;
    private byte[] bytes;
    private int size = Batch.HEADER_BYTES;
    private int recordCount;
    private long maxTimestampMillis = -1;
    private long producerId = Batch.NO_PRODUCER;
    private short producerEpoch = -1;
    private int baseSequence = -1;
    private int attributes;
    private boolean built;

    /// `baseTimestampMillis`: milliseconds since 1970 of the first record.
    public BatchBuilder(long baseTimestampMillis) {
        this(baseTimestampMillis, BYTES_AT_FIRST);
    }

    /// The same for who knows about how large the batch will be: memory of this many bytes grows only if it is
    /// larger.
    public BatchBuilder(long baseTimestampMillis, int bytesExpected) {
        this.baseTimestampMillis = baseTimestampMillis;
        this.bytes = new byte[Math.max(bytesExpected, Batch.HEADER_BYTES)];
    }

    /// Makes the batch one of an idempotent producer, whose first record has this sequence number.
    public BatchBuilder producer(long id, short epoch, int baseSequence) {
        this.producerId = id;
        this.producerEpoch = epoch;
        this.baseSequence = baseSequence;
        return this;
    }

    /// Makes the batch part of its producer's transaction.
    public BatchBuilder transactional() {
        attributes = Batch.TRANSACTIONAL;
        return this;
    }

    /// Makes the batch one that ends its producer's transaction.
    BatchBuilder endingTransaction() {
        attributes = Batch.TRANSACTIONAL | Batch.CONTROL;
        return this;
    }

    /// Adds a record; `key` and `value` are null-free: [#ABSENT] stands for a missing one.
    ///
    /// @throws IllegalArgumentException the batch would grow past two gigabytes
    public BatchBuilder add(long timestampMillis, MemorySegment key, MemorySegment value, Header... headers) {
        if (built) throw new IllegalStateException("the batch is built already");
        long timestampDelta = timestampMillis - baseTimestampMillis;
        var names = new byte[headers.length][];
        long body = 1
                + Varint.size(timestampDelta)
                + Varint.size(recordCount)
                + sizeOf(key)
                + sizeOf(value)
                + Varint.size(headers.length);
        for (int i = 0; i < headers.length; i++) {
            names[i] = headers[i].name().getBytes(StandardCharsets.UTF_8);
            body += Varint.size(names[i].length) + names[i].length + sizeOf(headers[i].value());
        }
        int at = makeRoom(body);
        at = Varint.put(bytes, at, (int) body);
        bytes[at++] = 0;
        at = Varint.put(bytes, at, timestampDelta);
        at = Varint.put(bytes, at, recordCount);
        at = put(at, key);
        at = put(at, value);
        at = Varint.put(bytes, at, headers.length);
        for (int i = 0; i < headers.length; i++) {
            at = put(at, MemorySegment.ofArray(names[i]));
            at = put(at, headers[i].value());
        }
        size = at;
        recordCount++;
        maxTimestampMillis = Math.max(maxTimestampMillis, timestampMillis);
        return this;
    }

    public int recordCount() {
        return recordCount;
    }

    public int byteSize() {
        return size;
    }

    /// The batch, checksummed, ready to append. The builder is spent.
    ///
    /// @throws IllegalStateException nothing was added, or it was built before
    public Batch build() {
        if (recordCount == 0) throw new IllegalStateException("a batch has at least one record");
        if (built) throw new IllegalStateException("the batch is built already");
        built = true;
        return Batch.sealing(
                MemorySegment.ofArray(bytes).asSlice(0, size),
                recordCount,
                baseTimestampMillis,
                maxTimestampMillis,
                producerId,
                producerEpoch,
                baseSequence,
                attributes);
    }

    private static long sizeOf(MemorySegment part) {
        return part == ABSENT ? 1 : Varint.size(Math.toIntExact(part.byteSize())) + part.byteSize();
    }

    private int put(int at, MemorySegment part) {
        if (part == ABSENT) return Varint.put(bytes, at, -1);
        int length = (int) part.byteSize();
        int from = Varint.put(bytes, at, length);
        MemorySegment.copy(part, ValueLayout.JAVA_BYTE, 0, bytes, from, length);
        return from + length;
    }

    private int makeRoom(long body) {
        long needed = size + VARINT_BYTES_MAX + body;
        if (needed > Integer.MAX_VALUE - 8)
            throw new IllegalArgumentException("a batch of %d bytes is larger than memory takes".formatted(needed));
        if (needed > bytes.length)
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8, Math.max(needed, 2L * bytes.length)));
        return size;
    }
}
