package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// Writes for some of the partitions: takes what waits, makes it durable with one sync, answers. A plain class:
/// a [WriterThread] calls [#turn] in production, a test calls it by hand.
///
///     submit ──► inbox ──► turn: number ──► journal, one sync ──► segments ──► end moves ──► answer
///
/// After its first failure it writes nothing more: what was in the turn is in doubt, all that comes is refused. A full
/// disk is no failure: the turn that finds no room waits as it stands, the next call of [#turn] goes on with it, and
/// users' records that stand behind it are refused meanwhile.
final class Writer {
    /// Where a turn begins, and where it goes on after it has found no room: all from there on may be done again.
    private enum Stage {
        ROOM,
        JOURNAL,
        SEGMENTS
    }

    /// What one piece of work may add to a group besides a batch's bytes or settings: an entry's header.
    private static final int ENTRY_BYTES_MAX = 64;

    private static final int ENTER_BYTES_MAX = ENTRY_BYTES_MAX + PartitionConfigCodec.BYTES;

    // Bounded by the partitions' inboxes, whose room every append takes first; other work is waited for.
    private final ConcurrentLinkedQueue<Work> inbox = new ConcurrentLinkedQueue<>();
    private final int index;
    private final Disk disk;
    private final LogConfig limits;
    private final LiveLimits live;
    private final InstantSource clock;
    private final int life;
    private final DiskSpace space;
    private final WriteBack writeBack;
    private volatile Optional<Thread> sleeper = Optional.empty(); // who waits for work, if somebody does
    private volatile boolean isOver; // nobody calls turn any more
    private volatile boolean isWaiting; // a turn has found no room and stands at `stage`; writer thread writes it
    private volatile boolean waitsNoMore; // a full disk is a failure from now on

    // All below: writer thread only.
    private final Journal journal;
    private final GroupBuffer memory = new GroupBuffer();
    private final List<Work> group = new ArrayList<>();
    private Stage stage = Stage.ROOM;
    private long groupBytes; // what the group takes in the journal at most
    private final List<PartitionLog> touched = new ArrayList<>();
    private final List<Move> moves = new ArrayList<>();
    private final Set<PartitionLog> partitions = new LinkedHashSet<>();
    private final Flushes flushes = new Flushes();
    private final Set<String> changedDirectories = new TreeSet<>(); // since the last snapshot
    private boolean isChanged; // since the last snapshot
    private Optional<Checkpointer> checkpointer = Optional.empty(); // set once, before the first turn
    private volatile Optional<IOException> failure = Optional.empty();

    /// A partition's start that this turn moves.
    private record Move(PartitionLog partition, long start, Optional<CompletableFuture<Long>> answer) {}

    Writer(
            int index,
            Disk disk,
            DiskSpace space,
            WriteBack writeBack,
            Journal journal,
            LogConfig limits,
            LiveLimits live,
            InstantSource clock,
            int life) {
        this.index = index;
        this.disk = disk;
        this.space = space;
        this.writeBack = writeBack;
        this.journal = journal;
        this.limits = limits;
        this.live = live;
        this.clock = clock;
        this.life = life;
    }

    // Any thread.

    void submit(Work work) {
        if (work instanceof Work.Fail) waitsNoMore = true; // it would stand behind a turn that waits
        inbox.add(work);
        if (isOver) refuseAll(); // lost a race with close: nobody else would answer
        var waiting = sleeper;
        if (waiting.isPresent()) LockSupport.unpark(waiting.get());
    }

    boolean hasWork() {
        return !inbox.isEmpty();
    }

    /// Who is to be woken when work comes. Whoever calls looks at [#hasWork] afterwards, before sleeping.
    void wakeOnWork(Optional<Thread> thread) {
        sleeper = thread;
    }

    /// Journal groups up to this one are superfluous.
    void release(long sequence) {
        journal.release(sequence);
    }

    DiskSpace space() {
        return space;
    }

    /// Whether a turn waits for room on the disk.
    boolean isWaiting() {
        return isWaiting;
    }

