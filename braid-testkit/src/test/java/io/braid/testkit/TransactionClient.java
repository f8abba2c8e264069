package io.braid.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Log;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import io.braid.log.TransactionStatus;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/// Transactional producers of one partition that is synced before it answers, their coordinator, and a reader of
/// committed records. It remembers what it was told, and holds the log to it:
///
/// 1. what a committed transaction wrote is shown, once, at the offsets that were told
/// 2. what belongs to a transaction that was not committed is never shown
/// 3. the last stable offset passes no open transaction, and is the end if none is open
/// 4. a batch that comes after its transaction's end is not written
final class TransactionClient {
    private static final int PRODUCERS = 3;
    private static final int COORDINATOR_EPOCH = 1;

    private enum Fate {
        OPEN,
        COMMITTING,
        ABORTING,
        COMMITTED,
        ABORTED
    }

    private static final class Part {
        final String value;
        final int sequence;
        Optional<CompletableFuture<AppendOutcome>> answer = Optional.empty();
        long offset = -1; // once it is known

        Part(String value, int sequence) {
            this.value = value;
            this.sequence = sequence;
        }
    }

    private static final class Transaction {
        final short epoch;
        final List<Part> parts = new ArrayList<>();
        TransactionStatus seen; // before the coordinator was asked
        Fate fate = Fate.OPEN;
        Optional<CompletableFuture<AppendOutcome>> end = Optional.empty();

        Transaction(short epoch, TransactionStatus seen) {
            this.epoch = epoch;
            this.seen = seen;
        }

        boolean isOver() {
            return fate == Fate.COMMITTED || fate == Fate.ABORTED;
        }
    }

    private static final class Producer {
        final long id;
        final List<Transaction> transactions = new ArrayList<>();

        Producer(long id) {
            this.id = id;
        }

        boolean isIdle() {
            return transactions.isEmpty() || transactions.getLast().isOver();
        }
    }

    private final PartitionId id;
    private final Random random;
    private final List<Producer> producers = new ArrayList<>();
    private Optional<PartitionLog> partition = Optional.empty();
    private long count; // makes values unique

    TransactionClient(PartitionId id, Random random) {
        this.id = id;
        this.random = random;
        for (int i = 0; i < PRODUCERS; i++) producers.add(new Producer(100 + i));
    }

    // What clients do.

    void step() throws IOException {
        if (partition.isEmpty()) return;
        var log = partition.get();
        var producer = producers.get(random.nextInt(PRODUCERS));
        switch (random.nextInt(10)) {
            case 0 -> audit(log);
            case 1 -> sendLate(log, producer);
            case 2, 3 -> end(log, producer);
            default -> write(log, producer);
        }
    }

    private void write(PartitionLog log, Producer producer) {
        if (producer.isIdle()) {
            short epoch = (short) producer.transactions.size();
            producer.transactions.add(new Transaction(epoch, log.transaction(producer.id)));
        }
        var transaction = producer.transactions.getLast();
        if (transaction.fate != Fate.OPEN) return;
        for (var part : transaction.parts)
            if (part.offset < 0) {
                if (part.answer.isEmpty()) send(log, producer, transaction, part);
                return; // one at a time
            }
        var part = new Part("t%d-%d".formatted(producer.id, count++), transaction.parts.size());
        transaction.parts.add(part);
        send(log, producer, transaction, part);
    }

    private void send(PartitionLog log, Producer producer, Transaction transaction, Part part) {
        part.answer = Optional.of(log.append(batchOf(producer, transaction, part), transaction.seen));
    }

    /// Again, after the transaction has ended.
    private void sendLate(PartitionLog log, Producer producer) {
        var over = producer.transactions.stream()
                .filter(transaction -> transaction.isOver() && !transaction.parts.isEmpty())
                .toList();
        if (over.isEmpty()) return;
        var transaction = over.get(random.nextInt(over.size()));
        var part = transaction.parts.get(random.nextInt(transaction.parts.size()));
        log.append(batchOf(producer, transaction, part), transaction.seen).thenAccept(outcome -> {
            switch (outcome) {
                case AppendOutcome.Appended(long first, long _) ->
                    fail("%s was written at %d after its transaction's end".formatted(part.value, first));
                case AppendOutcome.Duplicate(long first, long _) ->
                    assertEquals(part.offset < 0 ? first : part.offset, first);
                case AppendOutcome.Refused _, AppendOutcome.Unknown _ -> {}
            }
        });
    }

    private void end(PartitionLog log, Producer producer) {
        if (producer.isIdle()) return;
        var transaction = producer.transactions.getLast();
        if (transaction.end.isPresent() || transaction.parts.stream().anyMatch(part -> part.answer.isPresent())) return;
        boolean isWhole = transaction.parts.stream().allMatch(part -> part.offset >= 0);
        if (transaction.fate == Fate.OPEN)
            transaction.fate = isWhole && random.nextBoolean() ? Fate.COMMITTING : Fate.ABORTING;
        transaction.end = Optional.of(log.endTransaction(
                producer.id,
                (short) (transaction.epoch + 1),
                transaction.fate == Fate.COMMITTING,
                true,
                COORDINATOR_EPOCH));
    }

