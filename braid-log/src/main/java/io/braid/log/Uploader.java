package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Keeps the tier as the partitions want it: copies sealed segments there, has copied ones leave this disk, deletes
/// objects that nobody needs any more. A plain class: an [UploaderThread] calls [#step] in production, a test by
/// hand. One thread; one object moves at a time.
///
///     noted: uploading ──► object put ──► noted: uploaded ──► local retention ──► the local file goes
///     below the start  ──► noted: deleting ──► object deleted ──► forgotten
///
/// Each arrow may be the last one before a crash: what is noted is enough to go on. What fails is tried again, later
/// each time, and stays on this disk until then. Only segments that a checkpoint covers are copied, so that no
/// journal has a run for one that is not here.
final class Uploader {
    private static final System.Logger LOG = System.getLogger(Uploader.class.getName());

    private static final long WAIT_MILLIS_MIN = 1_000;
    private static final long WAIT_MILLIS_MAX = 60_000;

    /// Objects deleted, or files that leave this disk, in one step: others have their turn in between, and the writer
    /// deletes files between two groups.
    private static final int AT_ONCE_MAX = 16;

    /// While partitions have work, one step in so many is for what deleted ones have left behind.
    private static final int DELETIONS_EVERY = 4;

    private final Disk disk;
    private final TierReader reader;
    private final Tier tier;
    private final TierDeletions deletions;
    private final long identity;
    private final RandomGenerator random;
    private final InstantSource clock;
    private final Supplier<Collection<PartitionLog>> partitions;
    private volatile boolean stopping;
    private volatile Runnable wake = () -> {};

    // All below: the uploader's thread only.
    private final Queue<PartitionLog> round = new ArrayDeque<>(); // bounded by the partitions there are
    private final Map<PartitionLog, CompletableFuture<Boolean>> leaving = new HashMap<>(); // files on their way out
    private final Set<PartitionLog> damaged = new HashSet<>(); // a segment is: it and those behind it stay
    private long steps;
    private boolean isInTrouble;
    private boolean isLocationNoted;
    private long waitMillis; // after the last failure
    private long failedAt;

    Uploader(
            Disk disk,
            TierReader reader,
            TierDeletions deletions,
            long identity,
            RandomGenerator random,
            InstantSource clock,
            Supplier<Collection<PartitionLog>> partitions) {
        this.disk = disk;
        this.reader = reader;
        this.tier = reader.tier();
        this.deletions = deletions;
        this.identity = identity;
        this.random = random;
        this.clock = clock;
        this.partitions = partitions;
    }

    /// Does the next piece of work; false if there is none now, or it is too early after a failure.
    boolean step() {
        if (millisUntilDue() > 0) return false;
        try {
            if (!deletions.isEmpty() && steps++ % DELETIONS_EVERY == 0) return deleteOfDeleted();
            if (round.isEmpty()) begin();
            while (!round.isEmpty() && !stopping) {
                var partition = round.poll();
                if (!work(partition)) continue;
                round.add(partition); // there may be more, after the others had their turn
                return true;
            }
            return !deletions.isEmpty() && !stopping && deleteOfDeleted();
        } catch (IOException e) {
            if (!stopping) failed(e);
            return false;
        }
    }

    /// How long it is too early to try again.
    long millisUntilDue() {
        long since = clock.millis() - failedAt;
        return !isInTrouble || since < 0 ? 0 : Math.max(0, waitMillis - since); // a clock that went back makes it due
    }

    /// Whom to tell, on the writer's thread, that files have left and others may follow; nobody by default.
    void wakeOnWork(Runnable newWake) {
        wake = newWake;
    }

    /// Any thread: what is under way ends soon, and without success.
    void stop() {
        stopping = true;
    }

    private void begin() {
        var there = new HashSet<PartitionLog>();
        for (var partition : partitions.get()) {
            if (!isCopied(partition) && partition.manifest().entries().isEmpty()) continue;
            round.add(partition);
            there.add(partition);
        }
        leaving.keySet().retainAll(there);
        damaged.retainAll(there);
    }

