package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/// All partitions below one data directory, their writers and their journals. Any thread.
///
/// [#open(LogConfig, InstantSource, Codecs)] is for production. A log that is opened by hand on a [Disk] of the
/// caller's has no threads of its own: [#turn], [#checkpoint], [#tidy] and [#compact] do what those would, whenever the
/// caller says so, and everything else calls [#turn] until it has its answer.
public final class Log implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Log.class.getName());

    /// Partitions that are created or deleted by one entry in a writer's inbox, so that a group stays bounded.
    private static final int CHANGED_AT_ONCE_MAX = 1000;

    private final LogConfig config;
    private final Disk disk;
    private final InstantSource clock;
    private final Disk.Lock lock;
    private final int leaderEpoch;
    private final boolean isByHand;
    private final List<Writer> writers = new ArrayList<>();
    private final List<WriterThread> threads = new ArrayList<>();
    private final Checkpointer checkpointer;
    private final KeeperThread keeper;
    private final Compactor compactor;
    private final CompactorThread compactorThread;
    private final List<Recovery.Finding> findings;
    private final Map<PartitionId, PartitionLog> partitions = new ConcurrentHashMap<>();
    private final ReentrantLock changing = new ReentrantLock(); // guards creation, deletion and closing
    private boolean isClosed; // guarded by `changing`

    /// Opens (or creates) the directory, locks it, recovers every partition and starts the writer threads.
    ///
    /// @throws IOException locked by another process, damaged, of a newer format, or the disk failed: the
    ///     message says which, where and what to do
    public static Log open(LogConfig config, InstantSource clock, Codecs codecs) throws IOException {
        var log = open(config, new FileDisk(config.directory()), clock, codecs, false);
        log.threads.forEach(WriterThread::start);
        log.keeper.start();
        log.compactorThread.start();
        LOG.log(
                System.Logger.Level.INFO,
                "log opened directory={0} epoch={1} partitions={2}",
                config.directory(),
                Integer.toString(log.leaderEpoch),
                Integer.toString(log.partitions.size()));
        return log;
    }

    /// The same for who has no compressed batches, or does not compact.
    ///
    /// @throws IOException as above
    public static Log open(LogConfig config, InstantSource clock) throws IOException {
        return open(config, clock, Codecs.NONE);
    }

    /// The same on a disk of the caller's (the config's directory is not looked at), and without threads.
    ///
    /// @throws IOException as above
    public static Log openByHand(LogConfig config, Disk disk, InstantSource clock) throws IOException {
        return openByHand(config, disk, clock, Codecs.NONE);
    }

    /// The same with codecs.
    ///
    /// @throws IOException as above
    public static Log openByHand(LogConfig config, Disk disk, InstantSource clock, Codecs codecs) throws IOException {
        return open(config, disk, clock, codecs, true);
    }

    private static Log open(LogConfig config, Disk disk, InstantSource clock, Codecs codecs, boolean isByHand)
            throws IOException {
        var lock = disk.lock("lock");
        try {
            return new Log(config, disk, lock, clock, codecs, isByHand);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private Log(LogConfig config, Disk disk, Disk.Lock lock, InstantSource clock, Codecs codecs, boolean isByHand)
            throws IOException {
        var recovered = new Recovery(disk, config, clock.millis()).run();
        this.config = config;
        this.disk = disk;
        this.clock = clock;
        this.lock = lock;
        this.isByHand = isByHand;
        this.leaderEpoch = recovered.epoch() + 1;
        this.findings = recovered.findings();
        long identity = recovered.identity();
        for (int i = 0; i < config.writers(); i++) {
            var journal = Journal.begin(disk, i, identity, config.journalBytes());
            writers.add(new Writer(i, disk, journal, config, clock, leaderEpoch));
        }
        this.checkpointer = new Checkpointer(disk, identity, leaderEpoch, writers);
        this.keeper = new KeeperThread(checkpointer, writers, config, clock);
        this.compactor = new Compactor(disk, config.compaction(), codecs, clock, partitions.values(), this::swap);
        this.compactorThread = new CompactorThread(compactor, config, clock);
        for (int i = 0; i < config.writers(); i++) threads.add(new WriterThread(writers.get(i), i));
        beginEpoch(recovered.partitions());
        deleteJournalsOfMoreWriters();
    }

    private void beginEpoch(List<Recovery.Partition> found) throws IOException {
        var states = new ArrayList<List<Checkpoint.PartitionState>>();
        for (var writer : writers) {
            writer.checkpointTo(checkpointer);
            states.add(new ArrayList<>());
        }
        for (var each : found) {
            var partition = new PartitionLog(
                    each.id(),
                    each.config(),
                    writerOf(each.id()),
                    config,
                    clock,
                    leaderEpoch,
                    each.tail(),
                    each.start());
            partitions.put(each.id(), partition);
            writerOf(each.id()).adopt(partition);
            states.get(writerIndexOf(each.id())).add(each.tail().state(each.config(), each.start()));
        }
        var all = new ArrayList<Checkpoint.WriterState>();
        for (int i = 0; i < states.size(); i++)
            all.add(new Checkpoint.WriterState(i, Journal.Place.FIRST, states.get(i)));
        checkpointer.begin(all);
    }

    private void deleteJournalsOfMoreWriters() throws IOException {
        var used = new LinkedHashSet<String>();
        for (int i = 0; i < config.writers(); i++) {
            used.add(Journal.nameOf(i, 0));
            used.add(Journal.nameOf(i, 1));
        }
        for (var name : Journal.all(disk)) if (!used.contains(name)) disk.delete(name);
    }

    /// What recovery met.
    List<Recovery.Finding> findings() {
        return findings;
    }

    private int writerIndexOf(PartitionId id) {
        return Math.floorMod(id.hashCode(), writers.size());
    }

    private Writer writerOf(PartitionId id) {
        return writers.get(writerIndexOf(id));
    }

    /// Creates a partition, durable when this returns. If it is there already, configures and returns it.
    ///
    /// @throws IOException the disk failed, or the log is closed
    public PartitionLog create(PartitionId id, PartitionConfig settings) throws IOException {
        createAll(List.of(id), settings);
        return partitions.get(id);
    }

    /// Creates many at once, for the price of few syncs.
    ///
    /// @throws IOException the disk failed, or the log is closed
    public void createAll(Collection<PartitionId> ids, PartitionConfig settings) throws IOException {
        changing.lock();
        try {
            refuseIfClosed();
            var answers = new ArrayList<CompletableFuture<Void>>();
            var entering = new HashMap<Writer, List<PartitionLog>>();
            for (var id : new LinkedHashSet<>(ids)) {
                var there = partitions.get(id);
                if (there != null) answers.add(there.reconfigure(settings));
                else
                    entering.computeIfAbsent(writerOf(id), _ -> new ArrayList<>())
                            .add(newPartition(id, settings));
            }
            entering.forEach((writer, all) -> {
                for (int from = 0; from < all.size(); from += CHANGED_AT_ONCE_MAX) {
                    var some = List.copyOf(all.subList(from, Math.min(all.size(), from + CHANGED_AT_ONCE_MAX)));
                    var answer = new CompletableFuture<Void>();
                    writer.submit(new Work.Enter(some, answer));
                    answers.add(answer);
                }
            });
            for (var answer : answers) await(answer);
            for (var all : entering.values()) for (var partition : all) partitions.put(partition.id(), partition);
        } finally {
            changing.unlock();
        }
    }

    private PartitionLog newPartition(PartitionId id, PartitionConfig settings) {
        var tail = new PartitionTail(
                disk,
                id,
                List.of(new Segment(disk, id, 0)),
                new Producers(config.producersMax(), config.producerMillis()),
                new Epochs(List.of()),
                clock.millis());
        return new PartitionLog(id, settings, writerOf(id), config, clock, leaderEpoch, tail, 0);
    }

    public Optional<PartitionLog> partition(PartitionId id) {
        return Optional.ofNullable(partitions.get(id));
    }

    public Collection<PartitionLog> partitions() {
        return Collections.unmodifiableCollection(partitions.values());
    }

    /// Closes and deletes all partitions of a stream; waiting appends are refused. Durable when this returns.
    ///
    /// @throws IOException the disk failed, or the log is closed
    public void delete(UUID stream) throws IOException {
        changing.lock();
        try {
            refuseIfClosed();
            var leaving = new HashMap<Writer, List<PartitionLog>>();
            for (var partition : partitions.values())
                if (partition.id().stream().equals(stream))
                    leaving.computeIfAbsent(writerOf(partition.id()), _ -> new ArrayList<>())
                            .add(partition);
            var answers = new ArrayList<CompletableFuture<Void>>();
            leaving.forEach((writer, all) -> {
                for (int from = 0; from < all.size(); from += CHANGED_AT_ONCE_MAX) {
                    var some = List.copyOf(all.subList(from, Math.min(all.size(), from + CHANGED_AT_ONCE_MAX)));
                    var answer = new CompletableFuture<Void>();
                    writer.submit(new Work.Leave(some, answer));
                    answers.add(answer);
                }
            });
            for (var answer : answers) await(answer);
            for (var all : leaving.values()) for (var partition : all) partitions.remove(partition.id());
        } finally {
            changing.unlock();
        }
    }

    private void refuseIfClosed() throws IOException {
        if (isClosed) throw new IOException("the log is closed");
    }

    // By hand.

    /// One turn of each writer; answers how much was taken. Only for a log that was opened by hand.
    public int turn() {
        Invariant.hold(isByHand, "the log's own threads take the turns");
        int taken = oneTurnEach();
        if (failure().isPresent()) while (oneTurnEach() > 0) {} // all hear of it before anybody reads on
        return taken;
    }

    private int oneTurnEach() {
        int taken = 0;
        for (var writer : writers) taken += writer.turn();
        return taken;
    }

    /// How long the writers may sleep if no work comes; [Long#MAX_VALUE] for as long as they like.
    long millisUntilDue() {
        return writers.stream().mapToLong(Writer::millisUntilDue).min().orElseThrow();
    }

    /// Syncs the segments and makes the journals superfluous.
    ///
    /// @throws IOException the disk failed; all partitions are closed then
    public void checkpoint() throws IOException {
        submitToAll(answer -> new Work.Snapshot(false, answer));
        completeCheckpoints(false);
    }

    /// Deletes what retention says is old enough, and forgets old producers.
    ///
    /// @throws IOException the disk failed; all partitions are closed then
    public void tidy() throws IOException {
        submitToAll(Work.Tidy::new);
    }

    /// Compacts the partition of which the largest part is dirty, as far as memory for its keys goes; false if nothing
    /// is due anywhere. Records that came since the last checkpoint are not looked at.
    ///
    /// @throws IOException a batch is damaged, or the disk failed; the partition is as it was, or compacted in part
    public boolean compact() throws IOException {
        return compact(Pace.FREE).isPresent();
    }

    Optional<Compactor.Done> compact(Pace pace) throws IOException {
        return compactor.turn(pace);
    }

    private boolean swap(Work.Replace work) throws IOException {
        writerOf(work.partition().id()).submit(work);
        await(work.answer());
        return work.answer().join();
    }

    private interface ToWork {
        Work with(CompletableFuture<Void> answer);
    }

    private void submitToAll(ToWork work) throws IOException {
        var answers = new ArrayList<CompletableFuture<Void>>();
        for (var writer : writers) {
            var answer = new CompletableFuture<Void>();
            writer.submit(work.with(answer));
            answers.add(answer);
        }
        for (var answer : answers) await(answer);
    }

    private void completeCheckpoints(boolean isLast) throws IOException {
        try {
            if (isLast) checkpointer.completeCleanly();
            else checkpointer.complete();
        } catch (IOException e) {
            if (isByHand) while (turn() > 0) {}
            throw e;
        }
    }

    private void await(CompletableFuture<?> answer) throws IOException {
        while (isByHand && !answer.isDone()) Invariant.hold(turn() > 0, "nothing waits, but an answer is missing");
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
    ///
    /// @throws IOException the disk failed, now or before: what was acknowledged with [Durability#OS]
    ///     may not be on it
    @Override
    public void close() throws IOException {
        changing.lock();
        try {
            if (isClosed) return;
            isClosed = true;
            var ending = PartitionLog.Ending.quietly("the log is closed");
            partitions.values().forEach(partition -> partition.close(ending));
            compactorThread.close();
            if (isByHand) while (turn() > 0) {}
            threads.forEach(WriterThread::close);
            keeper.close();
            closeFiles();
        } finally {
            changing.unlock();
        }
    }

    private void closeFiles() throws IOException {
        try (lock) {
            if (failure().isEmpty()) {
                for (var writer : writers) {
                    writer.submit(new Work.Snapshot(true, new CompletableFuture<>()));
                    while (writer.turn() > 0) {}
                }
                // One that failed just now has offered nothing: its journal is still needed.
                if (failure().isEmpty()) checkpointer.completeCleanly();
            }
            if (failure().isPresent())
                throw new IOException(
                        "the log could not be closed in order", failure().get());
        } finally {
            for (var writer : writers) writer.end();
            for (var partition : partitions.values()) partition.tail.release();
        }
    }

    /// What stopped a writer, if something did.
    private Optional<IOException> failure() {
        return writers.stream().flatMap(writer -> writer.failure().stream()).findFirst();
    }
}
