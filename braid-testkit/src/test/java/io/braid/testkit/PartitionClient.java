package io.braid.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Compaction;
import io.braid.log.Durability;
import io.braid.log.Header;
import io.braid.log.Log;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import io.braid.log.Purpose;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import io.braid.log.Retention;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// All clients of one partition: idempotent producers that retry what was not answered, others that do not, deleters
/// and readers. It remembers what it was told, and holds the log to it.
final class PartitionClient {
    private static final int IN_FLIGHT_MAX = 5;
    private static final int PRODUCERS = 2;
    private static final int KEYS = 40;
    private static final int KEYS_IN_FAVOUR = 4;
    private static final String IDENTITY = "id"; // the header in which a tombstone has what others have as value

    /// One record; its text is all its own, its key is not.
    private record Sent(String key, String text, boolean isTombstone) {}

    /// One batch; sent once, or again and again until it is answered.
    private static final class Attempt {
        final List<Sent> values;
        long millis; // the earliest that clocks have said since it was made
        Optional<Producer> producer = Optional.empty();
        short epoch;
        int sequence;
        Optional<CompletableFuture<AppendOutcome>> answer = Optional.empty();
        long acknowledgedAt = -1; // the first offset, once it is known
        boolean isPromised; // a power cut must not lose it
        boolean isRefused;
        boolean mayBeGap; // one before it is not, or not surely, on its way

        Attempt(List<Sent> values, long millis) {
            this.values = values;
            this.millis = millis;
        }
    }

    private static final class Producer {
        final long id;
        final List<Attempt> sent = new ArrayList<>(); // all of them, in order
        int answered; // how many of those
        short epoch;
        int next; // sequence

        Producer(long id) {
            this.id = id;
        }
    }

    private final PartitionId id;
    private final Random random;
    private final LongSupplier clock;
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Attempt> forgotten = new ArrayList<>(); // may have been there, and made others superfluous
    private final List<Producer> producers = new ArrayList<>();
    private PartitionConfig config;
    private Optional<PartitionLog> partition = Optional.empty();
    private boolean isPromisedToBe;
    private boolean mayBeDeleted;
    private boolean mayBeDisk; // its last change of durability was not answered
    private long start; // what was told
    private long startMax; // what was asked for, or retention may have made it
    private Optional<CompletableFuture<Long>> deletion = Optional.empty();
    private long deletionAt;
    private long count; // makes values unique, also among partitions that had this name before
    private long endSeen;
    private boolean mayRetentionDelete; // some setting it had did
    private long compactedBelow; // no record from here on can be gone
    private long compactedAt = Long.MIN_VALUE / 2; // the latest that clocks have said when it may have been
    private long tombstoneMillis = Long.MAX_VALUE; // the shortest that some setting it had said

    PartitionClient(PartitionId id, PartitionConfig config, Random random, LongSupplier clock) {
        this.id = id;
        this.config = config;
        this.random = random;
        this.clock = clock;
        this.count = 10_000L * random.nextInt(1000);
        note(config);
        for (int i = 0; i < PRODUCERS; i++) producers.add(new Producer(i));
    }

    PartitionId id() {
        return id;
    }

    boolean isThere() {
        return partition.isPresent();
    }

    void wasCreated(Log log) {
        partition = log.partition(id);
        assertTrue(partition.isPresent(), "created, yet not there");
        isPromisedToBe = true;
    }

    void mayBeDeleted() {
        mayBeDeleted = true;
    }

    void configure(Log log, PartitionConfig changed) throws IOException {
        var before = config;
        config = changed; // from here on either may hold
        note(changed);
        if (before.durability() != changed.durability()) mayBeDisk = true;
        log.create(id, changed);
        listen();
        mayBeDisk = false;
        // All that was acknowledged before is synced when the journal begins.
        if (before.durability() != changed.durability() && changed.durability() == Durability.DISK)
            for (var attempt : attempts) if (attempt.acknowledgedAt >= 0) attempt.isPromised = true;
    }

    // What clients do.

    void step() throws IOException {
        if (partition.isEmpty()) return;
        switch (random.nextInt(12)) {
            case 0 -> read(partition.get());
            case 1 -> deleteBefore(partition.get());
            case 2, 3 -> send(attempt("n"), -1);
            case 4 -> sendExpecting(partition.get());
            default -> produce(producers.get(random.nextInt(PRODUCERS)));
        }
    }

