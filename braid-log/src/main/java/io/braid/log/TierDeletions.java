package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;

/// Manifests of partitions that were deleted and whose objects were not yet, in files of their own below `tier`. They
/// outlive the partition, crashes, and a tier that cannot be reached. Any thread; bounded by what was uploaded.
///
///     the manifest is closed ──► copied here, lasting ──► the partition is deleted ──► objects ──► the copy
///
/// A crash after the second step leaves a copy of the manifest of a partition that is there: it is dropped.
final class TierDeletions {
    static final String DIRECTORY = "tier";

    private static final System.Logger LOG = System.getLogger(TierDeletions.class.getName());
    private static final String ENDING = ".deleted";
    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})\\.deleted");

    private final Disk disk;
    private final Queue<TierManifestFile.Content> waiting = new ConcurrentLinkedQueue<>();

    TierDeletions(Disk disk) {
        this.disk = disk;
    }

    /// Takes up what an earlier life left, but for what belongs to partitions that are still there.
    void open(Set<Long> incarnationsThere) throws IOException {
        for (var name : disk.list(DIRECTORY)) {
            var path = DIRECTORY + "/" + name;
            if (name.endsWith(".new")) disk.delete(path);
            var parts = NAME.matcher(name);
            if (!parts.matches()) continue;
            long incarnation = Long.parseUnsignedLong(parts.group(1), 16);
            if (incarnationsThere.contains(incarnation)) disk.delete(path);
            else read(path);
        }
    }

    private void read(String path) throws IOException {
        try {
            waiting.add(TierManifestFile.read(disk, path));
        } catch (DamagedFileException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "objects of a deleted partition stay in the tier, as the list of them is damaged: {0}",
                    e.getMessage());
        }
    }

    /// Keeps these manifests over the deletion of their partitions, which may begin when this has returned.
    void keep(List<TierManifestFile.Content> manifests) throws IOException {
        if (manifests.isEmpty()) return;
        disk.createDirectory(DIRECTORY);
        for (var manifest : manifests) TierManifestFile.write(disk, DIRECTORY, nameOf(manifest), manifest);
        disk.syncDirectory("");
    }

    /// Their partitions are gone.
    void begin(List<TierManifestFile.Content> manifests) {
        waiting.addAll(manifests);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /// Deletes objects of one deleted partition, `objectsMax` at most. Uploader's thread.
    void step(Tier tier, int objectsMax) throws IOException {
        var next = waiting.peek();
        if (next == null) return;
        var left = new ArrayList<>(next.entries());
        for (int i = 0; i < objectsMax && !left.isEmpty(); i++) {
            tier.delete(next.keyOf(left.getLast()));
            left.removeLast();
        }
        waiting.poll();
        if (left.isEmpty()) disk.delete(DIRECTORY + "/" + nameOf(next)); // unsynced: once more does no harm
        else waiting.add(next.with(left));
    }

    private static String nameOf(TierManifestFile.Content manifest) {
        return "%016x%s".formatted(manifest.incarnation(), ENDING);
    }
}
