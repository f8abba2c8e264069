package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What compaction does to transactions, by Kafka's rules: see [Sieve].
class CompactedTransactionTest {
    private final KeyedPartition keyed = new KeyedPartition();

    CompactedTransactionTest() throws IOException {}

    @Test
    void abortedRecordsGoAndRemoveNothing() throws IOException {
        keyed.put("a1");
        keyed.begin(7, 0, "a2", "b2");
        keyed.put("c1");
        keyed.end(7, false);

        keyed.sealAndCompact();

        assertEquals(List.of("0:a1", "3:c1", "4:abort"), keyed.held());
    }

    @Test
    void committedRecordsCountLikeOthers() throws IOException {
        keyed.put("a1", "b1");
        keyed.begin(7, 0, "a2");
        keyed.put("b2");
        keyed.end(7, true);

        keyed.sealAndCompact();

        assertEquals(List.of("2:a2", "3:b2", "4:commit"), keyed.held());
    }

    @Test
    void anAbortedTombstoneRemovesNothing() throws IOException {
        keyed.put("a1");
        keyed.begin(7, 0, "a");
        keyed.end(7, false);

        keyed.sealAndCompact();

        assertEquals(List.of("0:a1", "2:abort"), keyed.held());
    }

    @Test
    void nothingFromTheLastStableOffsetOnIsTouched() throws IOException {
        keyed.put("a1");
        keyed.put("a2");
        keyed.begin(7, 0, "b1");
        keyed.put("a3");
        keyed.begin(8, 0, "c1");
        keyed.end(8, false);
        keyed.seal();
        assertEquals(2, keyed.partition.lastStable());

        keyed.log.compact();

        assertEquals(List.of("1:a2", "2:b1", "3:a3", "4:c1", "5:abort"), keyed.held());
        assertFalse(keyed.log.compact());

        keyed.end(7, true);
        keyed.sealAndCompact();
        assertEquals(List.of("2:b1", "3:a3", "5:abort", "6:commit"), keyed.held());
    }

    @Test
    void anEndMarkerStaysWhileRecordsOfItsTransactionDo() throws IOException {
        keyed.begin(7, 0, "a1");
        keyed.end(7, true);
        for (int i = 0; i < 3; i++) {
            keyed.now += 5000;
            keyed.put("z" + i);
            keyed.sealAndCompact();
        }

        assertEquals(List.of("0:a1", "1:commit", "4:z2"), keyed.held());
    }

    @Test
    void anEndMarkerOfWhichNothingIsLeftGoesOnceItsTimeIsOver() throws IOException {
        keyed.begin(7, 0, "a1");
        keyed.end(7, false);
        keyed.put("z1");
        keyed.sealAndCompact(); // the record goes
        assertEquals(List.of("1:abort", "2:z1"), keyed.held());

        keyed.now += 5000;
        keyed.put("z2");
        keyed.sealAndCompact(); // from now on the marker's time counts
        assertEquals(List.of("1:abort", "3:z2"), keyed.held());

        keyed.put("z3");
        keyed.sealAndCompact();
        assertEquals(List.of("1:abort", "4:z3"), keyed.held());

        keyed.now += 1000;
        keyed.put("z4");
        keyed.sealAndCompact();
        assertEquals(List.of("5:z4"), keyed.held());
    }

    @Test
    void theEndOfATransactionWithoutRecordsHereGoesLikewise() throws IOException {
        keyed.end(7, true);
        keyed.put("z1");
        keyed.sealAndCompact();
        assertEquals(List.of("0:commit", "1:z1"), keyed.held());

        keyed.now += 1000;
        keyed.put("z2");
        keyed.sealAndCompact();
        assertEquals(List.of("2:z2"), keyed.held());
    }

    @Test
    void aMarkerWithADeleteHorizonStillSaysWhatItEnds() throws IOException {
        keyed.begin(7, 0, "a1");
        keyed.end(7, false);
        keyed.put("z1");
        keyed.sealAndCompact();
        keyed.put("z2");
        keyed.sealAndCompact();
        keyed.reopenAfter(keyed.disk::crash);
        keyed.disk.delete("partitions/%s/%020d-2.index".formatted(KeyedPartition.ID, 0));
        keyed.reopenAfter(keyed.disk::kill);

        assertEquals(
                List.of(new AbortedTransaction(7, 0, 1, 2)), keyed.partition.aborted(0, keyed.partition.lastStable()));
        var marker = keyed.batches().getFirst();
        assertEquals(true, marker.hasDeleteHorizon());
        assertEquals(10_000, marker.maxTimestamp());
        var record = new RecordCursor(marker, marker.payload());
        assertEquals(true, record.next());
        assertEquals(10_000, record.timestamp());
    }

    @Test
    void whatWasAbortedIsKnownWhileAnyOfItIsThere() throws IOException {
        keyed.begin(7, 0, "a1");
        keyed.end(7, false);
        keyed.begin(7, 1, "a2");
        keyed.end(7, true);

        keyed.sealAndCompact();

        assertEquals(List.of("1:abort", "2:a2", "3:commit"), keyed.held());
        assertEquals(List.of(), keyed.partition.aborted(2, 4));
    }

    @Test
    void aMarkerOfAnotherProducerDoesNotEndOnesTransaction() throws IOException {
        keyed.begin(7, 0, "a1");
        keyed.begin(8, 0, "b1");
        keyed.end(8, false);
        keyed.end(7, true);
        keyed.sealAndCompact();
        keyed.now += 5000;
        keyed.put("z1");
        keyed.sealAndCompact();
        keyed.now += 5000;
        keyed.put("z2");
        keyed.sealAndCompact();

        assertEquals(List.of("0:a1", "3:commit", "5:z2"), keyed.held());
    }

    @Test
    void abortedRecordsThatLieInSeveralSegmentsAllGo() throws IOException {
        var keyed = new KeyedPartition(KeyedPartition.config(65, KeyedPartition.ALWAYS));
        keyed.begin(7, 0, "a1");
        keyed.begin(8, 0, "b1");
        keyed.begin(7, 1, "c1");
        keyed.put("d1");
        keyed.end(8, true);
        keyed.end(7, false);

        keyed.sealAndCompact();

        assertEquals(List.of("1:b1", "3:d1", "4:commit", "5:abort"), keyed.held());
    }
}
