package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.StoredBatches.Found;
import io.braid.log.Verification.Finding;
import io.braid.log.Verification.Kind;
import io.braid.log.Verification.Summary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What [Verification] and [LogFiles] say of directories with compacted segments, in which offsets are missing.
class CompactedDirectoryTest {
    private static final int TWO_BATCHES = SegmentHeader.BYTES + 150;
    private static final String COMPACTED = Segment.nameOf(KeyedPartition.ID, 0, 1);

    private final KeyedPartition keyed = new KeyedPartition(KeyedPartition.config(TWO_BATCHES, KeyedPartition.ALWAYS));
    private final List<Finding> findings = new ArrayList<>();

    CompactedDirectoryTest() throws IOException {}

    @Test
    void gapsAreNoLoss() throws IOException {
        fill();
        keyed.log.close();

        var summary = verify();

        assertEquals(new Summary(1, keyed.segmentFiles().size(), 0, summary.byteSize(), true, 0, 0), summary);
        assertEquals(List.of(), findings);
    }

    @Test
    void gapsAreNoLossAfterAKillEither() throws IOException {
        fill();
        keyed.disk.kill();

        assertEquals(0, verify().lost());
        assertEquals(List.of(), findings);
    }

    @Test
    void aFlippedBitIsFoundWhereverItIs() throws IOException {
        fill();
        keyed.log.close();
        int size = bytesOf(COMPACTED).remaining();
        assertTrue(size > SegmentHeader.BYTES + 2 * Batch.HEADER_BYTES);

        for (int at = 0; at < size; at++)
            for (int bit : List.of(1, 128)) {
                flip(COMPACTED, at, bit);
                assertTrue(verify().lost() > 0, "bit " + bit + " of byte " + at);
                flip(COMPACTED, at, bit);
            }
        assertEquals(0, verify().lost());
    }

    /// No checksum of a batch covers its base offset, and no neighbour tells it behind a gap.
    @Test
    void aBatchThatHasMovedInsideOfItsGapIsNotCarriedOnByTheNextPass() throws IOException {
        fill();
        keyed.disk.kill();
        flip(COMPACTED, SegmentHeader.BYTES + 7, 3); // 2 becomes 1
        keyed.reopenAfter(keyed.disk::kill);
        keyed.put("c3");
        keyed.put("c4");
        keyed.seal();

        var damaged = new ArrayList<String>();
        try {
            keyed.log.compact();
        } catch (CorruptBatchException e) {
            damaged.add(e.getMessage());
        }

        assertEquals(List.of(COMPACTED + ": " + OffsetSum.DISAGREES), damaged);
    }

    @Test
    void whatCompactionHasReplacedAndIsThereAgainGoes() throws IOException {
        fill();
        var bytes = bytesOf(COMPACTED);
        keyed.put("a3");
        keyed.put("b3");
        keyed.put("c3");
        keyed.sealAndCompact();
        var held = keyed.held();
        keyed.log.close();
        try (var file = keyed.disk.create(COMPACTED)) {
            file.write(0, bytes);
            file.force();
        }

        var summary = verify();

        assertEquals(0, summary.lost());
        assertEquals(1, summary.repaired());
        var finding = findings.getFirst();
        assertEquals(Kind.REPAIRED, finding.kind());
        assertEquals("sim/" + COMPACTED, finding.where());
        assertEquals("what compaction has left of it is in another file: it goes at the next start", finding.what());
        try (var inUse = LogFiles.openInUse(keyed.disk);
                var closed = LogFiles.open(keyed.disk)) {
            assertEquals(held, shown(inUse, 0));
            assertEquals(held, shown(closed, 0));
        }
    }

    @Test
    void allThatIsLeftIsShown() throws IOException {
        fill();
        var held = keyed.held();

        try (var files = LogFiles.openInUse(keyed.disk)) {
            assertEquals(held, shown(files, 0));
            assertEquals(held, shown(files, 1));
        }
        keyed.log.close();
        try (var files = LogFiles.open(keyed.disk)) {
            assertEquals(held, shown(files, 0));
            assertEquals(held.subList(1, held.size()), shown(files, 3));
        }
    }

    @Test
    void whoReadsTheFilesOfAServerMissesNothingThatItCompactsMeanwhile() throws IOException {
        for (var record : List.of("a1", "b1", "c1", "d1", "a2", "b2", "e1", "f1")) keyed.put(record);
        keyed.seal();

        var shown = new ArrayList<String>();
        try (var files = LogFiles.openInUse(keyed.disk);
                var batches = files.batches(KeyedPartition.ID, 0)) {
            for (int i = 0; i < 3; i++) shown.addAll(next(batches));
            while (keyed.log.compact()) {}
            for (var more = next(batches); !more.isEmpty(); more = next(batches)) shown.addAll(more);
        }

        assertEquals(List.of("0:a1", "1:b1", "2:c1", "3:d1", "4:a2", "5:b2", "6:e1", "7:f1"), shown);
    }

    /// Two keys, of which the first records are gone; the first compacted segment stands for six offsets and holds
    /// four of them, in batches between which others are missing.
    private void fill() throws IOException {
        for (var record : List.of("a1", "b1", "a2", "x1", "b2", "y1")) keyed.put(record);
        keyed.seal();
        keyed.log.create(KeyedPartition.ID, KeyedPartition.config(1000, KeyedPartition.ALWAYS));
        assertTrue(keyed.log.compact());
        keyed.log.create(KeyedPartition.ID, KeyedPartition.config(TWO_BATCHES, KeyedPartition.ALWAYS));
        keyed.put("c1");
        keyed.log.checkpoint();
        assertEquals(List.of("2:a2", "3:x1", "4:b2", "5:y1", "6:c1"), keyed.held());
        assertTrue(keyed.disk.exists(COMPACTED));
    }

    private Summary verify() throws IOException {
        findings.clear();
        return Verification.of(keyed.disk, new Verification.Listener() {
            @Override
            public void found(Finding finding) {
                findings.add(finding);
            }

            @Override
            public void progress(long done, long all) {
                // Others look at that.
            }
        });
    }

    private void flip(String name, int at, int bits) throws IOException {
        keyed.disk.damage(name, at, (byte) (bytesOf(name).get(at) ^ bits));
    }

    private ByteBuffer bytesOf(String name) throws IOException {
        try (var file = keyed.disk.open(name)) {
            var bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.flip();
        }
    }

    private static List<String> shown(LogFiles files, long from) throws IOException {
        var shown = new ArrayList<String>();
        try (var batches = files.batches(KeyedPartition.ID, from)) {
            for (var more = next(batches); !more.isEmpty(); more = next(batches)) shown.addAll(more);
        }
        return shown;
    }

    /// The records of the next batch, or what else there is; empty at the end.
    private static List<String> next(StoredBatches batches) throws IOException {
        var found = batches.next();
        if (found.isEmpty()) return List.of();
        return switch (found.get()) {
            case Found.Whole(var batch, var _, int _) -> KeyedPartition.texts(batch);
            case Found.Damaged damaged -> List.of("damaged " + damaged.first());
            case Found.Ends ends -> List.of("ends at " + ends.position());
        };
    }
}
