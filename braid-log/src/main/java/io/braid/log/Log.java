package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/// All partitions below one data directory, their writers and their journals. Any thread.
///
/// [#open(LogConfig, InstantSource, Codecs)] is for production. A log that is opened by hand on a [Disk] of the
/// caller's has no threads of its own: [#turn], [#checkpoint], [#tidy] and [#compact] do what those would, whenever the
/// caller says so, and everything else calls [#turn] until it has its answer.
public final class Log implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Log.class.getName());

    /// Partitions that are created or deleted by one entry in a writer's inbox, so that a group stays bounded.
    private static final int CHANGED_AT_ONCE_MAX = 1000;

    /// With fewer, connections are refused long before a machine is busy.
    private static final int OPEN_FILES_ENOUGH = 4096;

    private final LogConfig config;
    private final LiveLimits limits;
    private final Disk disk;
    private final DiskSpace space;
    private final InstantSource clock;
    private final Disk.Lock lock;
    private final ColdReads cold;
    private final int life; // how often the directory has been opened, this time included
    private final int leaderEpoch;
    private final boolean isByHand;
    private final List<Writer> writers = new ArrayList<>();
    private final List<WriterThread> threads = new ArrayList<>();
    private final Checkpointer checkpointer;
    private final Trimmer trimmer;
    private final KeeperThread keeper;
    private final WriteBack writeBack = new WriteBack();
    private final TierDeletions deletions;
    private final Optional<Uploader> uploader; // if there is a tier
    private final Optional<UploaderThread> uploading; // the same, unless this is driven by hand
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
        return begin(config, new FileDisk(config.directory()), Optional.empty(), clock, codecs);
    }

    /// The same with a tier, which the caller closes after the log.
    ///
    /// @throws IOException as above, or segments are in another tier
    public static Log open(LogConfig config, TierAccess tier, InstantSource clock, Codecs codecs) throws IOException {
        return begin(config, new FileDisk(config.directory()), Optional.of(tier), clock, codecs);
    }

    /// The same for who has no compressed batches, or does not compact.
    ///
    /// @throws IOException as above
    public static Log open(LogConfig config, InstantSource clock) throws IOException {
        return open(config, clock, Codecs.NONE);
    }

    /// The same on a disk of the caller's, which several threads may use at once.
    static Log open(LogConfig config, Disk disk, InstantSource clock) throws IOException {
        return begin(config, disk, Optional.empty(), clock, Codecs.NONE);
    }

    private static Log begin(LogConfig config, Disk disk, Optional<TierAccess> tier, InstantSource clock, Codecs codecs)
            throws IOException {
        var log = open(config, disk, tier, clock, codecs, false, DiskSpace.State::tell);
        log.threads.forEach(WriterThread::start);
        log.keeper.start();
        log.writeBack.start();
        log.compactorThread.start();
        int openFiles = OpenFiles.limitOfProcess();
        if (openFiles < OPEN_FILES_ENOUGH)
            LOG.log(
                    System.Logger.Level.WARNING,
                    "this process may have only {0} files open, which connections and segments share: raise the limit"
                            + " (ulimit -n 65536, or LimitNOFILE=65536 where a service is defined)",
                    Integer.toString(openFiles));
        log.uploading.ifPresent(UploaderThread::start);
        LOG.log(
                System.Logger.Level.INFO,
                "log opened directory={0} epoch={1} partitions={2}",
                log.config.directory(),
                Integer.toString(log.life),
                Integer.toString(log.partitions.size()));
        return log;
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
        return open(config, disk, Optional.empty(), clock, codecs, true, _ -> {});
    }

    /// The same with a tier; [#upload] does what its thread would.
    ///
    /// @throws IOException as above
    public static Log openByHand(LogConfig config, Disk disk, TierAccess tier, InstantSource clock) throws IOException {
        return open(config, disk, Optional.of(tier), clock, Codecs.NONE, true, _ -> {});
    }

    private static Log open(
            LogConfig config,
            Disk disk,
            Optional<TierAccess> tier,
            InstantSource clock,
            Codecs codecs,
            boolean isByHand,
            DiskSpace.Listener listener)
            throws IOException {
        var lock = disk.lock("lock");
        try {
            var space = DiskSpace.of(disk, config, listener);
            return new Log(config, new GuardedDisk(disk, space), space, lock, tier, clock, codecs, isByHand);
        } catch (DiskFullException e) {
            lock.close();
            throw new DiskFullException(
                    "%s has no room for what opening has to write (%s): make some, then start again"
                            .formatted(disk.describe(""), e.getMessage()),
                    e);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private Log(
            LogConfig config,
            Disk disk,
            DiskSpace space,
            Disk.Lock lock,
            Optional<TierAccess> tier,
            InstantSource clock,
            Codecs codecs,
            boolean isByHand)
            throws IOException {
        if (tier.isPresent()) TierLocation.check(disk, tier.get().tier());
        var reader = tier.map(access -> reader(access, clock, isByHand));
        var recovered = new Recovery(disk, config, reader, clock.millis()).run();
        this.config = config;
        this.limits = new LiveLimits(config);
        this.disk = disk;
        this.space = space;
        this.clock = clock;
        this.lock = lock;
        this.cold = new ColdReads(clock);
        this.isByHand = isByHand;
        this.life = recovered.epoch() + 1;
        this.leaderEpoch = leaderEpoch(recovered);
        this.findings = recovered.findings();
        long identity = recovered.identity();
        for (int i = 0; i < config.writers(); i++) {
            var journal = Journal.begin(disk, i, identity, config.journalBytes());
            writers.add(new Writer(i, disk, space, writeBack, journal, config, limits, clock, life));
        }
        this.checkpointer = new Checkpointer(disk, lock, identity, life, writers);
        this.trimmer = new Trimmer(partitions.values(), clock);
        this.keeper = new KeeperThread(lock, space, checkpointer, writers, trimmer, config, clock);
        this.compactor = new Compactor(disk, space, limits, codecs, clock, partitions.values(), this::swap);
        this.compactorThread = new CompactorThread(compactor, config, limits, clock);
        for (int i = 0; i < config.writers(); i++) threads.add(new WriterThread(writers.get(i), i));
        this.deletions = new TierDeletions(disk);
        this.uploader = tier.map(access -> new Uploader(
                disk, reader.orElseThrow(), deletions, identity, access.random(), clock, partitions::values));
        this.uploading = isByHand ? Optional.empty() : uploader.map(UploaderThread::new);
        beginEpoch(recovered.partitions());
        deleteJournalsOfMoreWriters();
        var incarnations = new HashSet<Long>();
        for (var each : recovered.partitions()) each.manifest().incarnation().ifPresent(incarnations::add);
        deletions.open(incarnations);
    }

    /// Above that of every batch there is, and never below what an earlier life had. Lives are counted from 1, epochs
    /// from 0 as Kafka's; a directory of which an older version stamped the life itself goes on with that.
    private static int leaderEpoch(Recovery.Recovered recovered) {
        int highest = recovered.partitions().stream()
                .mapToInt(partition -> partition.tail().epochs().last().orElse(-1))
                .max()
                .orElse(-1);
        return Math.max(recovered.epoch(), highest + 1);
    }

    /// Requests to the tier have threads of their own, of the kind that costs nothing while it waits.
    private static TierReader reader(TierAccess access, InstantSource clock, boolean isByHand) {
        Executor executor = isByHand
                ? Runnable::run
                : task -> Thread.ofVirtual().name("braid-tier-read").start(task);
        var health = new TierHealth(access.tier().location(), clock);
        return new TierReader(access.tier(), new TierCache(access.cacheBytes(), executor, health));
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
                    cold,
                    leaderEpoch,
                    each.tail(),
                    each.manifest(),
                    each.start());
            partitions.put(each.id(), partition);
            writerOf(each.id()).adopt(partition);
            var state = each.tail().state(each.config(), each.start());
            states.get(writerIndexOf(each.id())).add(state);
            partition.settle(state.base()); // nobody looks before this is written below
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

    /// What readers get is checked here.
    ColdReads cold() {
        return cold;
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
        createAll(ids, _ -> settings);
    }

    /// The same, each with settings of its own.
    public void createAll(Collection<PartitionId> ids, Function<PartitionId, PartitionConfig> each) throws IOException {
        changing.lock();
        try {
            refuseIfClosed();
            var answers = new ArrayList<CompletableFuture<Void>>();
            var entering = new HashMap<Writer, List<PartitionLog>>();
            for (var id : new LinkedHashSet<>(ids)) {
                var there = partitions.get(id);
                if (there != null) answers.add(there.reconfigure(each.apply(id)));
                else
                    entering.computeIfAbsent(writerOf(id), _ -> new ArrayList<>())
                            .add(newPartition(id, each.apply(id)));
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
                new Producers(config.producersMax()),
                new Epochs(List.of()),
                clock.millis());
        var manifest = TierManifest.none(disk, id);
        return new PartitionLog(id, settings, writerOf(id), config, clock, cold, leaderEpoch, tail, manifest, 0);
    }

    /// What may be changed while it is open; at first as its configuration says.
    public LiveLimits limits() {
        return limits;
    }

    /// Whether sealed segments can be kept in a tier.
    public boolean hasTier() {
        return uploader.isPresent();
    }

    /// How much more the disk takes, and how much there would be room for in all. Costs a system call.
    ///
    /// @throws IOException the disk does not say
    public Disk.Room room() throws IOException {
        return disk.room();
    }

    /// The largest batch that any partition takes, in bytes, whatever its own setting says.
    public int batchBytesMax() {
        return config.batchBytesMax();
    }

    public Optional<PartitionLog> partition(PartitionId id) {
        return Optional.ofNullable(partitions.get(id));
    }

    public Collection<PartitionLog> partitions() {
        return Collections.unmodifiableCollection(partitions.values());
    }

    /// Closes and deletes all partitions of a stream; waiting appends are refused. Durable when this returns. What is
    /// in the tier is deleted after that, as soon as it can be.
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
            var manifests = new ArrayList<TierManifestFile.Content>();
            for (var all : leaving.values())
                for (var partition : all) partition.manifest().close().ifPresent(manifests::add);
            deletions.keep(manifests);
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
            deletions.begin(manifests);
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
        if (failure().isEmpty()) return taken;
        // All hear of it before anybody reads on.
        for (int more = oneTurnEach(); more > 0; more = oneTurnEach()) taken += more;
        return taken;
    }

    private int oneTurnEach() {
        int taken = 0;
        for (var writer : writers) taken += writer.turn();
        return taken;
    }

    /// One step of what keeps the tier; false if there was nothing to do. Only for a log that was opened by hand.
    public boolean upload() {
        Invariant.hold(isByHand, "the log's own thread does this");
        return uploader.isPresent() && uploader.get().step();
    }

    /// How long the writers may sleep if no work comes; [Long#MAX_VALUE] for as long as they like.
    long millisUntilDue() {
        return writers.stream().mapToLong(Writer::millisUntilDue).min().orElseThrow();
    }

    /// Syncs the segments and makes the journals superfluous.
    ///
    /// @throws DiskFullException there was no room, and the journals are still needed; the next call tries again
    /// @throws IOException the disk failed; all partitions are closed then
    public void checkpoint() throws IOException {
        lookAfterTheDisk();
        submitToAll(answer -> new Work.Snapshot(false, answer));
        completeCheckpoints(false);
    }

    /// Deletes what retention says is old enough, forgets old producers, and makes the disk's reserve if it is
    /// missing. One thread at a time.
    ///
    /// @throws IOException the disk failed; all partitions are closed then
    public void tidy() throws IOException {
        lookAfterTheDisk();
        submitToAll(Work.Tidy::new);
        for (var answer : trimmer.turn()) await(answer.exceptionally(_ -> -1L)); // deleted meanwhile
        try {
            space.restoreReserve();
        } catch (IOException _) {
            // The log goes on without it, and the next call tries again.
        }
    }

    private void lookAfterTheDisk() throws IOException {
        try {
            lock.check();
            space.look();
        } catch (IOException e) {
            throw failed(e);
        }
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
        } catch (DiskFullException e) {
            throw e;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private IOException failed(IOException cause) {
        for (var writer : writers) writer.submit(new Work.Fail(cause));
        if (isByHand) while (turn() > 0) {}
        return cause;
    }

    private void await(CompletableFuture<?> answer) throws IOException {
        while (isByHand && !answer.isDone()) {
            boolean isWaiting = writers.stream().anyMatch(Writer::isWaiting);
            for (var writer : writers) if (writer.isWaiting()) writer.waitNoMore(); // nobody else can make room here
            isWaiting |= turn() > 0 || writers.stream().anyMatch(Writer::isWaiting);
            Invariant.hold(isWaiting, "nothing waits, but an answer is missing");
        }
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
        writers.forEach(Writer::waitNoMore); // who holds `changing` may wait for a writer that waits for room
        changing.lock();
        try {
            if (isClosed) return;
            isClosed = true;
            uploading.ifPresent(UploaderThread::close);
            for (var partition : partitions.values()) partition.manifest().close();
            var ending = PartitionLog.Ending.quietly("the log is closed");
            partitions.values().forEach(partition -> partition.close(ending));
            compactorThread.close();
            if (isByHand) while (turn() > 0) {}
            threads.forEach(WriterThread::close);
            keeper.close();
            writeBack.close();
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

    DiskSpace space() {
        return space;
    }

    List<Writer> writers() {
        return List.copyOf(writers);
    }

    /// What stopped a writer, if something did.
    private Optional<IOException> failure() {
        return writers.stream().flatMap(writer -> writer.failure().stream()).findFirst();
    }
}