    private void produce(Producer producer) {
        var waiting = producer.sent.subList(producer.answered, producer.sent.size());
        // After a crash those that were not answered are sent again, in order, before anything new.
        for (var attempt : waiting)
            if (attempt.answer.isEmpty()) {
                send(attempt, -1);
                return;
            }
        if (waiting.size() >= IN_FLIGHT_MAX) return;
        if (waiting.isEmpty() && random.nextInt(12) == 0) { // begins anew, as after an error of its own
            producer.epoch++;
            producer.next = 0;
        }
        if (!waiting.isEmpty() && random.nextInt(10) == 0) { // impatient: the same again
            var again = waiting.getFirst();
            again.answer.ifPresent(answer -> {
                if (!answer.isDone()) sendAgain(again);
            });
            return;
        }
        var attempt = attempt("i" + producer.id);
        attempt.producer = Optional.of(producer);
        attempt.epoch = producer.epoch;
        attempt.sequence = producer.next;
        producer.next += attempt.values.size();
        producer.sent.add(attempt);
        send(attempt, -1);
    }

    private void sendExpecting(PartitionLog log) {
        send(attempt("e"), log.end() + random.nextInt(2));
    }

    private void send(Attempt attempt, long expected) {
        if (!attempts.contains(attempt)) attempts.add(attempt);
        var log = partition.orElseThrow();
        var batch = batchOf(attempt);
        attempt.mayBeGap = isBehindAnother(attempt);
        attempt.answer = Optional.of(expected < 0 ? log.append(batch) : log.append(batch, expected, Purpose.SERVICE));
    }

    private static boolean isBehindAnother(Attempt attempt) {
        return attempt.producer.isPresent()
                && attempt.producer.get().sent.stream()
                        .anyMatch(other -> other.epoch == attempt.epoch
                                && other.sequence < attempt.sequence
                                && other.acknowledgedAt < 0
                                && (other.answer.isEmpty() || other.mayBeGap));
    }

    /// Its own answer, as a second connection would get it.
    private void sendAgain(Attempt attempt) {
        var copy = new Attempt(attempt.values, attempt.millis);
        copy.producer = attempt.producer;
        copy.epoch = attempt.epoch;
        copy.sequence = attempt.sequence;
        attempts.add(copy);
        copy.mayBeGap = isBehindAnother(copy);
        copy.answer = Optional.of(partition.orElseThrow().append(batchOf(copy)));
    }