    /// Nobody will make room: a turn that waits for it fails when it is tried again.
    void waitNoMore() {
        waitsNoMore = true;
    }

    // Before the first turn, and after the last.

    void checkpointTo(Checkpointer target) {
        checkpointer = Optional.of(target);
    }

    /// Takes partitions over that recovery has found.
    void adopt(PartitionLog partition) {
        partitions.add(partition);
    }

    /// No more turns: answers what is left, and all that may still come.
    void end() throws IOException {
        isOver = true;
        refuseAll();
        journal.close();
    }

    /// Why it writes nothing more, if so.
    Optional<IOException> failure() {
        return failure;
    }

    // Writer thread.

    /// How long it may sleep if no work comes.
    long millisUntilDue() {
        return flushes.millisUntilDue(clock.millis());
    }

    /// One turn: takes all that waits (up to a group's size), writes it, syncs once, publishes, answers, and syncs what
    /// is due by time. Answers how much was answered, so nothing of a turn that waits for room.
    int turn() {
        int answered = isWaiting ? refuseBehind() : collect();
        if (!isWaiting && group.isEmpty() && !flushes.isDue(clock.millis())) return answered;
        if (failure.isPresent()) group.forEach(this::refuse);
        else if (!advance()) return answered;
        answered += group.size();
        forget();
        return answered;
    }

    /// Takes what waits, up to a group's size; answers how much was refused instead.
    private int collect() {
        groupBytes = GroupBuffer.HEADER_BYTES + GroupBuffer.CRC_BYTES;
        int refused = 0;
        for (var work = inbox.peek(); work != null; work = inbox.peek()) {
            long bytes = bytesOf(work);
            if (!group.isEmpty() && groupBytes + bytes > limits.groupBytesMax()) break;
            inbox.poll();
            if (work instanceof Work.Append append && isRefused(append)) {
                refuse(append, AppendOutcome.Reason.DISK_FULL, space.state().text());
                refused++;
            } else {
                groupBytes += bytes;
                group.add(work);
            }
        }
        return refused;
    }

    /// Users' records do not wait behind a turn that waits for room; answers how many there were.
    private int refuseBehind() {
        int refused = 0;
        for (var each = inbox.iterator(); each.hasNext(); ) {
            if (!(each.next() instanceof Work.Append append) || !isRefused(append)) continue;
            each.remove();
            refuse(append, AppendOutcome.Reason.DISK_FULL, space.state().text());
            refused++;
        }
        return refused;
    }

    /// Only users' records are refused once they were taken in: others count on being next ([PartitionLog#append]).
    private boolean isRefused(Work.Append append) {
        return append.origin.purpose() == Purpose.RECORDS && failure.isEmpty() && space.refuses(Purpose.RECORDS);
    }

    private long bytesOf(Work work) {
        return switch (work) {
            case Work.Append append -> ENTRY_BYTES_MAX + append.batch.byteSize();
            case Work.Enter enter -> (long) ENTER_BYTES_MAX * enter.partitions().size();
            case Work.Leave leave -> (long) ENTRY_BYTES_MAX * leave.partitions().size();
            case Work.Tidy _ -> (long) ENTRY_BYTES_MAX * partitions.size();
            case Work.DeleteBefore _ -> ENTRY_BYTES_MAX;
            case Work.Configure _ -> ENTER_BYTES_MAX;
            case Work.Ask _, Work.Replace _, Work.Snapshot _, Work.Fail _ -> 0;
        };
    }

    /// Does what is left of the turn; answers whether it is over, well or ill. If not, it waits for room.
    private boolean advance() {
        try {
            if (stage == Stage.ROOM) {
                makeRoom();
                prepare();
                stage = Stage.JOURNAL;
            }
            if (stage == Stage.JOURNAL) {
                writeJournal();
                stage = Stage.SEGMENTS;
            }
            writeSegments();
            finish();
            isWaiting = false;
        } catch (DiskFullException e) {
            isWaiting = !waitsNoMore;
            if (!isWaiting) fail(e);
        } catch (IOException e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            fail(new IOException("a bug of Braid's: " + e, e));
            if (e instanceof VirtualMachineError) throw e;
        }
        return !isWaiting;
    }

