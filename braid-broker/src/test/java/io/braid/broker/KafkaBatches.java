package io.braid.broker;

import io.braid.log.Batch;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/// Batches as Kafka's own Java client makes them.
final class KafkaBatches {
    private KafkaBatches() {}

    static Batch of(CompressionType codec, List<SimpleRecord> records) {
        var made = MemoryRecords.withRecords(
                RecordBatch.MAGIC_VALUE_V2,
                0,
                Compression.of(codec).build(),
                TimestampType.CREATE_TIME,
                records.toArray(SimpleRecord[]::new));
        byte[] bytes = new byte[made.sizeInBytes()];
        made.buffer().duplicate().get(bytes);
        return new Batch(MemorySegment.ofArray(bytes));
    }

    /// The same header before other records, with the codec's number put into it. Its checksum does not fit, which
    /// nobody who reads payloads looks at.
    static Batch withPayload(CompressionType codec, byte[] payload) {
        var header =
                ByteBuffer.wrap(of(CompressionType.NONE, List.of(new SimpleRecord(1, "k".getBytes(), "v".getBytes())))
                        .bytes()
                        .toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        byte[] bytes = Arrays.copyOf(header.array(), Batch.HEADER_BYTES + payload.length);
        System.arraycopy(payload, 0, bytes, Batch.HEADER_BYTES, payload.length);
        ByteBuffer.wrap(bytes).putInt(8, bytes.length - Batch.PREFIX_BYTES).putShort(21, (short) codec.id);
        return new Batch(MemorySegment.ofArray(bytes));
    }
}
