package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Compaction of streams that were not compacted before, so that nobody has looked inside of their batches: it goes on,
/// and what it cannot read stays.
class UnreadableBatchTest {
    @Test
    void aBatchThatNobodyCanReadStaysAndProtectsTombstonesBehindIt() throws IOException {
        var keyed = new KeyedPartition();
        var torn = keyed.batch(new BatchBuilder(1), "a1");
        torn.bytes().set(ValueLayout.JAVA_BYTE, Batch.HEADER_BYTES, (byte) 126);
        torn.sum(); // as a producer might send it
        keyed.append(torn);
        keyed.put("b1", "b2", "a");
        keyed.sealAndCompact();
        keyed.now += 5000;
        keyed.put("z1");
        keyed.seal();
        var done = keyed.log.compact(Pace.FREE).orElseThrow();

        assertTrue(done.result().unreadable().isPresent());
        var left = keyed.batches();
        assertEquals(0, left.getFirst().baseOffset());
        assertEquals(List.of("2:b2", "3:a"), KeyedPartition.texts(left.get(1)));
    }

    @Test
    void aBatchThatCannotBeReadToItsEndMakesNothingSuperfluous() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        var torn = keyed.batch(new BatchBuilder(1), "a2", "b1");
        int second = Batch.HEADER_BYTES + (torn.byteSize() - Batch.HEADER_BYTES) / 2;
        torn.bytes().set(ValueLayout.JAVA_BYTE, second, (byte) 126);
        torn.sum();
        keyed.append(torn);
        keyed.put("c1", "c2");
        keyed.sealAndCompact();

        var left = keyed.batches();
        assertEquals(List.of("0:a1"), KeyedPartition.texts(left.getFirst()));
        assertEquals(2, left.get(1).recordCount());
        assertEquals(List.of("4:c2"), KeyedPartition.texts(left.get(2)));
    }

    @Test
    void recordsThatClaimOtherOffsetsThanTheirBatchsRemoveNothing() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        var lying = keyed.batch(new BatchBuilder(keyed.now), "b1");
        int offsetAt = Batch.HEADER_BYTES + 3; // behind length, attributes and timestamp, one byte each
        lying.bytes().set(ValueLayout.JAVA_BYTE, offsetAt, (byte) 100);
        lying.sum();
        keyed.append(lying);
        keyed.put("b2");

        keyed.sealAndCompact();

        assertEquals(List.of("0:a1", "51:b1", "2:b2"), keyed.held());
    }

    @Test
    void aBatchThatCannotBeUnpackedStaysAndThoseAroundItAreCompacted() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(1 << 20, Compaction.NONE));
        keyed.put("a1", "b1");
        var broken = KeyedPartition.packed(keyed.batch(new BatchBuilder(1), "a2"));
        broken.bytes().set(ValueLayout.JAVA_BYTE, Batch.HEADER_BYTES, (byte) 0); // no gzip
        broken.sum();
        keyed.append(broken);
        keyed.put("b2");
        keyed.log.create(KeyedPartition.ID, KeyedPartition.config(1 << 20, KeyedPartition.ALWAYS));
        keyed.seal();
        var done = keyed.log.compact(Pace.FREE).orElseThrow();

        assertTrue(done.result().unreadable().isPresent());
        var left = keyed.batches();
        assertEquals(List.of("0:a1"), KeyedPartition.texts(left.getFirst()));
        assertEquals(2, left.get(1).baseOffset());
        assertEquals(broken.byteSize(), left.get(1).byteSize());
        assertEquals(List.of("3:b2"), KeyedPartition.texts(left.getLast()));
    }

    @Test
    void recordsWithoutKeyOfAnEarlierTimeGoAndAreCounted() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(1 << 20, Compaction.NONE));
        keyed.put("-1", "a1", "-2");
        keyed.putPacked("-3");
        keyed.put("a2");
        keyed.log.create(KeyedPartition.ID, KeyedPartition.config(1 << 20, KeyedPartition.ALWAYS));
        keyed.seal();
        var done = keyed.log.compact(Pace.FREE).orElseThrow();

        assertEquals(3, done.result().keylessRemoved());
        assertEquals(4, done.result().recordsRemoved());
        assertEquals(List.of("4:a2"), keyed.held());
    }
}
