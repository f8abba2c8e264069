package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/// Writes for some of the partitions: takes what waits, makes it durable with one sync, answers. A plain class:
/// a [WriterThread] calls [#turn] in production, a test calls it by hand.
///
///     submit ──► inbox ──► turn: number ──► journal, one sync ──► segments ──► end moves ──► answer
final class Writer {
    // Bounded by the partitions' inboxes, whose room every append takes first.
    private final ConcurrentLinkedQueue<Work> inbox = new ConcurrentLinkedQueue<>();
    private final LogConfig limits;
    private final InstantSource clock;
    private final int leaderEpoch;
    private volatile Optional<Thread> sleeper = Optional.empty(); // who waits for work, if somebody does

    // All below: writer thread only.
    private final GroupBuffer memory = new GroupBuffer();
    private final List<Work> group = new ArrayList<>();
    private final List<PartitionLog> touched = new ArrayList<>();
    private final List<PartitionLog> partitions = new ArrayList<>();
    private volatile Optional<IOException> failure = Optional.empty();

    Writer(LogConfig limits, InstantSource clock, int leaderEpoch) {
        this.limits = limits;
        this.clock = clock;
        this.leaderEpoch = leaderEpoch;
    }

    void submit(Work work) {
        inbox.add(work);
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

    Optional<IOException> failure() {
        return failure;
    }

    List<PartitionLog> partitions() {
        return partitions;
    }

    /// One turn: takes all that waits (up to a group's size), writes it, syncs once, publishes, answers. Answers how
    /// much was taken.
    int turn() {
        collect();
        if (group.isEmpty()) return 0;
        if (failure.isPresent()) refuseGroup();
        else
            try {
                prepare();
                write();
                finish();
            } catch (IOException e) {
                fail(e);
            } finally {
                forget();
            }
        int taken = group.size();
        group.clear();
        return taken;
    }

    private void collect() {
        long bytes = 0;
        for (var work = inbox.peek(); work != null; work = inbox.peek()) {
            if (work instanceof Work.Append append) {
                bytes += append.batch.byteSize();
                if (!group.isEmpty() && bytes > limits.groupBytesMax()) return;
            }
            group.add(inbox.poll());
        }
    }

    /// Numbers everything, in the order it came; batches of one partition come to stand together.
    private void prepare() {
        for (var work : group) {
            switch (work) {
                case Work.Append append -> {
                    var tail = append.partition.tail;
                    if (tail.waiting.isEmpty()) touched.add(append.partition);
                    tail.waiting.add(append);
                }
                case Work.Configure(var partition, var config) -> partition.apply(config);
                case Work.Enter(var entering, var _) -> partitions.addAll(entering);
                case Work.DeleteBefore _, Work.Leave _, Work.Between _ -> {}
            }
        }
        long now = clock.millis();
        for (var partition : touched) {
            for (var append : partition.tail.waiting) {
                append.outcome = partition.isOpen()
                        ? partition.tail.take(append, partition.config(), leaderEpoch, memory, now)
                        : new AppendOutcome.Refused(
                                AppendOutcome.Reason.NOT_OWNER,
                                partition.ending().detail());
            }
        }
    }

    private void write() throws IOException {
        for (var partition : touched) partition.tail.writeSegments(memory);
        for (var partition : touched)
            if (partition.config().durability() == Durability.DISK)
                for (var run : partition.tail.runs) run.segment.file().force();
    }

    /// Publishes, then answers: what was acknowledged can be read.
    private void finish() throws IOException {
        for (var partition : touched) partition.publish();
        for (var work : group) {
            switch (work) {
                case Work.Append append -> {
                    append.partition.giveBackRoom(append.batch);
                    append.answer.complete(append.outcome);
                }
                case Work.DeleteBefore delete -> deleteBefore(delete);
                case Work.Configure _ -> {}
                case Work.Enter(var _, var answer) -> answer.complete(null);
                case Work.Leave leave -> leave(leave);
                case Work.Between(var step, var answer) -> {
                    step.run();
                    answer.complete(null);
                }
            }
        }
    }

    private void deleteBefore(Work.DeleteBefore delete) throws IOException {
        var partition = delete.partition();
        if (delete.offset() > partition.end()) {
            delete.answer()
                    .completeExceptionally(new IllegalArgumentException("offset %d is above the end %d of %s"
                            .formatted(delete.offset(), partition.end(), partition.id())));
            return;
        }
        if (delete.offset() > partition.start()) {
            var removed = partition.tail.removeBefore(delete.offset());
            partition.publishStart(delete.offset());
            for (var segment : removed) segment.delete();
        }
        delete.answer().complete(partition.start());
    }

    private void leave(Work.Leave leave) throws IOException {
        for (var partition : leave.partitions()) {
            partition.close(new PartitionLog.Ending(false, partition.id() + " was deleted", Optional.empty()));
            partitions.remove(partition);
            for (var segment : partition.tail.segments()) segment.delete();
        }
        leave.answer().complete(null);
    }

    private void forget() {
        for (var partition : touched) {
            partition.tail.waiting.clear();
            partition.tail.runs.clear();
        }
        touched.clear();
        memory.clear();
    }

    /// Closes all partitions with the first cause. What was taken is in doubt, what still waits is refused.
    private void fail(IOException cause) {
        failure = Optional.of(cause);
        var ending = new PartitionLog.Ending(false, "closed, as the disk failed: " + cause.getMessage(), failure);
        for (var partition : partitions) partition.close(ending);
        for (var work : group) {
            switch (work) {
                case Work.Append append -> {
                    append.partition.giveBackRoom(append.batch);
                    append.answer.complete(new AppendOutcome.Unknown(cause));
                }
                case Work.DeleteBefore(var _, var _, var answer) -> answer.completeExceptionally(cause);
                case Work.Configure _ -> {}
                case Work.Enter(var _, var answer) -> answer.completeExceptionally(cause);
                case Work.Leave(var _, var answer) -> answer.completeExceptionally(cause);
                case Work.Between(var _, var answer) -> answer.completeExceptionally(cause);
            }
        }
    }

    private void refuseGroup() {
        var cause = failure.orElseThrow();
        for (var work : group) {
            switch (work) {
                case Work.Append append -> {
                    append.partition.giveBackRoom(append.batch);
                    append.answer.complete(new AppendOutcome.Refused(
                            AppendOutcome.Reason.NOT_OWNER,
                            append.partition.ending().detail()));
                }
                case Work.DeleteBefore(var _, var _, var answer) -> answer.completeExceptionally(cause);
                case Work.Configure _ -> {}
                case Work.Enter(var _, var answer) -> answer.completeExceptionally(cause);
                case Work.Leave(var _, var answer) -> answer.completeExceptionally(cause);
                case Work.Between(var _, var answer) -> answer.completeExceptionally(cause);
            }
        }
    }
}
