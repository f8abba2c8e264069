package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Recovers the segments of one partition: redo, walk, cut. One thread; see [Recovery].
///
///     checkpoint's point          journal's end
///     ───────────┼────────────────────┼─────────────── ─ ─
///      believed  │ redone, then walked │ walked as far as
///      unread    │ batch by batch      │ batches are faultless
final class PartitionRecovery {
    private static final int CHUNK_BYTES = 1 << 20;

    private final Disk disk;
    private final Checkpoint.PartitionState point;
    private final PartitionId id;
    private final long start;
    private final List<JournalReader.Entry.Run> runs;
    private final List<Recovery.Finding> findings;
    private final long nowMillis;
    private final Producers producers;
    private final Epochs epochs;
    private final String directory;

    private TierManifest manifest; // once files are known
    private final Optional<TierReader> tier;

    private final TreeMap<Long, DiskFile> files = new TreeMap<>(); // by base offset
    private final TreeMap<Long, TierEntry> tiered = new TreeMap<>(); // by base offset; those that are not in `files`
    private final List<String> superseded = new ArrayList<>(); // what compaction has left behind
    private final List<Segment> segments = new ArrayList<>();
    private final Set<Long> touched = new HashSet<>(); // base offsets of segments that have to be synced
    private boolean directoryChanged;

    PartitionRecovery(
            Disk disk,
            Checkpoint.PartitionState point,
            long start,
            List<JournalReader.Entry.Run> runs,
            Optional<TierReader> tier,
            LogConfig limits,
            long nowMillis,
            List<Recovery.Finding> findings) {
        this.disk = disk;
        this.point = point;
        this.id = point.id();
        this.start = start;
        this.runs = runs;
        this.nowMillis = nowMillis;
        this.findings = findings;
        this.producers = new Producers(limits.producersMax());
        this.epochs = new Epochs(point.epochs());
        this.directory = Segment.directoryOf(id);
        this.tier = tier;
        for (var state : point.producers()) producers.restore(state);
        for (var open : point.open()) producers.restore(open);
    }

    /// What of it is in the tier.
    TierManifest manifest() {
        return manifest;
    }

    /// Leaves it to the caller to sync that the partition's directory exists.
    PartitionTail run() throws IOException {
        openFiles();
        long firstKept = deleteBelowStart();
        boolean isAllDeleted = firstKept < start && promised() <= start && !isThere(firstKept);
        if (isAllDeleted) firstKept = start;
        long known = point.next();
        for (var run : runs) {
            if (run.base() >= firstKept) redo(run);
            else known = learn(run, known);
        }
        // Deleted batches that no journal has: what is known of their producers is too old to judge by.
        if (known < firstKept) producers.clear();
        if (isAllDeleted) restartAt(start);
        else walk(firstKept);
        refuseIfPromiseIsBroken(); // nothing was removed so far but what lies below the start, or in the tier
        for (var name : superseded) remove(name);
        cutBeyond();
        if (segments.getLast().next() < start) {
            producers.clear(); // they wrote more than what is known here
            restartAt(start);
        }
        for (var segment : segments) segment.publish();
        for (var base : touched) if (files.containsKey(base)) files.get(base).force();
        if ((directoryChanged || !touched.isEmpty()) && disk.exists(directory)) disk.syncDirectory(directory);
        epochs.trim(start);
        return new PartitionTail(disk, id, segments, producers, epochs, nowMillis);
    }

    private void note(RecoveryCase what, String where) {
        findings.add(new Recovery.Finding(what, where));
    }

    private void openFiles() throws IOException {
        var names = new LinkedHashSet<>(disk.list(directory));
        manifest = names.contains(TierManifest.NAME) ? TierManifest.open(disk, id) : TierManifest.none(disk, id);
        var found = SegmentFiles.among(names, disk, id);
        for (var one : found.counting()) files.put(one.base(), disk.open(one.name()));
        for (var one : found.superseded()) {
            note(RecoveryCase.SEGMENT_SUPERSEDED, one.name());
            superseded.add(one.name());
        }
        findTiered();
        // An index without its segment must not meet a new segment of the same name.
        for (var name : names)
            if (name.endsWith(".index")
                    && !names.contains(name.replace(".index", ".log"))
                    && !(Segment.generationIn(name) == 0 && tiered.containsKey(Segment.baseIn(name)))) {
                note(RecoveryCase.INDEX_UNUSABLE, directory + "/" + name);
                disk.delete(directory + "/" + name);
                directoryChanged = true;
            }
    }