    /// Goes to the other journal file if the group might not fit, and has a checkpoint made of the one that is full.
    private void makeRoom() throws IOException {
        space.expect(2 * groupBytes); // in the journal and in segments
        if (journal.isFullFor((int) groupBytes)) {
            if (!journal.maySwitch()) checkpointer.orElseThrow().complete(); // producers wait, or are refused
            journal.switchFiles();
            offerSnapshot(false);
        }
        for (var work : group) if (work instanceof Work.Configure configure) syncIfDurabilityChanges(configure);
    }

    /// What is in the journal and what is not must not stand mixed behind one point of recovery.
    private void syncIfDurabilityChanges(Work.Configure work) throws IOException {
        var partition = work.partition();
        boolean isOther = partition.config().durability() != work.config().durability();
        if (!isOther || !partitions.contains(partition)) return;
        checkpointer.orElseThrow().complete(); // what it still has to sync counts as synced here
        partition.tail.sync();
    }

    /// Numbers everything, in the order it came; batches of one partition come to stand together.
    private void prepare() throws IOException {
        long now = clock.millis();
        for (var work : group) {
            switch (work) {
                case Work.Append append -> {
                    var tail = append.partition.tail;
                    if (tail.waiting.isEmpty()) touched.add(append.partition);
                    tail.waiting.add(append);
                }
                case Work.Configure configure -> configure(configure, now);
                case Work.Enter enter -> {
                    for (var partition : enter.partitions()) memory.addEnter(partition.id(), partition.config());
                    partitions.addAll(enter.partitions());
                }
                case Work.Leave leave -> {
                    for (var partition : leave.partitions()) {
                        partition.close(PartitionLog.Ending.quietly(partition.id() + " was deleted"));
                        partitions.remove(partition);
                        flushes.forget(partition);
                        memory.addLeave(partition.id());
                    }
                }
                case Work.DeleteBefore _, Work.Tidy _, Work.Ask _, Work.Replace _, Work.Snapshot _ -> {}
                case Work.Fail(var cause) -> throw cause;
            }
        }
        for (var partition : touched) if (isJournaled(partition)) take(partition, now);
        for (var work : group) {
            switch (work) {
                case Work.DeleteBefore(var partition, long offset, var answer) ->
                    moves.add(new Move(partition, offset, Optional.of(answer)));
                case Work.Tidy _ -> tidy(now);
                case Work.Append _,
                        Work.Configure _,
                        Work.Enter _,
                        Work.Leave _,
                        Work.Ask _,
                        Work.Replace _,
                        Work.Snapshot _,
                        Work.Fail _ -> {}
            }
        }
        for (var move : moves)
            if (isMoved(move)) memory.addStart(move.partition().id(), move.start());
    }

    private static boolean isJournaled(PartitionLog partition) {
        return partition.config().durability() == Durability.DISK;
    }

    private void configure(Work.Configure work, long now) throws IOException {
        var partition = work.partition();
        if (!partitions.contains(partition)) return;
        memory.addEnter(partition.id(), work.config());
        partition.apply(work.config());
        flushes.note(partition, now);
    }

    private void take(PartitionLog partition, long now) throws CorruptBatchException {
        boolean isHere = partitions.contains(partition);
        for (var append : partition.tail.waiting) {
            append.outcome = outcome(append, isHere, now);
            if (append.outcome instanceof AppendOutcome.Refused) partition.noteRefusal(append.batch);
        }
    }

    private AppendOutcome outcome(Work.Append append, boolean isHere, long now) throws CorruptBatchException {
        var partition = append.partition;
        if (!isHere)
            return new AppendOutcome.Refused(
                    AppendOutcome.Reason.NOT_OWNER, partition.ending().detail());
        if (partition.refuses(append.origin)) return partition.tail.find(append).orElseGet(() -> suspended(partition));
        return partition.tail.take(append, partition.config(), partition.leaderEpoch(), memory, now);
    }

