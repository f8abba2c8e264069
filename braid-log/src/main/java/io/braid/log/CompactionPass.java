package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// One pass over one partition. One thread.
///
///     1  learn    read the dirty part: the newest offset of each key, as far as memory goes
///     2  sift     write what is left of the segments from the start to there into new ones
///     3  replace  for each new one: the writer swaps it for the old ones between two groups
///
/// A pass may end after any of the swaps, also by a power cut: each segment says how far it was sifted, and the
/// smallest of that is where the next pass begins.
final class CompactionPass {
    /// Has the writer make a swap; false if something that was to be replaced is gone.
    interface Swapper {
        boolean swap(Work.Replace work) throws IOException;
    }

    /// @param upTo           what lies below is compacted now
    /// @param recordsRemoved from the dirty part and the rest
    /// @param keylessRemoved of those the ones without key
    /// @param unreadable     why some batch was kept without looking into it, if so
    record Result(
            long upTo,
            long keys,
            long bytesBefore,
            long bytesAfter,
            long recordsRemoved,
            long keylessRemoved,
            Optional<CorruptBatchException> unreadable) {}

    private final Dirt dirt;
    private final PartitionLog partition;
    private final Disk disk;
    private final DiskSpace space;
    private final CompactionLimits limits;
    private final Codecs codecs;
    private final long nowMillis;
    private final Pace pace;
    private final Swapper swapper;
    private final BatchScan scan;
    private long bytesBefore;
    private long bytesAfter;

    CompactionPass(
            Dirt dirt,
            Disk disk,
            DiskSpace space,
            CompactionLimits limits,
            Codecs codecs,
            long nowMillis,
            Pace pace,
            Swapper swapper) {
        this.dirt = dirt;
        this.partition = dirt.partition();
        this.disk = disk;
        this.space = space;
        this.limits = limits;
        this.codecs = codecs;
        this.nowMillis = nowMillis;
        this.pace = bytes -> {
            if (!partition.isOpen()) throw new Pace.Over(partition.ending().detail());
            pace.moved(bytes);
        };
        this.swapper = swapper;
        this.scan = new BatchScan(this.pace);
    }

    /// @throws Pace.Over     the partition was closed, or what was to be compacted was deleted
    /// @throws IOException the disk failed, or a batch is damaged; what was swapped before stays
    Result run() throws IOException {
        try (var keys = new KeyMap(limits.keyBytes(), dirt.bound() - dirt.firstDirty())) {
            long upTo = learn(keys);
            var transactions = new TransactionWalk();
            var sieve = new Sieve(
                    keys, dirt.firstDirty(), upTo, nowMillis, dirt.policy().tombstoneMillis(), codecs, transactions);
            for (var group : groups(upTo)) replace(group, upTo, sieve, transactions);
            return new Result(
                    upTo,
                    keys.keyCount(),
                    bytesBefore,
                    bytesAfter,
                    sieve.recordsRemoved(),
                    sieve.keylessRemoved(),
                    sieve.unreadable());
        }
    }

    // 1: learn.

    /// Answers the offset up to which all keys are known.
    private long learn(KeyMap keys) throws IOException {
        var transactions = new TransactionWalk();
        for (var segment : dirt.segments()) {
            if (!dirt.isDirty(segment)) continue;
            hold(segment);
            try {
                transactions.expect(abortedIn(segment));
                var from = segment.extent().index().atOffset(dirt.firstDirty(), segment.base());
                scan.begin(segment, from.position());
                while (scan.next() && scan.batch().baseOffset() < dirt.bound()) {
                    var batch = scan.batch();
                    if (batch.nextOffset() <= dirt.firstDirty() || batch.isControl() || transactions.isAborted(batch))
                        continue;
                    var full = learn(batch, keys);
                    if (full.isPresent()) return full.get();
                }
            } finally {
                segment.release();
            }
        }
        return dirt.bound();
    }

