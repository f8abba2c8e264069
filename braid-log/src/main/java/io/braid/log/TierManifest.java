package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// What of one partition is in the tier, or may be: noted on this disk before it is true there, and forgotten after
/// it has ceased to be, so that no object is ever there that nobody knows of.
///
/// The uploader's thread changes it, any thread reads it. A deletion of the partition closes it and takes it over.
final class TierManifest {
    static final String NAME = "tier";

    private final Disk disk;
    private final PartitionId partition;
    private final ReentrantLock changing = new ReentrantLock(); // guards the file, `closed`, `isUnsure`
    private volatile Optional<TierManifestFile.Content> content; // empty: there has never been anything to note
    private boolean closed;
    private boolean isUnsure; // the file may be newer than `content`

    private TierManifest(Disk disk, PartitionId partition, Optional<TierManifestFile.Content> content) {
        this.disk = disk;
        this.partition = partition;
        this.content = content;
    }

    /// Of a partition that is new, or has no such file.
    static TierManifest none(Disk disk, PartitionId partition) {
        return new TierManifest(disk, partition, Optional.empty());
    }

    /// Recovery: what the file in the partition's directory says.
    static TierManifest open(Disk disk, PartitionId partition) throws IOException {
        var name = Segment.directoryOf(partition) + "/" + NAME;
        var found = TierManifestFile.read(disk, name);
        if (!found.partition().equals(partition))
            throw new DamagedFileException("%s at 20: belongs to %s, should be %s"
                    .formatted(disk.describe(name), found.partition(), partition));
        return new TierManifest(disk, partition, Optional.of(found));
    }

    /// Those it knows of, in the order of their offsets.
    List<TierEntry> entries() {
        return content.map(TierManifestFile.Content::entries).orElse(List.of());
    }

    /// The object of one of them.
    String keyOf(TierEntry entry) {
        return content.orElseThrow().keyOf(entry);
    }

    Optional<Long> incarnation() {
        return content.map(TierManifestFile.Content::incarnation);
    }

    /// The last offset that is in the tier and not below `start`; -1 if there is none.
    long lastUploaded(long start) {
        var known = entries();
        for (int i = known.size() - 1; i >= 0 && known.get(i).next() > start; i--)
            if (known.get(i).isUploaded()) return known.get(i).next() - 1;
        return -1;
    }

    /// The entry of an uploaded segment.
    Optional<TierEntry> uploaded(long base) {
        var known = entries();
        int low = 0;
        int high = known.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            var entry = known.get(middle);
            if (entry.base() == base) return entry.isUploaded() ? Optional.of(entry) : Optional.empty();
            if (entry.base() < base) low = middle + 1;
            else high = middle - 1;
        }
        return Optional.empty();
    }

    /// Before the first change: whose directory and which partition of that name this is.
    void begin(long identity, long incarnation) {
        if (content.isEmpty())
            content = Optional.of(new TierManifestFile.Content(identity, partition, incarnation, List.of()));
    }

    /// Knows of these from now on, lasting; false, and nothing is done, if the partition was deleted.
    boolean change(List<TierEntry> entries) throws IOException {
        changing.lock();
        try {
            if (closed) return false;
            write(content.orElseThrow().with(entries));
            return true;
        } finally {
            changing.unlock();
        }
    }

    /// Puts one entry in the place of what was known of the same object.
    boolean change(TierEntry entry) throws IOException {
        var changed = new ArrayList<>(entries());
        changed.removeIf(known -> known.nonce() == entry.nonce());
        int at = changed.size();
        while (at > 0 && changed.get(at - 1).base() > entry.base()) at--;
        changed.add(at, entry);
        return change(changed);
    }

    /// After a failed change the file may say more than this does. Nothing else may be done before it agrees again.
    void settle() throws IOException {
        changing.lock();
        try {
            if (isUnsure && !closed) write(content.orElseThrow());
        } finally {
            changing.unlock();
        }
    }

    private void write(TierManifestFile.Content changed) throws IOException {
        isUnsure = true;
        TierManifestFile.write(disk, Segment.directoryOf(partition), NAME, changed);
        isUnsure = false;
        content = Optional.of(changed);
    }

    /// The partition is about to be deleted, or the log to be closed: from now on nothing changes. Answers what it
    /// still knows of.
    Optional<TierManifestFile.Content> close() {
        changing.lock();
        try {
            closed = true;
            return content.filter(known -> !known.entries().isEmpty());
        } finally {
            changing.unlock();
        }
    }

    boolean isClosed() {
        changing.lock();
        try {
            return closed;
        } finally {
            changing.unlock();
        }
    }

    /// Deletes the file, with its partition. Writer thread.
    void delete() throws IOException {
        var name = Segment.directoryOf(partition) + "/" + NAME;
        disk.delete(name);
        disk.delete(name + ".new");
    }
}