    /// Those in the tier come before all others: what has come back among them goes again.
    private void findTiered() throws IOException {
        long end = Long.MIN_VALUE;
        for (var entry : manifest.entries())
            if (entry.isUploaded() && !files.containsKey(entry.base())) end = Math.max(end, entry.next());
        for (var entry : manifest.entries()) {
            if (!entry.isUploaded() || entry.next() > end) continue;
            tiered.put(entry.base(), entry);
            var file = files.remove(entry.base());
            if (file == null) continue;
            note(RecoveryCase.SEGMENT_RETURNED, file.name());
            file.close();
            disk.delete(file.name());
            directoryChanged = true;
        }
    }

    private boolean isThere(long base) {
        return files.containsKey(base) || tiered.containsKey(base);
    }

    /// Deletes segments that lie below the start altogether; answers the base of the first that does not.
    private long deleteBelowStart() throws IOException {
        var bases = new TreeMap<Long, Boolean>();
        for (var base : files.keySet()) bases.put(base, true);
        for (var base : tiered.keySet()) bases.put(base, true);
        for (var run : runs) bases.put(run.base(), true);
        bases.put(point.base(), true);
        long firstKept = bases.floorKey(start) == null ? bases.firstKey() : bases.floorKey(start);
        for (var base : List.copyOf(files.headMap(firstKept).keySet())) {
            note(RecoveryCase.SEGMENT_DELETED, files.get(base).name());
            remove(base);
        }
        for (var base : List.copyOf(tiered.headMap(firstKept).keySet())) {
            tiered.remove(base); // its object is deleted by whoever goes through the manifest
            disk.delete(Segment.nameOf(id, base).replace(".log", ".index"));
        }
        return firstKept;
    }