    /// Answers the offset of the record whose key found no room, if there is one.
    private Optional<Long> learn(Batch batch, KeyMap keys) {
        try {
            var payload = Sieve.payloadOf(batch, codecs);
            var all = new RecordCursor(batch, payload).strictly();
            while (all.next()) {} // one that cannot be read to its end makes nothing superfluous
            var records = new RecordCursor(batch, payload);
            while (records.next()) {
                if (records.offset() < dirt.firstDirty() || records.key() == BatchBuilder.ABSENT) continue;
                if (!keys.put(records.key(), records.offset())) return Optional.of(records.offset());
            }
        } catch (CorruptBatchException _) {
            // The sieve will meet it again, and tells.
        }
        return Optional.empty();
    }

    private List<AbortedTransaction> abortedIn(Segment segment) throws IOException {
        return partition.aborted(segment.base(), Math.min(segment.extent().next(), dirt.bound()));
    }

    // 2: sift.

    /// Segments that stand together and together are no larger than one may be.
    private List<List<Segment>> groups(long upTo) {
        var groups = new ArrayList<List<Segment>>();
        long size = 0;
        for (var segment : dirt.segments()) {
            if (segment.base() >= upTo) break;
            int more = segment.extent().size() - SegmentHeader.BYTES;
            if (groups.isEmpty() || size + more > partition.config().segmentBytes()) {
                groups.add(new ArrayList<>());
                size = SegmentHeader.BYTES;
            }
            groups.getLast().add(segment);
            size += more;
        }
        return groups;
    }

    private void replace(List<Segment> olds, long upTo, Sieve sieve, TransactionWalk transactions) throws IOException {
        space.require(olds.stream().mapToLong(old -> old.extent().size()).sum(), "compaction of " + partition.id());
        int generation = 1;
        for (var old : olds) generation = Math.max(generation, old.cleaning().generation() + 1);
        var cleaning = new Cleaning(generation, olds.getLast().extent().next(), upTo);
        try (var draft =
                SegmentDraft.begin(disk, partition.id(), olds.getFirst().base(), cleaning, pace)) {
            for (var old : olds) sift(old, old == olds.getLast(), draft, sieve, transactions);
            swap(olds, draft.complete(), draft);
        }
    }

    private void sift(Segment old, boolean isLast, SegmentDraft draft, Sieve sieve, TransactionWalk transactions)
            throws IOException {
        hold(old);
        try {
            transactions.expect(abortedIn(old));
            scan.begin(old, SegmentHeader.BYTES);
            while (scan.next())
                switch (sieve.sift(scan.batch())) {
                    case Sieve.Sifted.Whole _ -> draft.add(scan.batch());
                    case Sieve.Sifted.Changed(Batch changed) -> draft.add(changed);
                    case Sieve.Sifted.Gone _ -> {
                        // Readers that want to get to the end must be able to.
                        if (isLast && scan.batch().nextOffset() == old.extent().next()) draft.add(hollow(scan.batch()));
                    }
                }
        } finally {
            old.release();
        }
    }

    private static Batch hollow(Batch gone) {
        return Batch.hollow(gone.baseOffset(), gone.lastOffsetDelta(), gone.leaderEpoch());
    }

    // 3: replace.

    private void swap(List<Segment> olds, Segment segment, SegmentDraft draft) throws IOException {
        var work = new Work.Replace(
                partition,
                olds,
                List.of(segment),
                () -> {
                    draft.place();
                    for (var old : olds) old.deleteName();
                },
                new CompletableFuture<>());
        if (!swapper.swap(work)) throw new Pace.Over("what was to be replaced is gone");
        for (var old : olds) bytesBefore += old.extent().size();
        bytesAfter += segment.extent().size();
        partition.noteFresh(segment);
        segment.writeIndex(segment.extent(), true);
    }

    private static void hold(Segment segment) throws IOException {
        if (!segment.hold()) throw new Pace.Over(segment.name() + " was deleted");
    }
}
