package io.braid.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files of a data directory, read by somebody who is not its server and changes nothing. One thread.
///
/// Of a directory that nobody uses it shows what a server would serve: recovery runs on an [OverlayDisk], which keeps
/// its changes to itself. If recovery refuses, and of a directory in use, it shows what the segments hold as they
/// lie there. Records that are in the tier are not shown.
public final class LogFiles implements AutoCloseable {
    private final Disk disk;
    private final Optional<Disk.Share> lock;
    private final OverlayDisk overlay;
    private final Map<PartitionId, StoredBatches.Known> known = new HashMap<>();
    private Optional<IOException> refusal = Optional.empty();

    private LogFiles(Disk disk, Optional<Disk.Share> lock) {
        this.disk = disk;
        this.lock = lock;
        this.overlay = new OverlayDisk(disk);
    }

    /// Keeps servers from starting on the directory until it is closed.
    ///
    /// @throws IOException a server is using it (the message names the process), it is none of Braid's, it is of a
    ///     format that this version does not read, or the disk failed
    public static LogFiles open(Path directory) throws IOException {
        return open(diskOf(directory));
    }

    static LogFiles open(Disk disk) throws IOException {
        var lock = disk.share("lock");
        var files = new LogFiles(disk, Optional.of(lock));
        try {
            files.recover();
            return files;
        } catch (IOException | RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /// Of a directory that a server may be using. Whatever it has acknowledged is in the segments.
    ///
    /// @throws IOException it is none of Braid's
    public static LogFiles openInUse(Path directory) throws IOException {
        return openInUse(diskOf(directory));
    }

    static LogFiles openInUse(Disk disk) {
        return new LogFiles(disk, Optional.empty());
    }

    /// @throws IOException there is no such directory, or it is no data directory
    static Disk diskOf(Path directory) throws IOException {
        if (!Files.exists(directory.resolve("checkpoint")) && !Files.exists(directory.resolve("partitions")))
            throw new IOException("%s is no data directory of Braid's: it has neither a checkpoint nor partitions"
                    .formatted(directory));
        return new FileDisk(directory);
    }

    private void recover() throws IOException {
        try {
            for (var partition : new Recovery(overlay, new LogConfig(Path.of("")), TierReader.unread(), 0)
                    .run()
                    .partitions()) {
                var tail = partition.tail();
                known.put(
                        partition.id(),
                        new StoredBatches.Known(partition.start(), Optional.of(tail.next()), tail.epochs()));
                tail.release();
            }
        } catch (DamagedFileException | ForeignFileException | CorruptBatchException e) {
            refusal = Optional.of(e);
            known.clear();
        }
    }

    /// Why a server would not start, if so.
    public Optional<IOException> refusal() {
        return refusal;
    }

    /// All partitions that have files, by stream and number.
    public List<PartitionId> partitions() throws IOException {
        var found = new ArrayList<PartitionId>();
        for (var name : shown().list("partitions")) PartitionId.parse(name).ifPresent(found::add);
        found.sort(Comparator.comparing(PartitionId::stream).thenComparing(PartitionId::index));
        return found;
    }

    /// The batches of a partition from the one that holds `from` on, or the first that is held; none if there is no
    /// such partition.
    public StoredBatches batches(PartitionId id, long from) throws IOException {
        return new StoredBatches(shown(), id, from, known.getOrDefault(id, StoredBatches.Known.NOTHING));
    }

    private Disk shown() {
        return lock.isPresent() && refusal.isEmpty() ? overlay : disk;
    }

    @Override
    public void close() throws IOException {
        overlay.close();
        if (lock.isPresent()) lock.get().close();
    }
}