    private Batch batchOf(Attempt attempt) {
        var builder = new BatchBuilder(random.nextInt(3000));
        attempt.producer.ifPresent(producer -> builder.producer(producer.id, attempt.epoch, attempt.sequence));
        for (var value : attempt.values) {
            var text = bytes(value.text());
            if (value.isTombstone())
                builder.add(random.nextInt(3000), bytes(value.key()), BatchBuilder.ABSENT, new Header(IDENTITY, text));
            else builder.add(random.nextInt(3000), bytes(value.key()), text);
        }
        return builder.build();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII));
    }

    private Attempt attempt(String kind) {
        var values = new ArrayList<Sent>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            var key = "k" + random.nextInt(random.nextInt(4) == 0 ? KEYS : KEYS_IN_FAVOUR);
            var text = kind + "-" + count++ + "-" + "x".repeat(random.nextInt(8) == 0 ? random.nextInt(900) : 3);
            values.add(new Sent(key, text, random.nextInt(4) == 0));
        }
        return new Attempt(values, clock.getAsLong());
    }

    private void deleteBefore(PartitionLog log) {
        if (deletion.isPresent() || log.end() == 0) return;
        deletionAt = random.nextInt((int) log.end() + 1);
        startMax = Math.max(startMax, deletionAt);
        deletion = Optional.of(log.deleteBefore(deletionAt));
    }

    // What they are told.

    /// Takes answers in; answers whether one of them says that the disk failed.
    boolean listen() {
        boolean hasFailed = false;
        for (var attempt : List.copyOf(attempts))
            if (attempt.answer.isPresent() && attempt.answer.get().isDone()) hasFailed |= hear(attempt);
        if (deletion.isPresent() && deletion.get().isDone()) {
            if (!deletion.get().isCompletedExceptionally()) {
                assertTrue(deletion.get().resultNow() >= deletionAt, "deleted less than was asked for");
                start = Math.max(start, deletion.get().resultNow());
            } else hasFailed |= !mayBeDeleted;
            deletion = Optional.empty();
        }
        return hasFailed;
    }

    private boolean hear(Attempt attempt) {
        var outcome = attempt.answer.orElseThrow().resultNow();
        attempt.answer = Optional.empty();
        switch (outcome) {
            case AppendOutcome.Appended(long first, long last) -> acknowledged(attempt, first, last);
            case AppendOutcome.Duplicate(long first, long last) -> {
                assertTrue(attempt.producer.isPresent(), "nobody sent it twice");
                acknowledged(attempt, first, last);
            }
            case AppendOutcome.Refused(var reason, var detail) -> {
                switch (reason) {
                    case DISK_FULL -> leavesGap(attempt); // those behind may be let in
                    case OVERLOADED, NOT_OWNER, NOT_NEXT -> {}
                    case OUT_OF_SEQUENCE -> assertTrue(attempt.mayBeGap, detail);
                    case CORRUPT, TOO_LARGE, FENCED -> fail(reason + ": " + detail);
                }
                if (attempt.producer.isEmpty()) attempt.isRefused = true;
                return reason == AppendOutcome.Reason.NOT_OWNER;
            }
            case AppendOutcome.Unknown _ -> {
                return true;
            }
        }
        return false;
    }

    private static void leavesGap(Attempt attempt) {
        attempt.producer.ifPresent(producer -> producer.sent.stream()
                .filter(other -> other.epoch == attempt.epoch && other.sequence > attempt.sequence)
                .forEach(other -> other.mayBeGap = true));
    }

    private void acknowledged(Attempt attempt, long first, long last) {
        assertEquals(attempt.values.size() - 1, last - first);
        attempt.acknowledgedAt = first;
        attempt.isPromised |= config.durability() == Durability.DISK && !mayBeDisk;
        var log = partition.orElseThrow();
        if (first >= log.start()) assertTrue(log.end() > last, "acknowledged above the end");
        attempt.producer.ifPresent(producer -> {
            while (producer.answered < producer.sent.size() && producer.sent.get(producer.answered).acknowledgedAt >= 0)
                producer.answered++;
        });
    }

    // What happens to them.

    void lifeIsOver() {
        listen();
        for (var attempt : attempts) attempt.answer = Optional.empty();
        deletion = Optional.empty();
        partition = Optional.empty();
    }

    /// What was not promised may be gone: it is no more claimed, and its producers begin anew.
    void powerWasLost() {
        listen();
        boolean hasForgotten = attempts.removeIf(attempt -> {
            boolean isForgotten = attempt.acknowledgedAt >= 0 && !attempt.isPromised;
            if (isForgotten) forgotten.add(attempt);
            return isForgotten;
        });
        if (hasForgotten || config.durability() == Durability.OS || mayBeDisk) {
            endSeen = 0;
            for (int i = 0; i < PRODUCERS; i++) producers.set(i, new Producer(producers.get(i).id + PRODUCERS));
        }
    }

    /// Looks for the partition in a log that was opened again, and compares; false if it is rightly gone.
    boolean find(Log log) {
        partition = log.partition(id);
        if (partition.isEmpty()) {
            assertTrue(mayBeDeleted || !isPromisedToBe, "the partition was lost");
            return false;
        }
        isPromisedToBe = true;
        mayBeDeleted = false;
        mayBeDisk = false;
        var found = partition.get();
        config = found.config(); // perhaps that of a creation of which nobody heard
        note(config);
        try {
            audit(found);
        } catch (IOException e) {
            throw new AssertionError("cannot be read", e);
        }
        return true;
    }

    private void audit(PartitionLog log) throws IOException {
        assertTrue(log.start() >= start, "deleted records are there again");
        if (!mayRetentionDelete) assertTrue(log.start() <= startMax, "more was deleted than anybody asked for");
        assertTrue(log.end() >= endSeen, "the end went back from %d to %d".formatted(endSeen, log.end()));
        var contents = contents(log);
        var places = new HashMap<String, Long>();
        contents.forEach((offset, value) -> {
            var other = places.put(value.text(), offset);
            if (other != null) fail("%s is at %d and at %d".formatted(value.text(), other, offset));
        });
        var sent = new HashSet<Sent>();
        for (var attempt : attempts) sent.addAll(attempt.values);
        for (var attempt : forgotten) sent.addAll(attempt.values);
        contents.forEach((offset, value) -> assertTrue(sent.contains(value), value + " at " + offset + ": never sent"));
        for (var attempt : attempts) audit(attempt, log, contents, places);
        start = log.start();
        startMax = Math.max(startMax, start);
        endSeen = log.end();
    }

    private void note(PartitionConfig some) {
        mayRetentionDelete |= some.retention().bytes() >= 0
                || some.retention().millis() >= 0
                || some.retention().tiering() == Retention.Tiering.REMOVED;
        if (some.compaction() instanceof Compaction.ByKey byKey)
            tombstoneMillis = Math.min(tombstoneMillis, byKey.tombstoneMillis());
    }

    /// Records that are there now may be gone afterwards, if newer ones of their keys are.
    void mayBeCompacted() {
        long now = clock.getAsLong();
        compactedAt = Math.max(compactedAt, now);
        for (var attempt : attempts) attempt.millis = Math.min(attempt.millis, now);
        for (var attempt : forgotten) attempt.millis = Math.min(attempt.millis, now);
        if (tombstoneMillis < Long.MAX_VALUE) partition.ifPresent(log -> compactedBelow = log.end());
    }

    private void audit(Attempt attempt, PartitionLog log, NavigableMap<Long, Sent> contents, Map<String, Long> places) {
        for (int i = 0; i < attempt.values.size(); i++) {
            var value = attempt.values.get(i);
            if (attempt.isRefused) assertFalse(places.containsKey(value.text()), value + " was refused, yet is there");
            if (attempt.acknowledgedAt >= 0) audit(value, attempt.acknowledgedAt + i, log, contents);
        }
    }

    /// Whether an acknowledged record is where it was said to be, or rightly gone.
    private void audit(Sent value, long at, PartitionLog log, NavigableMap<Long, Sent> contents) {
        if (at < log.start()) return;
        boolean mayBeGone =
                at < compactedBelow && (hasNewer(value.key(), at, contents) || hadTombstone(value.key(), at));
        if (!mayBeGone || contents.containsKey(at))
            assertEquals(value, contents.get(at), "acknowledged at " + at + ", end " + log.end());
        if (value.isTombstone() && !contents.containsKey(at))
            for (var older : contents.headMap(at).entrySet())
                assertNotEquals(value.key(), older.getValue().key(), "its tombstone at " + at + " has gone before it");
    }

    private static boolean hasNewer(String key, long at, NavigableMap<Long, Sent> contents) {
        return contents.tailMap(at, false).values().stream()
                .anyMatch(newer -> newer.key().equals(key));
    }

    /// Whether there may have been a tombstone of a key at an offset or later that has been there for long enough.
    private boolean hadTombstone(String key, long at) {
        return Stream.concat(attempts.stream(), forgotten.stream())
                .filter(attempt -> attempt.millis <= compactedAt - tombstoneMillis)
                .anyMatch(attempt -> IntStream.range(0, attempt.values.size())
                        .filter(i -> attempt.acknowledgedAt < 0 || attempt.acknowledgedAt + i >= at)
                        .mapToObj(attempt.values::get)
                        .anyMatch(sent -> sent.isTombstone() && sent.key().equals(key)));
    }

    private NavigableMap<Long, Sent> contents(PartitionLog log) throws IOException {
        var contents = new TreeMap<Long, Sent>();
        long offset = log.start();
        while (offset < log.end()) {
            var found =
                    assertInstanceOf(ReadOutcome.Found.class, log.read(offset, log.end(), 1 + random.nextInt(2000)));
            try (var slice = found.slice()) {
                assertFalse(slice.isEmpty(), "nothing at " + offset);
                readSlice(slice.load(), offset, slice.nextOffset(), contents);
                offset = slice.nextOffset();
            }
        }
        contents.headMap(log.start()).clear();
        for (long each = Math.max(log.start(), compactedBelow); each < log.end(); each++)
            assertTrue(contents.containsKey(each), "hole at " + each);
        return contents;
    }

    private void readSlice(MemorySegment bytes, long wanted, long next, Map<Long, Sent> contents) throws IOException {
        long offset = wanted;
        for (long at = 0; at < bytes.byteSize(); ) {
            long size = Batch.PREFIX_BYTES
                    + bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(java.nio.ByteOrder.BIG_ENDIAN), at + 8);
            var batch = new Batch(bytes.asSlice(at, size));
            assertEquals(Optional.empty(), offset < compactedBelow ? batch.faultAsHeld() : batch.fault());
            assertTrue(offset < batch.nextOffset(), "not the batch that was asked for");
            boolean isNext = at == 0 ? batch.baseOffset() <= offset : batch.baseOffset() == offset;
            assertTrue(isNext || offset < compactedBelow, "left out at " + offset);
            var records = new RecordCursor(batch, batch.payload());
            while (records.next()) contents.put(records.offset(), sent(records));
            offset = batch.nextOffset();
            at += size;
        }
        assertTrue(next == offset || next > offset && offset < compactedBelow, next + " after " + offset);
    }

    private static Sent sent(RecordCursor record) {
        boolean isTombstone = record.value() == BatchBuilder.ABSENT;
        var text = isTombstone ? record.headers().getFirst().value() : record.value();
        return new Sent(text(record.key()), text(text), isTombstone);
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    private void read(PartitionLog log) throws IOException {
        if (mayBeDeleted) return;
        long end = log.end();
        assertTrue(end >= endSeen);
        endSeen = end;
        var contents = contents(log);
        for (var attempt : attempts)
            for (int i = 0; i < attempt.values.size(); i++)
                if (attempt.acknowledgedAt >= 0)
                    audit(attempt.values.get(i), attempt.acknowledgedAt + i, log, contents);
        if (log.epochEnd(log.leaderEpoch()).epoch() == log.leaderEpoch())
            assertEquals(end, log.epochEnd(log.leaderEpoch()).end());
    }
}
