package io.braid.log;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Brings a data directory to where it was promised to be: reads the checkpoint, reads the journals behind it, writes
/// their runs to the segments again, and cuts what nobody was promised. [RecoveryCase] is the table of what it may
/// meet. Nothing is changed before all journals were read and found whole; until the caller writes the checkpoint of
/// the next epoch, it may be interrupted and begun again at any point. One thread, and for partitions some more.
final class Recovery {
    /// More than a thousand new partitions take in a group.
    private static final int ENTERS_BYTES_MAX = 1 << 18;

    /// A decision that was taken, and the file or partition it was about.
    record Finding(RecoveryCase what, String where) {}

    /// What the log goes on with.
    record Recovered(long identity, int epoch, List<Partition> partitions, List<Finding> findings) {}

    record Partition(PartitionId id, PartitionConfig config, long start, PartitionTail tail, TierManifest manifest) {}

    /// Takes the refusal of one partition; if it throws, recovery ends there, as it does when a log is opened.
    interface Refusals {
        void add(PartitionId id, IOException refusal) throws IOException;
    }

    /// A partition while its journal entries are gathered, and when it has been recovered.
    private static final class Draft {
        final Checkpoint.PartitionState state;
        final List<JournalReader.Entry.Run> runs = new ArrayList<>();
        final List<Finding> findings = new ArrayList<>();
        PartitionConfig config;
        long start;
        Optional<Partition> outcome = Optional.empty();

        Draft(Checkpoint.PartitionState state) {
            this.state = state;
            this.config = state.config();
            this.start = state.start();
        }
    }

    private final Disk disk;
    private final LogConfig limits;
    private final Optional<TierReader> tier;
    private final long nowMillis;
    private final Refusals refusals;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<PartitionId, Draft> drafts = new LinkedHashMap<>();
    private final List<PartitionId> left = new ArrayList<>();

    Recovery(Disk disk, LogConfig limits, Optional<TierReader> tier, long nowMillis) {
        this(disk, limits, tier, nowMillis, (_, refusal) -> {
            throw refusal;
        });
    }

    Recovery(Disk disk, LogConfig limits, Optional<TierReader> tier, long nowMillis, Refusals refusals) {
        this.disk = disk;
        this.limits = limits;
        this.tier = tier;
        this.nowMillis = nowMillis;
        this.refusals = refusals;
    }

    /// @throws IOException the disk failed, or a case whose verdict is to refuse
    Recovered run() throws IOException {
        var found = CheckpointFile.read(disk);
        if (found.isEmpty()) return begin();
        var checkpoint = found.get();
        for (var writer : checkpoint.writers())
            for (var state : writer.partitions()) drafts.put(state.id(), new Draft(state));
        if (checkpoint.isClean()) note(RecoveryCase.CLOSED_CLEANLY, "checkpoint");
        var readers = new ArrayList<JournalReader>();
        try {
            if (!checkpoint.isClean()) for (var writer : checkpoint.writers()) readers.add(gather(checkpoint, writer));
            removeLeft();
            var tasks = new FileTasks(disk.tasksAtOnce());
            for (var draft : drafts.values()) tasks.add(() -> recover(draft));
            tasks.run();
            disk.syncDirectory("partitions");
            var partitions = new ArrayList<Partition>();
            for (var draft : drafts.values()) {
                findings.addAll(draft.findings);
                draft.outcome.ifPresent(partitions::add);
            }
            disk.delete(SegmentDraft.NAME); // what compaction was at, nobody was told of
            return new Recovered(checkpoint.identity(), checkpoint.epoch(), partitions, findings);
        } finally {
            for (var reader : readers) reader.close();
        }
    }

    private Recovered begin() throws IOException {
        if (!disk.list("partitions").isEmpty())
            throw RecoveryCase.CHECKPOINT_MISSING.refusal(
                    disk.describe("checkpoint"), "the file is missing, but there are partitions");
        note(RecoveryCase.EMPTY_DIRECTORY, "checkpoint");
        disk.createDirectory("partitions"); // made lasting by the sync of the first checkpoint
        return new Recovered(nowMillis, 0, List.of(), findings);
    }

    private void note(RecoveryCase what, String where) {
        findings.add(new Finding(what, where));
    }

    // What the journals say.

    private JournalReader gather(Checkpoint checkpoint, Checkpoint.WriterState writer) throws IOException {
        int groupBytesMax = Math.max(limits.groupBytesMax(), limits.batchBytesMax()) + ENTERS_BYTES_MAX;
        var reader = new JournalReader(disk, writer.writer(), checkpoint.identity(), checkpoint.epoch(), groupBytesMax);
        for (var entry : reader.from(writer.journal())) {
            switch (entry) {
                case JournalReader.Entry.Enter(PartitionId id, PartitionConfig config) ->
                    drafts.computeIfAbsent(id, _ -> new Draft(Checkpoint.PartitionState.beginning(id, config))).config =
                            config;
                case JournalReader.Entry.Leave(PartitionId id) -> {
                    drafts.remove(id);
                    left.add(id);
                }
                case JournalReader.Entry.Start(PartitionId id, long start) -> {
                    var draft = drafts.get(id);
                    draft.start = Math.max(draft.start, start); // one group may hold two, in any order
                }
                case JournalReader.Entry.Run run ->
                    drafts.get(run.partition()).runs.add(run);
            }
        }
        note(RecoveryCase.JOURNAL_ENDS, "writer " + writer.writer());
        return reader;
    }

    private void removeLeft() throws IOException {
        for (var id : left) {
            if (drafts.containsKey(id)) continue; // came again, after the old files were surely gone
            var directory = Segment.directoryOf(id);
            if (!disk.exists(directory)) continue;
            note(RecoveryCase.PARTITION_DELETED, directory);
            for (var file : disk.list(directory)) disk.delete(directory + "/" + file);
            disk.delete(directory);
            disk.syncDirectory("partitions");
        }
    }

    // One partition.

    private void recover(Draft draft) throws IOException {
        var id = draft.state.id();
        try {
            var walk = new PartitionRecovery(
                    disk, draft.state, draft.start, draft.runs, tier, limits, nowMillis, draft.findings);
            var tail = walk.run();
            draft.outcome = Optional.of(new Partition(id, draft.config, draft.start, tail, walk.manifest()));
        } catch (IOException e) {
            refusals.add(id, e);
        }
    }
}
