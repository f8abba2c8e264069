package io.braid.aws.dynamodb;

import static java.lang.System.Logger.Level.INFO;

import io.braid.aws.wire.AwsFault;
import io.braid.broker.Broker;
import io.braid.broker.ServerStream;
import io.braid.broker.StreamSettings;
import io.braid.log.AppendOutcome;
import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;

/// The database and the stream of the server's own that it is kept in. Any thread.
///
/// One write happens at a time, in this order: decide from what is there, append the changes as *one batch*, wait
/// until it is on the disk, make them visible, answer. So what was answered outlives a crash, a write is there whole
/// or not at all, none is lost to another, and nobody sees what might still fail. Reads go on meanwhile.
///
/// The stream is created by the first write, and replayed by the first request of each life of the server: whoever
/// does not use this pays nothing for it.
final class Store {
    static final String STREAM = "__dynamodb";

    private static final System.Logger LOG = System.getLogger(Store.class.getName());
    private static final int GONE_AT_ONCE = 1000; // items of a deleted table in one batch
    private static final Map<String, String> SETTINGS =
            Map.of(StreamSettings.CLEANUP_POLICY, "compact", StreamSettings.SEGMENT_BYTES, Integer.toString(16 << 20));

    /// What a write leads to.
    ///
    /// @param changes none if nothing is to be written
    /// @param answer  for who asked, once they are on the disk
    record Decision<T>(List<Change> changes, T answer) {}

    private final ServerStream stream;
    private final InstantSource clock;
    private final long memoryMax;
    private final Database database = new Database(); // under `visible`, and changed under `writing` only
    private final ReentrantLock writing = new ReentrantLock(); // guards the making of a write, not the reading
    private final ReentrantReadWriteLock visible = new ReentrantReadWriteLock(); // never held during a write to disk
    private volatile boolean loaded;

    /// @param memoryMax about how many bytes all items may take
    Store(Broker broker, InstantSource clock, long memoryMax) {
        this.stream = new ServerStream(broker, STREAM, SETTINGS);
        this.clock = clock;
        this.memoryMax = memoryMax;
    }

    /// Asks what is there.
    ///
    /// @throws IOException what is there cannot be read
    <T> T read(Function<Database, T> question) throws IOException {
        load();
        visible.readLock().lock();
        try {
            return question.apply(database);
        } finally {
            visible.readLock().unlock();
        }
    }

    /// Decides and writes; what `decide` throws changes nothing.
    ///
    /// @throws AwsFault    there is no room for it
    /// @throws IOException the storage failed: it may or may not have been written
    <T> T write(Function<Database, Decision<T>> decide) throws IOException {
        load();
        writing.lock();
        try {
            var decision = decide.apply(database); // nobody else changes it
            if (decision.changes().isEmpty()) return decision.answer();
            requireRoom(decision.changes());
            append(decision.changes());
            apply(decision.changes());
            return decision.answer();
        } finally {
            writing.unlock();
        }
    }

    /// Writes that the items of a table, which is gone itself, are gone too.
    void forgetItems(UUID table) throws IOException {
        while (true) {
            int left = write(now -> {
                var gone = now.items(table).keySet().stream()
                        .limit(GONE_AT_ONCE)
                        .<Change>map(key -> new Change.ItemGone(table, key))
                        .toList();
                return new Decision<>(gone, gone.size());
            });
            if (left < GONE_AT_ONCE) return;
        }
    }

    private void requireRoom(List<Change> changes) {
        long growth = database.growth(changes);
        if (growth > 0 && database.memory() + growth > memoryMax)
            throw Faults.limitExceeded(
                    ("The items of all tables may take %d bytes of memory, and take %d now: delete some, or use Amazon"
                                    + " DynamoDB for large tables.")
                            .formatted(memoryMax, database.memory()));
    }

    private void apply(List<Change> changes) {
        visible.writeLock().lock();
        try {
            changes.forEach(database::apply);
        } finally {
            visible.writeLock().unlock();
        }
    }

    private void append(List<Change> changes) throws IOException {
        long now = clock.millis();
        var batch = new BatchBuilder(now);
        for (var change : changes) StoredChanges.add(batch, now, change);
        var refused = stream.offer(batch.build());
        if (refused.isPresent())
            throw refused(refused.get().reason(), refused.get().detail());
    }

    private static AwsFault refused(AppendOutcome.Reason reason, String detail) throws IOException {
        return switch (reason) {
            case OVERLOADED -> Faults.throughputExceeded(detail);
            case TOO_LARGE -> AwsFault.validation("The request is too large to be kept: " + detail);
            case DISK_FULL -> Faults.internal("The disk is full: " + detail);
            case NOT_OWNER, CORRUPT, OUT_OF_SEQUENCE, FENCED, NOT_IN_TRANSACTION, NOT_NEXT ->
                throw new IOException("stream %s refused a write (%s): %s".formatted(STREAM, reason, detail));
        };
    }

    private void load() throws IOException {
        if (loaded) return;
        writing.lock();
        try {
            if (loaded) return;
            replay();
            loaded = true;
            for (var orphan : database.orphans()) forgetItems(orphan);
        } finally {
            writing.unlock();
        }
    }

    private void replay() throws IOException {
        if (!stream.exists()) return;
        stream.read(record -> apply(List.of(StoredChanges.read(record.key(), record.value()))));
        LOG.log(INFO, "tables loaded: count={0} memory={1}", database.tables().size(), database.memory());
    }
}