    private Batch batchOf(Producer producer, Transaction transaction, Part part) {
        return new BatchBuilder(1)
                .producer(producer.id, transaction.epoch, part.sequence)
                .transactional()
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(part.value.getBytes(StandardCharsets.US_ASCII)))
                .build();
    }

    // What they are told.

    /// Takes answers in; answers whether one of them says that the disk failed.
    boolean listen() {
        boolean hasFailed = false;
        for (var producer : producers) {
            for (var transaction : producer.transactions) {
                for (var part : transaction.parts) hasFailed |= hear(part);
                hasFailed |= hear(transaction);
            }
        }
        return hasFailed;
    }

    private static boolean hear(Part part) {
        if (part.answer.isEmpty() || !part.answer.get().isDone()) return false;
        var outcome = part.answer.get().resultNow();
        part.answer = Optional.empty();
        switch (outcome) {
            case AppendOutcome.Appended(long first, long _) -> part.offset = first;
            case AppendOutcome.Duplicate(long first, long _) -> part.offset = first;
            case AppendOutcome.Refused(var reason, var detail) -> {
                assertTrue(isOfTheMoment(reason), reason + ": " + detail);
                return reason == AppendOutcome.Reason.NOT_OWNER;
            }
            case AppendOutcome.Unknown _ -> {
                return true;
            }
        }
        return false;
    }

    private static boolean hear(Transaction transaction) {
        if (transaction.end.isEmpty() || !transaction.end.get().isDone()) return false;
        var outcome = transaction.end.get().resultNow();
        transaction.end = Optional.empty();
        switch (outcome) {
            case AppendOutcome.Appended _ -> isOver(transaction);
            case AppendOutcome.Duplicate _ -> fail("ends have no sequence numbers");
            case AppendOutcome.Refused(var reason, var detail) -> {
                // it was written before, and nobody was told
                if (reason == AppendOutcome.Reason.FENCED) isOver(transaction);
                else assertTrue(isOfTheMoment(reason), reason + ": " + detail);
                return reason == AppendOutcome.Reason.NOT_OWNER;
            }
            case AppendOutcome.Unknown _ -> {
                return true;
            }
        }
        return false;
    }

    private static boolean isOfTheMoment(AppendOutcome.Reason reason) {
        return switch (reason) {
            case OVERLOADED, DISK_FULL, NOT_OWNER -> true;
            default -> false;
        };
    }

    private static void isOver(Transaction transaction) {
        transaction.fate = transaction.fate == Fate.COMMITTING ? Fate.COMMITTED : Fate.ABORTED;
    }

    // What happens to them.

    void lifeIsOver() {
        listen();
        for (var producer : producers)
            for (var transaction : producer.transactions) {
                transaction.end = Optional.empty();
                for (var part : transaction.parts) part.answer = Optional.empty();
            }
        partition = Optional.empty();
    }

    /// Looks for the partition in a log that was opened, and compares.
    void find(Log log) throws IOException {
        partition = log.partition(id);
        assertTrue(partition.isPresent(), "the partition was lost");
        for (var producer : producers) if (!producer.isIdle()) ask(producer, partition.get());
        audit(partition.get());
    }

    /// A client that knows nothing of its batch asks its coordinator again before it sends it again.
    private static void ask(Producer producer, PartitionLog log) {
        var transaction = producer.transactions.getLast();
        boolean hasBegun = transaction.parts.stream().anyMatch(part -> part.offset >= 0);
        if (!hasBegun) transaction.seen = log.transaction(producer.id);
    }

    private void audit(PartitionLog log) throws IOException {
        listen();
        long stable = log.lastStable();
        if (producers.stream().allMatch(Producer::isIdle))
            assertEquals(log.end(), stable, "nothing is open, so all is stable");
        var shown = committed(log, stable); // meanwhile life may go on
        for (var producer : producers)
            for (var transaction : producer.transactions) audit(transaction, log, stable, shown);
    }

    private static void audit(Transaction transaction, PartitionLog log, long stable, Map<String, List<Long>> shown) {
        for (var part : transaction.parts) {
            var found = shown.getOrDefault(part.value, List.of());
            switch (transaction.fate) {
                case OPEN -> {
                    assertEquals(List.of(), found, "not committed yet, and shown");
                    if (part.offset >= log.start())
                        assertTrue(part.offset < 0 || stable <= part.offset, "the stable offset passed it");
                }
                case ABORTING, ABORTED -> assertEquals(List.of(), found, "aborted, and shown");
                case COMMITTING -> assertTrue(found.size() <= 1, "shown twice");
                case COMMITTED -> {
                    boolean isReadable = part.offset >= log.start() && part.offset < stable;
                    assertEquals(isReadable ? List.of(part.offset) : List.of(), found);
                }
            }
        }
    }

    /// What a reader of committed records is shown: each value, and where.
    private static Map<String, List<Long>> committed(PartitionLog log, long stable) throws IOException {
        var shown = new HashMap<String, List<Long>>();
        var aborted = log.aborted(log.start(), stable);
        for (long offset = log.start(); offset < stable; ) {
            if (!(log.read(offset, stable, 1000) instanceof ReadOutcome.Found(var slice)))
                throw new AssertionError("offset %d of %s is not held".formatted(offset, log.id()));
            try (slice) {
                show(slice.load(), shown, log, batch -> aborted.stream().noneMatch(each -> each.covers(batch)));
                offset = slice.nextOffset();
            }
        }
        return shown;
    }

    private interface Filter {
        boolean isShown(Batch batch);
    }

    private static void show(MemorySegment run, Map<String, List<Long>> shown, PartitionLog log, Filter filter)
            throws IOException {
        var bytes = ByteBuffer.wrap(run.toArray(ValueLayout.JAVA_BYTE));
        for (int at = 0; at < bytes.limit(); ) {
            int size = Batch.PREFIX_BYTES + bytes.getInt(at + Long.BYTES);
            var batch = new Batch(run.asSlice(at, size));
            at += size;
            if (batch.isControl() || !filter.isShown(batch)) continue;
            var records = new RecordCursor(batch, batch.payload());
            while (records.next()) {
                if (records.offset() < log.start()) continue;
                var value = new String(records.value().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
                shown.computeIfAbsent(value, _ -> new ArrayList<>()).add(records.offset());
            }
        }
    }
}
