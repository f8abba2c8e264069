package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Which records compaction keeps, by Kafka's rules: the table in [Sieve], and [Dirt].
class CompactionTest {
    @Test
    void onlyTheNewestRecordOfEachKeyStaysAtItsOffset() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "b1");
        keyed.put("c1", "a2", "c2");
        keyed.put("d1");

        keyed.sealAndCompact();

        assertEquals(List.of("1:b1", "3:a2", "4:c2", "5:d1"), keyed.held());
        assertEquals(6, keyed.partition.end());
        assertEquals(0, keyed.partition.start());
    }

    @Test
    void newerRecordsInLaterPassesRemoveOlderOnes() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "b1");
        keyed.sealAndCompact();
        keyed.put("a2");
        keyed.sealAndCompact();

        assertEquals(List.of("1:b1", "2:a2"), keyed.held());
    }

    @Test
    void recordsWithoutKeyGo() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "-1", "b1");
        keyed.put("-2");
        keyed.put("c1");

        keyed.sealAndCompact();

        assertEquals(List.of("0:a1", "2:b1", "4:c1"), keyed.held());
    }

    @Test
    void anEmptyKeyIsAKeyAndAnEmptyValueIsAValue() throws IOException {
        var keyed = new KeyedPartition();
        var empty = java.lang.foreign.MemorySegment.ofArray(new byte[0]);
        keyed.append(
                new BatchBuilder(1).add(1, empty, empty).add(2, empty, empty).build());

        keyed.sealAndCompact();
        keyed.now += 5000;
        keyed.put("z1");
        keyed.sealAndCompact();

        assertEquals(List.of("1:", "2:z1"), keyed.held());
    }

    // What is not touched.

    @Test
    void whatIsNotSealedIsNotTouched() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        keyed.put("a1");
        keyed.put("a2");
        keyed.put("a3");
        keyed.log.checkpoint();

        assertTrue(keyed.log.compact());

        assertEquals(List.of("1:a2", "2:a3"), keyed.held());
        assertFalse(keyed.log.compact());
    }

    @Test
    void whatNoCheckpointCoversIsNotTouchedAsTheJournalMayBeReplayed() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        keyed.put("a1");
        keyed.put("a2");
        keyed.put("a3");

        assertFalse(keyed.log.compact());

        assertEquals(List.of("0:a1", "1:a2", "2:a3"), keyed.held());
    }

    @Test
    void partitionsThatAreNotKeptByKeyAreNotTouched() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, Compaction.NONE));
        keyed.put("a1");
        keyed.put("a2");
        keyed.seal();

        assertFalse(keyed.log.compact());
        assertEquals(List.of("0:a1", "1:a2"), keyed.held());
    }

    // When a pass is due.

    @Test
    void aPassWaitsUntilEnoughIsDirty() throws IOException {
        var half = new Compaction.ByKey(0.5, 0, Long.MAX_VALUE, 1000);
        var keyed = new KeyedPartition(KeyedPartition.config(1 << 20, half));
        keyed.put("a1", "b1", "c1", "d1");
        keyed.sealAndCompact();
        keyed.put("a2");
        keyed.seal();

        assertFalse(keyed.log.compact());

        keyed.put("a3", "b3", "c3");
        keyed.sealAndCompact();
        assertEquals(List.of("3:d1", "5:a3", "6:b3", "7:c3"), keyed.held());
    }

    @Test
    void whereNothingIsNewNothingIsDue() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        keyed.sealAndCompact();

        keyed.seal();
        assertFalse(keyed.log.compact());
        keyed.reopenAfter(keyed.disk::crash);
        assertFalse(keyed.log.compact());
    }

    @Test
    void theDirtiestPartitionComesFirst() throws IOException {
        var keyed = new KeyedPartition();
        var other = keyed.log.create(new PartitionId(KeyedPartition.ID.stream(), 1), keyed.partition.config());
        keyed.put("a1", "b1", "c1", "d1", "e1");
        keyed.sealAndCompact();
        keyed.put("a2");
        var answer = other.append(keyed.batch(new BatchBuilder(1), "x1", "x2"));
        keyed.log.turn();
        assertEquals(new AppendOutcome.Appended(0, 1), answer.resultNow());
        keyed.seal();

        assertTrue(keyed.log.compact());

        assertEquals(List.of("0:a1", "1:b1", "2:c1", "3:d1", "4:e1", "5:a2"), keyed.held());
        assertTrue(keyed.log.compact());
        assertEquals(List.of("1:b1", "2:c1", "3:d1", "4:e1", "5:a2"), keyed.held());
        assertFalse(keyed.log.compact());
    }

    @Test
    void aRecordThatIsTooYoungRemovesNothingYet() throws IOException {
        var lag = new Compaction.ByKey(0, 5000, Long.MAX_VALUE, 1000);
        var keyed = new KeyedPartition(KeyedPartition.config(65, lag));
        keyed.put("a1");
        keyed.put("a2");
        keyed.seal();
        keyed.now += 5000;
        keyed.put("a3");
        keyed.seal();

        assertTrue(keyed.log.compact());
        assertEquals(List.of("1:a2", "2:a3"), keyed.held());

        assertFalse(keyed.log.compact());
        keyed.now += 5000;
        assertTrue(keyed.log.compact());
        assertEquals(List.of("2:a3"), keyed.held());
    }

    @Test
    void aRecordThatWaitsForTooLongMakesAPassDueAndSealsItsSegment() throws IOException {
        var lag = new Compaction.ByKey(1, 0, 5000, 1000);
        var config = new PartitionConfig(
                Durability.DISK,
                1 << 20,
                false,
                1 << 20,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                Retention.FOREVER,
                lag);
        var keyed = new KeyedPartition(config);
        keyed.put("a1", "a2");
        keyed.now += 4999;
        keyed.log.tidy();
        keyed.log.checkpoint();
        assertFalse(keyed.log.compact());

        keyed.now += 2;
        keyed.log.tidy();
        keyed.log.checkpoint();

        assertTrue(keyed.log.compact());
        assertEquals(List.of("1:a2"), keyed.held());
    }

    // Tombstones.

    @Test
    void aTombstoneRemovesWhatIsBeforeItAndStaysForReadersWhoKnowThat() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "b1");
        keyed.put("a");

        keyed.sealAndCompact();

        assertEquals(List.of("1:b1", "2:a"), keyed.held());
    }

    @Test
    void aTombstoneGoesOnceItsTimeIsOverSinceTheFirstPassThatKeptIt() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1", "b1");
        keyed.put("a");
        keyed.sealAndCompact();
        keyed.now += 700; // and each pass another 200
        keyed.put("c1");
        keyed.sealAndCompact();
        assertEquals(List.of("1:b1", "2:a", "3:c1"), keyed.held());

        keyed.put("c2");
        keyed.sealAndCompact();

        assertEquals(List.of("1:b1", "4:c2"), keyed.held());
    }

    @Test
    void aTombstoneThatANewerRecordFollowsGoesAtOnce() throws IOException {
        var keyed = new KeyedPartition();
        keyed.put("a1");
        keyed.put("a");
        keyed.put("a2");

        keyed.sealAndCompact();

        assertEquals(List.of("2:a2"), keyed.held());
    }

    @Test
    void recordsInABatchWithADeleteHorizonKeepTheirTimes() throws IOException {
        var keyed = new KeyedPartition();
        keyed.append(new BatchBuilder(500)
                .add(500, key("a"), key("1"))
                .add(400, key("b"), BatchBuilder.ABSENT)
                .add(900, key("a"), key("2"))
                .add(700, key("c"), key("3"))
                .build());

        keyed.sealAndCompact();

        var batch = keyed.batches().getFirst();
        assertEquals(keyed.now + 1000, batch.deleteHorizon());
        assertEquals(900, batch.maxTimestamp());
        var times = new java.util.ArrayList<Long>();
        var records = KeyedPartition.records(batch);
        while (records.next()) times.add(records.timestamp());
        assertEquals(List.of(400L, 900L, 700L), times);
    }

    @Test
    void aTombstoneThatComesIntoABatchOfAnEarlierPassHasAllItsTime() throws IOException {
        var keyed = new KeyedPartition();
        keyed.limits = KeyedPartition.limits(new CompactionLimits(1024, 1));
        keyed.reopenAfter(keyed.disk::crash);
        var records = new String[40]; // of which 30 fit
        for (int i = 0; i < records.length; i++) records[i] = String.valueOf((char) ('A' + i));
        keyed.put(records);
        keyed.sealAndCompact();
        keyed.now += 5000; // the horizon of the first 30 is behind
        assertTrue(keyed.log.compact());

        assertEquals(10, keyed.held().size());
        keyed.put("z1");
        keyed.sealAndCompact();
        assertEquals(11, keyed.held().size());
        keyed.now += 5000;
        keyed.put("z2");
        keyed.sealAndCompact();
        assertEquals(List.of("41:z2"), keyed.held());
    }

    private static java.lang.foreign.MemorySegment key(String text) {
        return java.lang.foreign.MemorySegment.ofArray(text.getBytes());
    }
}
