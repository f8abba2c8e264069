package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What [BatchBuilder] writes [RecordCursor] reads, and nothing that anybody sends makes it do worse than refuse.
class RecordCursorTest {
    @Test
    void emptyIsNotAbsent() throws CorruptBatchException {
        var empty = MemorySegment.ofArray(new byte[0]);
        var batch = new BatchBuilder(1)
                .add(1, empty, BatchBuilder.ABSENT, new Header("e", empty), new Header("a", BatchBuilder.ABSENT))
                .build();

        var records = new RecordCursor(batch, batch.payload());

        assertTrue(records.next());
        assertNotSame(BatchBuilder.ABSENT, records.key());
        assertEquals(0, records.key().byteSize());
        assertSame(BatchBuilder.ABSENT, records.value());
        assertNotSame(BatchBuilder.ABSENT, records.headers().get(0).value());
        assertSame(BatchBuilder.ABSENT, records.headers().get(1).value());
        assertFalse(records.next());
    }

    @Test
    void aBuilderIsSpentOnceItHasBuilt() {
        var builder = new BatchBuilder(1);
        assertThrows(IllegalStateException.class, builder::build);
        builder.add(1, BatchBuilder.ABSENT, BatchBuilder.ABSENT).build();

        assertThrows(IllegalStateException.class, builder::build);
        assertThrows(IllegalStateException.class, () -> builder.add(1, BatchBuilder.ABSENT, BatchBuilder.ABSENT));
    }

    @Test
    void aBuilderGrowsWithWhatIsAdded() throws CorruptBatchException {
        var builder = new BatchBuilder(-5, 0);
        for (int i = 0; i < 300; i++) builder.add(i * 1_000_000_000L, BatchBuilder.ABSENT, bytes(i));
        int size = builder.byteSize();
        var batch = builder.build();

        assertEquals(Optional.empty(), batch.fault());
        assertEquals(size, batch.byteSize());
        assertEquals(299_000_000_000L, batch.maxTimestamp());
        var records = new RecordCursor(batch, batch.payload());
        for (int i = 0; i < 300; i++) {
            assertTrue(records.next());
            assertEquals(i, records.offset());
            assertEquals(i * 1_000_000_000L, records.timestamp());
            assertEquals(i, records.value().byteSize());
        }
        assertFalse(records.next());
    }

    @Test
    void impossibleLengthsAreRefusedBeforeAnyRoomIsMadeForThem() {
        // length, attributes, timestamp, offset, key length, value length, headers; zig-zag: 1 is -1, 3 is -2
        refuses("the record says 63 bytes, 0 are left", 126);
        refuses("the record says -1 bytes", 1);
        refuses("a part says -2 bytes", 12, 0, 0, 0, 3, 1, 0);
        refuses("a part says 50 bytes, 2 are left", 12, 0, 0, 0, 100, 1, 0);
        refuses("the record says 60 headers in 0 bytes", 12, 0, 0, 0, 1, 1, 120);
        refuses("the record says -1 headers in 0 bytes", 12, 0, 0, 0, 1, 1, 1);
        refuses("a header without a name", 16, 0, 0, 0, 1, 1, 2, 1, 1);
        refuses("the record ends too early", 8, 0, 0, 0, 1);
        refuses("1 bytes of the record are left over", 14, 0, 0, 0, 1, 1, 0, 0);
        refuses("1 bytes follow the last record", 12, 0, 0, 0, 1, 1, 0, 9);
        refuses("a number of more than 35 bits", 255, 255, 255, 255, 255, 255);
        refuses("the record ends too early");
    }

    @Test
    void randomBytesAreReadOrRefusedAndNothingElse() {
        for (int seed = 0; seed < 5000; seed++) {
            var random = new Random(seed);
            var payload = new byte[random.nextInt(40)];
            for (int i = 0; i < payload.length; i++)
                payload[i] = (byte) random.nextInt(random.nextBoolean() ? 20 : 256);
            try {
                readAll(payload);
            } catch (CorruptBatchException _) {
                // what is to be expected of most of them
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    private static void refuses(String detail, int... payload) {
        var bytes = new byte[payload.length];
        for (int i = 0; i < payload.length; i++) bytes[i] = (byte) payload[i];
        var refused = assertThrows(CorruptBatchException.class, () -> readAll(bytes));
        assertTrue(refused.getMessage().contains(detail), refused.getMessage());
    }

    /// As the records of a batch that says it has one.
    private static void readAll(byte[] payload) throws CorruptBatchException {
        var batch = new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, BatchBuilder.ABSENT)
                .build();
        var records = new RecordCursor(batch, MemorySegment.ofArray(payload));
        while (records.next())
            for (var header : records.headers()) assertTrue(header.value().byteSize() <= payload.length);
    }

    private static MemorySegment bytes(int count) {
        return MemorySegment.ofArray(new byte[count]);
    }
}
