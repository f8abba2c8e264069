package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogCodecsTest {
    private final LogCodecs codecs = new LogCodecs();

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void whatIsPackedHereIsReadByKafkasClientAndHere(CompressionType codec) throws Exception {
        var records = records();
        var plain = KafkaBatches.of(CompressionType.NONE, records).payload();
        var packed = codecs.pack(plain, KafkaBatches.of(codec, records).compression());

        var batch = KafkaBatches.of(codec, records);
        var again = KafkaBatches.withPayload(codec, packed.toArray(ValueLayout.JAVA_BYTE));
        assertEquals(-1, plain.mismatch(codecs.unpack(again)));
        assertEquals(-1, plain.mismatch(codecs.unpack(batch)));
        assertTrue(packed.byteSize() < plain.byteSize() / 2, codec + " packs to " + packed.byteSize());

        var values = new ArrayList<String>();
        for (var record :
                readByKafka(batch.bytes().toArray(ValueLayout.JAVA_BYTE), packed.toArray(ValueLayout.JAVA_BYTE)))
            values.add(record);
        assertEquals(records.stream().map(LogCodecsTest::value).toList(), values);
    }

    private static List<SimpleRecord> records() {
        var random = new Random(3);
        var records = new ArrayList<SimpleRecord>();
        for (int i = 0; i < 2_000; i++) {
            var value = Integer.toHexString(random.nextInt()).repeat(1 + i % 40);
            records.add(new SimpleRecord(1_000 + i, ("key " + i).getBytes(), value.getBytes()));
        }
        return records;
    }

    /// The values in a batch with another payload.
    private static List<String> readByKafka(byte[] batch, byte[] payload) {
        var bytes = ByteBuffer.allocate(61 + payload.length).put(batch, 0, 61).put(payload);
        bytes.putInt(8, bytes.capacity() - 12);
        var crc = new CRC32C();
        crc.update(bytes.array(), 21, bytes.capacity() - 21);
        bytes.putInt(17, (int) crc.getValue()).flip();
        var values = new ArrayList<String>();
        for (var read : MemoryRecords.readableRecords(bytes).batches()) {
            read.ensureValid();
            for (var record : read) values.add(value(record.value()));
        }
        return values;
    }

    private static String value(SimpleRecord record) {
        return value(record.value());
    }

    private static String value(ByteBuffer value) {
        var bytes = new byte[value.remaining()];
        value.duplicate().get(bytes);
        return new String(bytes);
    }
}