    private boolean work(PartitionLog partition) throws IOException {
        if (!partition.isOpen() || partition.manifest().isClosed() || isLeaving(partition)) return false;
        partition.manifest().settle();
        return deleteUnneeded(partition) || letGo(partition) || upload(partition);
    }

    private static boolean isCopied(PartitionLog partition) {
        return partition.config().retention().tiering() == Retention.Tiering.COPIED;
    }

    // What nobody needs.

    private boolean deleteOfDeleted() throws IOException {
        deletions.step(tier, AT_ONCE_MAX);
        succeeded();
        return true;
    }

    private boolean deleteUnneeded(PartitionLog partition) throws IOException {
        var manifest = partition.manifest();
        var unneeded = new ArrayList<TierEntry>();
        long start = partition.start();
        long local = partition.localStart();
        for (var entry : manifest.entries())
            if (unneeded.size() < AT_ONCE_MAX && isUnneeded(entry, partition, start, local)) unneeded.add(entry);
        if (unneeded.isEmpty()) return false;
        var marked = new ArrayList<TierEntry>();
        for (var entry : manifest.entries())
            marked.add(unneeded.contains(entry) ? entry.with(TierEntry.State.DELETING) : entry);
        if (!marked.equals(manifest.entries()) && !manifest.change(marked)) return true;
        for (var entry : unneeded) tier.delete(manifest.keyOf(entry));
        succeeded();
        var nonces = new HashSet<Long>();
        for (var entry : unneeded) nonces.add(entry.nonce());
        marked.removeIf(entry -> nonces.contains(entry.nonce()));
        manifest.change(marked);
        return true;
    }

    private static boolean isUnneeded(TierEntry entry, PartitionLog partition, long start, long local) {
        boolean isGivenUp = partition.config().retention().tiering() == Retention.Tiering.REMOVED;
        return entry.next() <= start
                || entry.state() == TierEntry.State.DELETING
                || entry.state() == TierEntry.State.UPLOADING && !isOfSegment(entry, partition)
                || isGivenUp && entry.base() >= local;
    }

    private static boolean isOfSegment(TierEntry entry, PartitionLog partition) {
        return entry.isOf(PartitionLog.segmentOf(partition.segments(), entry.base()));
    }

    // What may leave this disk.

    /// Whether files of it are on their way out: their objects must not go meanwhile.
    private boolean isLeaving(PartitionLog partition) {
        var pending = leaving.get(partition);
        if (pending == null) return false;
        if (pending.isDone()) leaving.remove(partition);
        return !pending.isDone();
    }

    private boolean letGo(PartitionLog partition) {
        if (!isCopied(partition)) return false;
        var olds = expendable(partition);
        if (olds.isEmpty()) return false;
        var news = new ArrayList<Segment>();
        var manifest = partition.manifest();
        for (var old : olds) {
            var entry = manifest.uploaded(old.base()).orElseThrow();
            news.add(reader.segment(disk, partition.id(), entry, manifest.keyOf(entry)));
        }
        var answer = partition.replace(olds, news, () -> {
            for (var old : olds) disk.delete(old.name()); // the index stays
        });
        leaving.put(partition, answer);
        answer.whenComplete((_, _) -> wake.run());
        return true;
    }

    /// The first segments on this disk, as far as they are in the tier and local retention says so.
    private List<Segment> expendable(PartitionLog partition) {
        var retention = partition.config().retention();
        var segments = partition.segments();
        long oldest = clock.millis() - retention.localMillis();
        long left = partition.byteSize();
        var found = new ArrayList<Segment>();
        for (var segment : segments) {
            if (segment.isTiered()) continue;
            if (segment == segments.getLast() || found.size() == AT_ONCE_MAX) break;
            var extent = segment.extent();
            left -= extent.size() - SegmentHeader.BYTES;
            boolean isOld =
                    retention.localMillis() >= 0 && extent.maxTimestamp() >= 0 && extent.maxTimestamp() < oldest;
            boolean isTooMuch = retention.localBytes() >= 0 && left >= retention.localBytes();
            if (!isOld && !isTooMuch) break;
            var entry = partition.manifest().uploaded(segment.base());
            if (entry.isEmpty() || !entry.get().isOf(segment)) break;
            found.add(segment);
        }
        return found;
    }

