package io.braid.aws.dynamodb;

import static java.lang.System.Logger.Level.INFO;

import io.braid.aws.wire.AwsFault;
import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.PartitionLog;
import io.braid.log.Purpose;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.ArrayList;
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
    private static final int READ_BYTES = 1 << 20;
    private static final int GONE_AT_ONCE = 1000; // items of a deleted table in one batch
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN); // of a batch, behind its offset

    private static final Map<String, String> SETTINGS = Map.of(
            StreamSettings.CLEANUP_POLICY, "compact",
            StreamSettings.DURABILITY, "disk",
            StreamSettings.SEGMENT_BYTES, Integer.toString(16 << 20));

    /// What a write leads to.
    ///
    /// @param changes none if nothing is to be written
    /// @param answer  for who asked, once they are on the disk
    record Decision<T>(List<Change> changes, T answer) {}

    private final Broker broker;
    private final InstantSource clock;
    private final long memoryMax;
    private final Database database = new Database(); // under `visible`, and changed under `writing` only
    private final ReentrantLock writing = new ReentrantLock(); // guards the making of a write, not the reading
    private final ReentrantReadWriteLock visible = new ReentrantReadWriteLock(); // never held during a write to disk
    private volatile boolean loaded;

    /// @param memoryMax about how many bytes all items may take
    Store(Broker broker, InstantSource clock, long memoryMax) {
        this.broker = broker;
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
            append(log(), decision.changes());
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

    private void append(PartitionLog log, List<Change> changes) throws IOException {
        long now = clock.millis();
        var batch = new BatchBuilder(now);
        for (var change : changes) StoredChanges.add(batch, now, change);
        AppendOutcome outcome =
                log.append(batch.build(), log.end(), Purpose.SERVICE).join();
        switch (outcome) {
            case AppendOutcome.Appended _ -> {}
            case AppendOutcome.Duplicate _ ->
                throw new IllegalStateException("a batch without a producer was taken for a copy");
            case AppendOutcome.Refused(var reason, String detail) -> throw refused(reason, detail);
            case AppendOutcome.Unknown(IOException cause) ->
                throw new IOException("stream %s failed: %s".formatted(STREAM, cause.getMessage()), cause);
        }
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

    private PartitionLog log() throws IOException {
        return log(stream());
    }

    private PartitionLog log(Stream stream) {
        return broker.partition(stream.id(), 0).orElseThrow().log();
    }

    private Stream stream() throws IOException {
        var known = broker.catalog().stream(STREAM);
        var stream = known.isPresent() ? known.get() : create();
        return switch (stream.kind()) {
            case INTERNAL -> stream;
            case USER ->
                throw new IOException("a user has created the stream %s, which the server needs for itself: delete it"
                        .formatted(STREAM));
        };
    }

    private Stream create() throws IOException {
        var asked = new NewStream(STREAM, Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, SETTINGS);
        return switch (broker.create(asked)) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.AlreadyExists(var stream) -> stream;
            case CatalogOutcome.Invalid(var _, var detail) -> throw new IOException(detail);
            case CatalogOutcome.NotFound(var name) -> throw new IOException(name + " was not found");
            case CatalogOutcome.Unknown(var cause) -> throw cause;
        };
    }

    private void load() throws IOException {
        if (loaded) return;
        writing.lock();
        try {
            if (loaded) return;
            var stream = broker.catalog().stream(STREAM).filter(known -> known.kind() == Stream.Kind.INTERNAL);
            if (stream.isPresent()) replay(log(stream.get()));
            loaded = true;
            for (var orphan : database.orphans()) forgetItems(orphan);
        } finally {
            writing.unlock();
        }
    }

    private void replay(PartitionLog log) throws IOException {
        var changes = new ArrayList<Change>();
        long end = log.end();
        for (long next = log.start(); next < end; ) {
            switch (log.read(next, end, READ_BYTES)) {
                case ReadOutcome.Found(var slice) -> {
                    try (slice) {
                        if (slice.nextOffset() <= next)
                            throw new IOException("stream %s ends at %d, not at %d".formatted(STREAM, next, end));
                        changes(slice.load(), changes);
                        next = slice.nextOffset();
                    }
                }
                case ReadOutcome.OutOfRange(long start, long _) ->
                    throw new IOException("stream %s begins at %d, after %d was read".formatted(STREAM, start, next));
                case ReadOutcome.Damaged damaged -> throw damaged.failure();
            }
            apply(changes);
            changes.clear();
        }
        LOG.log(INFO, "tables loaded: count={0} memory={1}", database.tables().size(), database.memory());
    }

    private static void changes(MemorySegment run, List<Change> into) throws IOException {
        for (long at = 0; at < run.byteSize(); ) {
            long size = (long) Batch.PREFIX_BYTES + run.get(LENGTH, at + Long.BYTES);
            var batch = new Batch(run.asSlice(at, size));
            var records = new RecordCursor(batch, batch.payload());
            while (records.next()) {
                try {
                    into.add(StoredChanges.read(records.key(), records.value()));
                } catch (IOException e) {
                    throw new IOException(
                            "stream %s, offset %d: %s".formatted(STREAM, records.offset(), e.getMessage()), e);
                }
            }
            at += batch.byteSize();
        }
    }
}
