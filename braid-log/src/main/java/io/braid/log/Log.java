package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/// All partitions below one data directory, their writers and their journals. Any thread.
public final class Log implements AutoCloseable {
    private final LogConfig config;
    private final Disk disk;
    private final Disk.Lock lock;
    private final List<Writer> writers = new ArrayList<>();
    private final List<WriterThread> threads = new ArrayList<>();
    private final Map<PartitionId, PartitionLog> partitions = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock(); // guards the creation and deletion of partitions
    private final int leaderEpoch;

    private Log(LogConfig config, Disk disk, Disk.Lock lock, InstantSource clock, int leaderEpoch) {
        this.config = config;
        this.disk = disk;
        this.lock = lock;
        this.leaderEpoch = leaderEpoch;
        for (int i = 0; i < config.writers(); i++) {
            var writer = new Writer(config, clock, leaderEpoch);
            writers.add(writer);
            threads.add(new WriterThread(writer, i));
        }
    }

    /// Opens (or creates) the directory, locks it, recovers every partition and starts the writer threads.
    ///
    /// @throws IOException locked by another process, damaged, of a newer format, or the disk failed: the
    ///     message says which, where and what to do
    public static Log open(LogConfig config, InstantSource clock) throws IOException {
        var disk = new FileDisk(config.directory());
        var lock = disk.lock("lock");
        int epoch = 1;
        if (disk.exists("epoch")) {
            var file = disk.open("epoch");
            var bytes = ByteBuffer.allocate(4);
            file.read(0, bytes);
            epoch = bytes.getInt(0) + 1;
            file.write(0, ByteBuffer.allocate(4).putInt(0, epoch));
            file.force();
            file.close();
        } else {
            try (var file = disk.create("epoch")) {
                file.write(0, ByteBuffer.allocate(4).putInt(0, epoch));
                file.force();
            }
        }
        var log = new Log(config, disk, lock, clock, epoch);
        log.recover();
        log.threads.forEach(WriterThread::start);
        return log;
    }

    private void recover() throws IOException {
        for (var name : disk.list("partitions")) {
            int dash = name.lastIndexOf('-');
            var id = new PartitionId(
                    UUID.fromString(name.substring(0, dash)), Integer.parseInt(name.substring(dash + 1)));
            var segments = new ArrayList<Segment>();
            var producers = new Producers(config.producersMax(), config.producerMillis());
            var epochs = new Epochs(List.of());
            for (var fileName : disk.list(Segment.directoryOf(id))) {
                long base = Long.parseLong(fileName.substring(0, 20));
                var segment = new Segment(disk, id, base);
                var file = disk.open(segment.name());
                segment.adopt(file);
                int size = (int) file.size();
                var bytes = ByteBuffer.allocate(size);
                file.read(0, bytes);
                for (int at = SegmentHeader.BYTES; at + Batch.HEADER_BYTES <= size; ) {
                    var head = new Batch(MemorySegment.ofArray(bytes.array()).asSlice(at));
                    if (head.sizeByHeader() > size - at) break;
                    var batch = new Batch(head.bytes().asSlice(0, head.sizeByHeader()));
                    if (batch.fault().isPresent() || batch.baseOffset() != segment.next()) break;
                    segment.note(batch);
                    producers.remember(batch, 0);
                    epochs.note(batch);
                    at += batch.byteSize();
                }
                segment.publish();
                segments.add(segment);
            }
            if (segments.isEmpty()) segments.add(new Segment(disk, id, 0));
            add(
                    id,
                    PartitionConfig.DEFAULT,
                    new PartitionTail(disk, id, segments, producers, epochs),
                    segments.getFirst().base());
        }
        for (var writer : writers) writer.turn();
    }

    private CompletableFuture<Void> add(PartitionId id, PartitionConfig settings, PartitionTail tail, long start) {
        var writer = writers.get(Math.floorMod(id.hashCode(), writers.size()));
        var partition = new PartitionLog(id, settings, writer, config, leaderEpoch, tail, start);
        partitions.put(id, partition);
        var answer = new CompletableFuture<Void>();
        writer.submit(new Work.Enter(List.of(partition), answer));
        return answer;
    }

    /// Creates a partition, durable when this returns. If it is there already, configures and returns it.
    public PartitionLog create(PartitionId id, PartitionConfig settings) throws IOException {
        createAll(List.of(id), settings);
        return partitions.get(id);
    }

    /// Creates many at once, for the price of few syncs.
    public void createAll(Collection<PartitionId> ids, PartitionConfig settings) throws IOException {
        changing.lock();
        try {
            var waiting = new ArrayList<CompletableFuture<Void>>();
            for (var id : ids) {
                var there = partitions.get(id);
                if (there != null) {
                    there.configure(settings);
                    continue;
                }
                disk.createDirectory(Segment.directoryOf(id));
                var tail = new PartitionTail(
                        disk,
                        id,
                        List.of(new Segment(disk, id, 0)),
                        new Producers(config.producersMax(), config.producerMillis()),
                        new Epochs(List.of()));
                waiting.add(add(id, settings, tail, 0));
            }
            if (disk.exists("partitions")) disk.syncDirectory("partitions");
            for (var answer : waiting) await(answer);
        } finally {
            changing.unlock();
        }
    }

    public Optional<PartitionLog> partition(PartitionId id) {
        return Optional.ofNullable(partitions.get(id));
    }

    public Collection<PartitionLog> partitions() {
        return Collections.unmodifiableCollection(partitions.values());
    }

    /// Closes and deletes all partitions of a stream; waiting appends are refused. Durable when this returns.
    public void delete(UUID stream) throws IOException {
        changing.lock();
        try {
            var byWriter = new HashMap<Writer, List<PartitionLog>>();
            for (var partition : partitions.values())
                if (partition.id().stream().equals(stream))
                    byWriter.computeIfAbsent(
                                    writers.get(Math.floorMod(partition.id().hashCode(), writers.size())),
                                    _ -> new ArrayList<>())
                            .add(partition);
            for (var entry : byWriter.entrySet()) {
                var answer = new CompletableFuture<Void>();
                entry.getKey().submit(new Work.Leave(entry.getValue(), answer));
                await(answer);
                for (var partition : entry.getValue()) {
                    partitions.remove(partition.id());
                    disk.delete(Segment.directoryOf(partition.id()));
                }
            }
        } finally {
            changing.unlock();
        }
    }

    private static void await(CompletableFuture<?> answer) throws IOException {
        try {
            answer.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for the writer", e);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }

    /// Answers what waits, checkpoints, and unlocks the directory.
    @Override
    public void close() throws IOException {
        var ending = new PartitionLog.Ending(false, "the log is closed", Optional.empty());
        partitions.values().forEach(partition -> partition.close(ending));
        threads.forEach(WriterThread::close);
        writers.forEach(Writer::turn);
        for (var partition : partitions.values()) for (var segment : partition.tail.segments()) segment.release();
        lock.close();
    }
}