    private static AppendOutcome suspended(PartitionLog partition) {
        return new AppendOutcome.Refused(
                AppendOutcome.Reason.NOT_OWNER, partition.id() + " takes no more records: look up where to go on");
    }

    private boolean isMoved(Move move) {
        var partition = move.partition();
        return partitions.contains(partition)
                && move.start() > partition.start()
                && move.start() <= partition.tail.next();
    }

    private void tidy(long now) {
        for (var partition : partitions) {
            partition.tail.producers().expire(now, live.now().producerMillis());
            isChanged |= partition.tail.rollIfDue(partition.config(), now); // until then it is not known to be sealed
            long start = partition.tail.startByRetention(partition.config(), now);
            if (start > partition.start()) moves.add(new Move(partition, start, Optional.empty()));
        }
    }

    private void writeJournal() throws IOException {
        if (!memory.isEmpty()) {
            journal.write(memory, life);
            isChanged = true;
        }
        long now = clock.millis();
        for (var partition : touched) if (!isJournaled(partition)) take(partition, now);
    }

    private void writeSegments() throws IOException {
        long now = clock.millis();
        for (var partition : touched) {
            var tail = partition.tail;
            if (tail.runs.isEmpty()) continue;
            isChanged = true;
            boolean isNewFile = tail.writeSegments(memory);
            for (var run : tail.runs) run.segment.offer(writeBack);
            if (isNewFile || isWaiting) changedDirectories.add(Segment.directoryOf(partition.id())); // or new before
            if (!isJournaled(partition)) flushes.note(partition, now);
        }
        if (flushes.isDue(now)) flushes.syncDue(now);
    }

    /// Publishes, then answers: what was acknowledged can be read.
    private void finish() throws IOException {
        for (var partition : touched) if (!partition.tail.runs.isEmpty()) partition.publish();
        for (var move : moves) finish(move);
        for (var work : group) {
            switch (work) {
                case Work.Append append -> {
                    append.partition.giveBackRoom(append.batch);
                    append.answer.complete(append.outcome);
                }
                case Work.Enter enter -> enter.answer().complete(null);
                case Work.Leave leave -> {
                    for (var partition : leave.partitions()) deleteFiles(partition);
                    disk.syncDirectory("partitions"); // who enters again under the same name finds nothing of before
                    leave.answer().complete(null);
                }
                case Work.Tidy tidy -> tidy.answer().complete(null);
                case Work.Configure configure -> configure.answer().complete(null);
                case Work.Ask(var partition, var answer) ->
                    answer.complete(partition.tail.producers().all());
                case Work.Replace replace -> replace(replace);
                case Work.DeleteBefore _, Work.Snapshot _, Work.Fail _ -> {}
            }
        }
        offerSnapshots();
    }

    /// Last: what the group has deleted must be gone before a checkpoint makes its journal entry superfluous.
    private void offerSnapshots() {
        for (var work : group) {
            if (!(work instanceof Work.Snapshot snapshot)) continue;
            if (isChanged || snapshot.isLast()) offerSnapshot(snapshot.isLast());
            snapshot.answer().complete(null);
        }
    }

    private void finish(Move move) throws IOException {
        var partition = move.partition();
        if (move.start() > partition.end()) {
            fail(
                    move,
                    new IllegalArgumentException("offset %d is above the end %d of %s"
                            .formatted(move.start(), partition.end(), partition.id())));
            return;
        }
        if (!partitions.contains(partition)) {
            fail(move, new IOException(partition.ending().detail()));
            return;
        }
        if (move.start() > partition.start()) {
            var removed = partition.tail.removeBefore(move.start());
            partition.publishStart(move.start());
            for (var segment : removed) segment.delete();
            if (!removed.isEmpty()) changedDirectories.add(Segment.directoryOf(partition.id()));
        }
        move.answer().ifPresent(answer -> answer.complete(partition.start()));
    }