    private void redo(JournalReader.Entry.Run run) throws IOException {
        var name = Segment.nameOf(id, run.base());
        var file = files.get(run.base());
        boolean isWhole = run.position() == SegmentHeader.BYTES || file != null && file.size() >= run.position();
        if (!isWhole && promised() <= start) return; // an earlier recovery has begun to restart at the start
        if (file == null) {
            disk.createDirectory(directory);
            file = disk.create(name);
            files.put(run.base(), file);
            directoryChanged = true;
        }
        if (run.position() == SegmentHeader.BYTES) file.write(0, SegmentHeader.of(id, run.base()));
        if (file.size() < run.position())
            throw RecoveryCase.RUN_BEHIND_END.refusal(
                    disk.describe(name),
                    "%d bytes expected before a run of the journal, found %d".formatted(run.position(), file.size()));
        var chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, run.count()));
        for (int done = 0; done < run.count(); done += chunk.limit()) {
            chunk.clear().limit(Math.min(chunk.capacity(), run.count() - done));
            run.file().read(run.from() + done, chunk);
            file.write(run.position() + done, chunk.flip());
        }
        if (touched.add(run.base())) note(RecoveryCase.RUN_REDONE, name);
    }

    /// Notes the producers of batches that were deleted since; answers the offset up to which all are noted.
    private long learn(JournalReader.Entry.Run run, long known) throws IOException {
        var bytes = ByteBuffer.allocate(run.count());
        run.file().read(run.from(), bytes);
        long next = known;
        for (int at = 0; at < run.count(); ) {
            int size = (int) batchIn(bytes, at, run.count()).sizeByHeader();
            var batch = batchIn(bytes, at, at + size);
            if (batch.baseOffset() > next) producers.clear(); // as below: those between are in no journal
            if (batch.baseOffset() >= next) next = batch.nextOffset();
            producers.remember(batch, nowMillis);
            epochs.note(batch);
            at += size;
        }
        return next;
    }

    private void walk(long firstKept) throws IOException {
        if (firstKept > point.base()) { // all that the checkpoint speaks of was deleted since
            walkBeyond(firstKept, SegmentHeader.BYTES);
            return;
        }
        takeTiered(firstKept);
        for (var base : List.copyOf(files.subMap(firstKept, point.base()).keySet())) {
            var segment = believe(base, Math.toIntExact(files.get(base).size()));
            long expected = following(base);
            if (segment.next() != expected)
                throw RecoveryCase.SEGMENT_GAP.refusal(
                        disk.describe(segment.name()),
                        "ends at offset %d, the next segment begins at %d".formatted(segment.next(), expected));
        }
        if (firstKept < point.base() && !isThere(firstKept))
            throw RecoveryCase.SEGMENT_SHORT.refusal(
                    disk.describe(Segment.nameOf(id, firstKept)), "the file is missing");
        if (firstKept > start && promised() > start)
            throw RecoveryCase.SEGMENT_SHORT.refusal(
                    disk.describe(Segment.nameOf(id, start)),
                    "the file is missing, the first that is there begins at offset %d".formatted(firstKept));
        walkBeyond(point.base(), point.position());
    }

    /// Where the segment behind this one has to begin.
    private long following(long base) {
        long next = point.base();
        if (files.higherKey(base) != null) next = Math.min(next, files.higherKey(base));
        if (tiered.higherKey(base) != null) next = Math.min(next, tiered.higherKey(base));
        return next;
    }

    /// Nothing is asked of the tier for it.
    private void takeTiered(long firstKept) throws IOException {
        var kept = tiered.subMap(firstKept, point.base()).values();
        if (kept.isEmpty()) return;
        note(RecoveryCase.SEGMENT_TIERED, "%s: %d segments".formatted(directory, kept.size()));
        var reader = tier.orElseThrow(() -> RecoveryCase.TIER_MISSING.refusal(
                disk.describe(directory),
                "%d segments are in a tier, and none is configured".formatted(kept.size()),
                "set storage.tier to the bucket or directory they are in"));
        for (var entry : kept) {
            if (entry.next() != following(entry.base()))
                throw RecoveryCase.SEGMENT_GAP.refusal(
                        "%s in the tier".formatted(Segment.nameOf(id, entry.base())),
                        "ends at offset %d, the next segment begins at %d"
                                .formatted(entry.next(), following(entry.base())));
            segments.add(reader.segment(disk, id, entry, manifest.keyOf(entry)));
        }
    }

    /// Takes the first bytes of a segment without reading its records.
    private Segment believe(long base, int size) throws IOException {
        var file = files.get(base);
        var name = disk.describe(file == null ? Segment.nameOf(id, base) : file.name());
        if (file == null || file.size() < size)
            throw RecoveryCase.SEGMENT_SHORT.refusal(
                    name, "%d bytes expected, found %s".formatted(size, file == null ? "no file" : file.size()));
        var header = headerOf(file);
        if (!SegmentHeader.isWhole(header))
            throw RecoveryCase.SEGMENT_HEADER_DAMAGED.refusal(name + " at 0", "the header is damaged");
        var segment = new Segment(disk, id, base, SegmentHeader.check(header, name, id, base));
        if (!segment.name().equals(file.name()))
            throw new DamagedFileException("%s at 40: belongs to %s".formatted(name, disk.describe(segment.name())));
        segment.adopt(file);
        segments.add(segment);
        var index = IndexFile.read(disk, segment, size);
        if (index.isPresent()) segment.adopt(index.get());
        else if (size > SegmentHeader.BYTES) note(RecoveryCase.INDEX_UNUSABLE, segment.name());
        segment.noteAll(size);
        return segment;
    }

    /// Walks batch by batch from a segment's position on, and cuts behind the last faultless one.
    private void walkBeyond(long base, int position) throws IOException {
        Optional<Segment> last = Optional.empty();
        for (var at = base; ; ) {
            var file = files.get(at);
            boolean isFirst = last.isEmpty();
            if (isFirst && position > SegmentHeader.BYTES) last = Optional.of(believe(at, position));
            else if (file != null && SegmentHeader.isWhole(headerOf(file))) {
                SegmentHeader.check(headerOf(file), disk.describe(Segment.nameOf(id, at)), id, at);
                var segment = new Segment(disk, id, at);
                segment.adopt(file);
                segments.add(segment);
                last = Optional.of(segment);
            } else if (isFirst) { // nothing promised is in it: begin it again
                segments.add(new Segment(disk, id, at));
                break;
            } else break;
            var segment = last.get();
            keepFaultless(segment, file);
            if (!files.containsKey(segment.next()) || segment.next() == at) break;
            at = segment.next();
        }
    }

    /// Removes what stands behind the last faultless batch.
    private void cutBeyond() throws IOException {
        var last = segments.getLast();
        for (var beyond : List.copyOf(files.tailMap(last.base(), false).keySet())) unborn(beyond);
        var file = files.get(last.base());
        if (file == null) return;
        if (!last.isOnDisk()) unborn(last.base());
        else if (file.size() > last.size()) {
            note(RecoveryCase.TAIL_TORN, "%s at %d".formatted(last.name(), last.size()));
            disk.delete(IndexFile.nameOf(last)); // it may speak of what is cut here, where others will stand
            file.truncate(last.size());
            touched.add(last.base());
        }
    }

    private void unborn(long base) throws IOException {
        note(RecoveryCase.SEGMENT_UNBORN, files.get(base).name());
        remove(base);
    }

    private void keepFaultless(Segment segment, DiskFile file) throws IOException {
        long size = file.size();
        var bytes = ByteBuffer.allocate((int) Math.min(CHUNK_BYTES, size));
        long windowFrom = 0;
        int windowSize = 0;
        while (segment.size() < size) {
            int at = segment.size();
            if (at < windowFrom || at + Batch.HEADER_BYTES > windowFrom + windowSize) {
                windowFrom = at;
                windowSize = file.read(at, bytes.clear());
            }
            if (windowFrom + windowSize - at < Batch.HEADER_BYTES) break;
            long length = batchIn(bytes, (int) (at - windowFrom), windowSize).sizeByHeader();
            if (length < Batch.HEADER_BYTES || length > size - at) break;
            if (at + length > windowFrom + windowSize) {
                if (length > bytes.capacity()) bytes = ByteBuffer.allocate((int) length);
                windowFrom = at;
                windowSize = file.read(at, bytes.clear());
                if (windowSize < length) break;
            }
            int from = (int) (at - windowFrom);
            var batch = batchIn(bytes, from, from + (int) length);
            if (batch.fault().isPresent() || batch.baseOffset() != segment.next()) break;
            segment.note(batch);
            producers.remember(batch, nowMillis);
            epochs.note(batch);
            if (touched.add(segment.base())) note(RecoveryCase.BATCH_BEYOND, segment.name());
        }
    }

    private static Batch batchIn(ByteBuffer bytes, int from, int to) {
        return new Batch(MemorySegment.ofArray(bytes.array()).asSlice(from, to - from));
    }

    /// The offset below which everything was promised.
    private long promised() {
        return runs.isEmpty() ? point.next() : runs.getLast().next();
    }

    private void refuseIfPromiseIsBroken() throws IOException {
        var last = segments.getLast();
        if (last.next() < promised() && promised() > start)
            throw RecoveryCase.PROMISE_BROKEN.refusal(
                    "%s at %d".formatted(disk.describe(last.name()), last.size()),
                    "the batch at offset %d is damaged or missing, all below %d were promised"
                            .formatted(last.next(), promised()));
    }

    private void restartAt(long offset) throws IOException {
        note(RecoveryCase.START_ABOVE_END, directory);
        remove(point.base()); // first, so that an interrupted recovery knows
        disk.createDirectory(directory);
        disk.syncDirectory(directory);
        for (var base : List.copyOf(files.keySet())) remove(base);
        for (var base : List.copyOf(tiered.keySet())) remove(base);
        segments.clear();
        segments.add(new Segment(disk, id, offset));
    }

    private void remove(long base) throws IOException {
        var file = files.remove(base);
        if (file != null) {
            file.close();
            remove(file.name());
        }
        if (tiered.remove(base) != null) remove(Segment.nameOf(id, base));
        directoryChanged = true;
    }

    private void remove(String name) throws IOException {
        disk.delete(name);
        disk.delete(name.replace(".log", ".index"));
        directoryChanged = true;
    }

    private static ByteBuffer headerOf(DiskFile file) throws IOException {
        var header = ByteBuffer.allocate(SegmentHeader.BYTES);
        file.read(0, header);
        return header;
    }
}
