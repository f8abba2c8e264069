package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Batch;
import io.braid.log.CorruptBatchException;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xerial.snappy.Snappy;

class PayloadsTest {
    private static final int MIB = 1 << 20;
    private static final long SEED = 20;

    private record Read(long offset, long timestamp, String key, String value) {}

    @ParameterizedTest
    @EnumSource
    void recordsOfKafkasClientReadTheSameUnderEveryCodec(CompressionType codec) throws Exception {
        var records = new ArrayList<SimpleRecord>();
        var expected = new ArrayList<Read>();
        var random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            var value = "value %d %s"
                    .formatted(i, Long.toHexString(random.nextLong()).repeat(i % 40));
            records.add(new SimpleRecord(1_000 + i, ("key " + i).getBytes(), value.getBytes()));
            expected.add(new Read(i, 1_000 + i, "key " + i, value));
        }

        var batch = KafkaBatches.of(codec, records);

        assertEquals(expected, read(batch, 16 * MIB));
    }

    @ParameterizedTest
    @EnumSource
    void oneEmptyRecordIsReadUnderEveryCodec(CompressionType codec) throws Exception {
        var batch = KafkaBatches.of(codec, List.of(new SimpleRecord(7, new byte[0], new byte[0])));

        assertEquals(List.of(new Read(0, 7, "", "")), read(batch, MIB));
    }

    @Test
    void aBareSnappyBlockIsReadAsOtherClientsWriteIt() throws Exception {
        var plain = KafkaBatches.of(CompressionType.NONE, List.of(new SimpleRecord(7, "k".getBytes(), "v".getBytes())));
        byte[] block = Snappy.compress(plain.payload().toArray(ValueLayout.JAVA_BYTE));

        var batch = KafkaBatches.withPayload(CompressionType.SNAPPY, block);

        assertEquals(-1, plain.payload().mismatch(Payloads.of(batch, MIB)));
    }

    @Test
    void recordsThatAreNotCompressedAreReadWhereTheyAre() throws Exception {
        var batch = KafkaBatches.of(CompressionType.NONE, List.of(new SimpleRecord("v".getBytes())));

        var payload = Payloads.of(batch, 0);

        assertEquals(batch.payload(), payload);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void exactlyTheBytesAllowedAreReadAndNotOneMore(CompressionType codec) throws Exception {
        var records = List.of(new SimpleRecord(7, "k".getBytes(), new byte[100_000]));
        int size = KafkaBatches.of(CompressionType.NONE, records).byteSize() - Batch.HEADER_BYTES;
        var batch = KafkaBatches.of(codec, records);

        assertEquals(size, Payloads.of(batch, size).byteSize());
        var refused = assertThrows(CorruptBatchException.class, () -> Payloads.of(batch, size - 1));
        assertTrue(refused.getMessage().endsWith("decompresses to more than the %d bytes allowed".formatted(size - 1)));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aBombIsRefusedBeforeItIsLarge(CompressionType codec) {
        var batch = KafkaBatches.of(codec, List.of(new SimpleRecord(7, "k".getBytes(), new byte[64 * MIB])));
        assertTrue(batch.byteSize() < 4 * MIB, "is no bomb: " + batch.byteSize());

        assertThrows(CorruptBatchException.class, () -> Payloads.of(batch, MIB));
    }

    @Test
    void aSnappyBlockThatOnlyClaimsToBeLargeIsRefused() {
        byte[] claimsTwoGiB = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07, 0};
        byte[] claimsFourGiB = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0};

        for (var payload : List.of(claimsTwoGiB, claimsFourGiB))
            assertThrows(
                    CorruptBatchException.class,
                    () -> Payloads.of(KafkaBatches.withPayload(CompressionType.SNAPPY, payload), MIB));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void aPayloadThatWasCutNeverReadsAsWhole(CompressionType codec) {
        var records = List.of(new SimpleRecord(7, "k".getBytes(), noise(3_000)));
        var whole = KafkaBatches.of(codec, records).payload().toArray(ValueLayout.JAVA_BYTE);

        for (int length = 0; length < whole.length; length += 37) {
            var cut = KafkaBatches.withPayload(codec, Arrays.copyOf(whole, length));
            assertThrows(CorruptBatchException.class, () -> read(cut, MIB), codec + " cut to " + length);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void noiseIsAnAnswerAndNeverACrash(CompressionType codec) {
        var records = List.of(new SimpleRecord(7, "k".getBytes(), noise(3_000)));
        var whole = KafkaBatches.of(codec, records).payload().toArray(ValueLayout.JAVA_BYTE);
        var random = new Random(SEED);

        for (int round = 0; round < 500; round++) {
            var bytes = whole.clone();
            for (int flips = 0; flips < 8; flips++) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                Payloads.of(KafkaBatches.withPayload(codec, bytes), MIB);
            } catch (CorruptBatchException expected) {
                assertTrue(expected.getMessage().startsWith("batch at 0: its "), expected.getMessage());
            }
        }
    }

    private static byte[] noise(int size) {
        byte[] bytes = new byte[size];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private static List<Read> read(Batch batch, int bytesMax) throws IOException {
        var read = new ArrayList<Read>();
        var records = new RecordCursor(batch, Payloads.of(batch, bytesMax));
        while (records.next())
            read.add(new Read(records.offset(), records.timestamp(), text(records.key()), text(records.value())));
        return read;
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE));
    }
}