    private void replace(Work.Replace work) throws IOException {
        var partition = work.partition();
        boolean isThere = partitions.contains(partition) && partition.tail.holds(work.olds());
        if (isThere) {
            try {
                work.swap().run();
            } catch (DiskFullException e) { // its first step, so nothing has happened
                work.answer().completeExceptionally(e);
                return;
            }
            partition.tail.replace(work.olds(), work.news());
            partition.publishSegments();
            for (var old : work.olds()) old.release();
            changedDirectories.add(Segment.directoryOf(partition.id()));
        }
        work.answer().complete(isThere);
    }

    private static void fail(Move move, Exception cause) {
        move.answer().ifPresent(answer -> answer.completeExceptionally(cause));
    }

    private void deleteFiles(PartitionLog partition) throws IOException {
        for (var segment : partition.tail.segments()) segment.delete();
        partition.manifest().delete();
        disk.delete(Segment.directoryOf(partition.id()));
    }

    /// Between two groups: all that was written so far is in it, nothing else.
    private void offerSnapshot(boolean isLast) {
        var written = new ArrayList<Checkpoint.Written>();
        var states = new ArrayList<Checkpoint.PartitionState>(partitions.size());
        for (var partition : partitions)
            states.add(partition.tail.snapshot(partition.config(), partition.start(), isLast, written));
        if (!changedDirectories.isEmpty()) changedDirectories.add("partitions");
        var next = journal.next();
        checkpointer
                .orElseThrow()
                .offer(new Checkpoint.Snapshot(
                        new Checkpoint.WriterState(index, next, states),
                        List.copyOf(partitions),
                        written,
                        List.copyOf(changedDirectories),
                        next.sequence() - 1));
        changedDirectories.clear();
        isChanged = false;
    }

    private void forget() {
        group.clear();
        stage = Stage.ROOM;
        for (var partition : touched) {
            partition.tail.waiting.clear();
            partition.tail.runs.clear();
        }
        touched.clear();
        moves.clear();
        memory.clear();
    }

    /// Closes all partitions with the first cause. What was taken is in doubt, what still waits is refused.
    private void fail(IOException cause) {
        isWaiting = false;
        failure = Optional.of(cause);
        flushes.clear();
        var ending = PartitionLog.Ending.because("closed until the log is opened again, as the disk failed", cause);
        for (var partition : partitions) partition.close(ending);
        for (var work : group) {
            if (work instanceof Work.Append append) {
                append.partition.close(ending);
                append.partition.giveBackRoom(append.batch);
                append.answer.complete(new AppendOutcome.Unknown(cause));
            } else refuse(work);
        }
    }

    private void refuseAll() {
        for (var work = inbox.poll(); work != null; work = inbox.poll()) refuse(work);
    }

    private void refuse(Work work) {
        switch (work) {
            case Work.Append append ->
                refuse(
                        append,
                        AppendOutcome.Reason.NOT_OWNER,
                        append.partition.ending().detail());
            case Work.DeleteBefore(var partition, var _, var answer) -> answer.completeExceptionally(closed(partition));
            case Work.Configure(var partition, var _, var answer) -> answer.completeExceptionally(closed(partition));
            case Work.Ask(var partition, var answer) -> answer.completeExceptionally(closed(partition));
            case Work.Replace replace -> replace.answer().completeExceptionally(closed(replace.partition()));
            case Work.Enter(var _, var answer) -> answer.completeExceptionally(stopped());
            case Work.Leave(var _, var answer) -> answer.completeExceptionally(stopped());
            case Work.Tidy(var answer) -> answer.completeExceptionally(stopped());
            case Work.Snapshot(var _, var answer) -> answer.completeExceptionally(stopped());
            case Work.Fail _ -> {}
        }
    }

    private static void refuse(Work.Append append, AppendOutcome.Reason reason, String detail) {
        append.partition.giveBackRoom(append.batch);
        append.answer.complete(new AppendOutcome.Refused(reason, detail));
    }

    private static IOException closed(PartitionLog partition) {
        return new IOException(partition.ending().detail());
    }

    private IOException stopped() {
        return failure.isPresent()
                ? new IOException("the writer has stopped, as the disk failed", failure.get())
                : new IOException("the log is closed");
    }
}