    // What is to be copied.

    private boolean upload(PartitionLog partition) throws IOException {
        if (!isCopied(partition) || damaged.contains(partition)) return false;
        var next = nextToCopy(partition);
        if (next.isEmpty() || !next.get().hold()) return false;
        var segment = next.get();
        try {
            return upload(partition, segment);
        } finally {
            segment.release();
        }
    }

    /// The first sealed segment on this disk that is not in the tier, if a checkpoint covers it. One that was compacted
    /// stays here until retention deletes it, and so do those behind it: entries say nothing of gaps.
    private static Optional<Segment> nextToCopy(PartitionLog partition) {
        var segments = partition.segments();
        for (var segment : segments) {
            if (segment.isTiered()) continue;
            if (segment == segments.getLast() || segment.base() >= partition.settledBase()) break;
            if (!segment.cleaning().isNever()) break;
            if (partition.manifest().uploaded(segment.base()).isEmpty()) return Optional.of(segment);
        }
        return Optional.empty();
    }

    private boolean upload(PartitionLog partition, Segment segment) throws IOException {
        var damage = firstDamage(partition, segment);
        if (damage.isPresent()) {
            damaged.add(partition);
            LOG.log(
                    System.Logger.Level.ERROR,
                    "records damaged on the disk, their segment and those behind it are not copied to the tier: {0}:"
                            + " {1}",
                    segment.placeOf(damage.get()),
                    damage.get().detail());
            return false;
        }
        segment.writeIndex(segment.extent(), true); // it stays here, for reading
        noteLocation();
        var manifest = partition.manifest();
        manifest.begin(identity, random.nextLong());
        var entry = entryFor(segment, manifest);
        if (!manifest.change(entry)) return true;
        var file = segment.file();
        tier.put(manifest.keyOf(entry), entry.size(), (position, target) -> {
            if (stopping) throw new IOException("the log is closing");
            return file.read(position, target);
        });
        succeeded();
        manifest.change(entry.with(TierEntry.State.UPLOADED));
        return true;
    }

    /// Looks at every byte: the copy will be the only one.
    private static Optional<Damage> firstDamage(PartitionLog partition, Segment segment) throws IOException {
        var extent = segment.extent();
        var from = new Segment.Place(segment.base(), SegmentHeader.BYTES);
        var to = new Segment.Place(extent.next(), extent.size());
        var epochs = partition.tail.epochs();
        try (var inspection = new BatchInspection(segment.file(), extent.index(), from, to, epochs, false)) {
            for (var step = inspection.next(); step.isPresent(); step = inspection.next())
                if (step.get() instanceof BatchInspection.Step.Damaged(Damage damage)) return Optional.of(damage);
        }
        return Optional.empty();
    }

    /// One that was begun before is begun again under the same key: the bytes are the same, and what may still be on
    /// its way there finds itself in its place.
    private TierEntry entryFor(Segment segment, TierManifest manifest) {
        for (var known : manifest.entries())
            if (known.state() == TierEntry.State.UPLOADING && known.isOf(segment)) return known;
        return TierEntry.of(segment, random.nextLong());
    }

    private void noteLocation() throws IOException {
        if (isLocationNoted) return;
        TierLocation.note(disk, tier);
        isLocationNoted = true;
    }

    // How it goes.

    private void succeeded() {
        if (isInTrouble)
            LOG.log(System.Logger.Level.INFO, "segments are moved to the tier again: {0}", tier.location());
        isInTrouble = false;
        waitMillis = 0;
    }

    private void failed(IOException cause) {
        if (!isInTrouble)
            LOG.log(
                    System.Logger.Level.WARNING,
                    "segments cannot be moved to the tier now, they stay on this disk until they can: {0}: {1}",
                    tier.location(),
                    cause.toString());
        isInTrouble = true;
        failedAt = clock.millis();
        waitMillis = Math.clamp(2 * waitMillis, WAIT_MILLIS_MIN, WAIT_MILLIS_MAX);
    }
}
