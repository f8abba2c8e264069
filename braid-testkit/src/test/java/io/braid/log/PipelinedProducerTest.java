package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.Seeds;
import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

/// New idempotent producers with several batches under way, some of which are refused, for a while or for good. As
/// Kafka's Java clients number them: what was acknowledged is there, once and in order, and only what is refused for
/// good fails. One thread and one seed for each run.
class PipelinedProducerTest {
    private static final int SEEDS = 2000;
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    @Test
    void whatIsAcknowledgedIsThereAndWhatIsNotBrokenIsAcknowledged() {
        var refusals = new LongAdder();
        Seeds.each(PipelinedProducerTest.class, SEEDS, seed -> {
            var run = new Run(new Random(seed));
            run.play();
            refusals.add(run.outOfSequence);
        });
        assertTrue(Seeds.isReplay() || refusals.sum() > 0, "no batch was ever refused because of one before it");
    }

    /// What a client does when a batch has failed for good.
    private enum Kind {
        /// Counts what follows from the failed one's sequence on (Java clients before 2.5).
        NUMBERS_ANEW,
        /// Counts what follows from 0 on, in the next epoch, even if it is under way already: where the answer to
        /// that is lost, no server knows that the client repeats it. So the server does not crash under these.
        BEGINS_EPOCH
    }

    /// One record; its sequence changes when the client numbers anew.
    private static final class Sending {
        final int value;
        int sequence;
        boolean isNumberedAnew;
        boolean isUnderWay;

        Sending(int value, int sequence) {
            this.value = value;
            this.sequence = sequence;
        }
    }

    /// A request on the connection, which are answered in order; no outcome if the record is broken.
    private record Request(Sending sending, Optional<CompletableFuture<AppendOutcome>> outcome) {
        boolean isAnswered() {
            return outcome.map(CompletableFuture::isDone).orElse(true);
        }
    }

    private static final class Run {
        private static final int STEPS = 300;
        private static final int STEPS_TO_END = 10_000;
        private static final int WINDOW = 5; // of requests, as a client has it that is idempotent
        private static final long PRODUCER = 7;

        private final Random random;
        private final Kind kind;
        private final SimDisk disk;
        private Log log;
        private PartitionLog partition;

        private final ArrayDeque<Request> connection = new ArrayDeque<>();
        private final List<Sending> unresolved = new ArrayList<>(); // in the order of their sequences
        private final Map<Long, Integer> acknowledged = new HashMap<>(); // by offset
        private int values;
        private int failed;
        private short epoch;
        private int nextSequence;
        private boolean isSuspended;
        int outOfSequence;

        Run(Random random) throws IOException {
            this.random = random;
            kind = Kind.values()[random.nextInt(Kind.values().length)];
            disk = new SimDisk(random);
            log = open();
            partition = log.create(ID, PartitionConfig.DEFAULT);
        }

        private Log open() throws IOException {
            return Log.openByHand(new LogConfig(Path.of("sim"), 1), disk, () -> Instant.ofEpochMilli(5));
        }

        void play() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(16)) {
                    case 0, 1, 2, 3, 4, 5 -> send(true);
                    case 6, 7, 8, 9 -> log.turn();
                    case 10, 11, 12, 13 -> receive();
                    case 14 -> suspendOrResume(!isSuspended);
                    default -> {
                        if (kind == Kind.NUMBERS_ANEW && random.nextInt(8) == 0) crash();
                    }
                }
            }
            suspendOrResume(false);
            for (int step = 0; !unresolved.isEmpty(); step++) {
                assertTrue(step < STEPS_TO_END, "records are never taken");
                send(false);
                log.turn();
                receive();
            }
            check();
        }

        /// Nothing that is on the connection is ever answered.
        private void crash() throws IOException {
            disk.crash();
            log = open();
            partition = log.partition(ID).orElseThrow();
            isSuspended = false;
            connection.clear();
            for (var sending : unresolved) sending.isUnderWay = false;
        }

        private void suspendOrResume(boolean isToBeSuspended) {
            if (isToBeSuspended) partition.suspend();
            else partition.resume();
            isSuspended = isToBeSuspended;
        }

        /// What failed goes first, and alone: the client does not send around it.
        private void send(boolean mayBeNew) {
            if (connection.size() == WINDOW) return;
            if (!unresolved.isEmpty() && !unresolved.getFirst().isUnderWay) {
                request(unresolved.getFirst());
            } else if (mayBeNew && unresolved.stream().allMatch(sending -> sending.isUnderWay)) {
                var sending = new Sending(values++, nextSequence++);
                unresolved.add(sending);
                request(sending);
            }
        }

        private void request(Sending sending) {
            sending.isUnderWay = true;
            var batch = new BatchBuilder(1)
                    .producer(PRODUCER, epoch, sending.sequence)
                    .add(1, BatchBuilder.ABSENT, bytes(sending.value))
                    .build();
            if (isBroken(sending.value)) {
                partition.noteRefusal(batch);
                connection.add(new Request(sending, Optional.empty()));
            } else {
                connection.add(new Request(sending, Optional.of(partition.append(batch))));
            }
        }

        private static boolean isBroken(int value) {
            return value % 7 == 0; // the first is: what follows it would be the producer's beginning
        }

        private void receive() {
            if (connection.isEmpty() || !connection.getFirst().isAnswered()) return;
            var request = connection.removeFirst();
            var sending = request.sending();
            sending.isUnderWay = false;
            if (request.outcome().isEmpty()) {
                fail(sending);
                return;
            }
            switch (request.outcome().get().resultNow()) {
                case AppendOutcome.Appended(long first, long _) -> acknowledge(sending, first);
                case AppendOutcome.Duplicate(long first, long _) -> acknowledge(sending, first);
                case AppendOutcome.Refused(var reason, String detail) -> refused(sending, reason, detail);
                case AppendOutcome.Unknown(var cause) -> throw new AssertionError(cause);
            }
        }

        private void acknowledge(Sending sending, long offset) {
            unresolved.remove(sending);
            var other = acknowledged.put(offset, sending.value);
            assertEquals(null, other, "two records were told the same offset");
        }

        private void fail(Sending sending) {
            failed++;
            int at = unresolved.indexOf(sending);
            unresolved.remove(at);
            switch (kind) {
                case NUMBERS_ANEW -> {
                    for (var later : unresolved.subList(at, unresolved.size())) {
                        later.sequence--;
                        later.isNumberedAnew = true;
                    }
                    nextSequence--;
                }
                case BEGINS_EPOCH -> beginEpoch();
            }
        }

        private void beginEpoch() {
            epoch++;
            nextSequence = 0;
            for (var sending : unresolved) {
                sending.sequence = nextSequence++;
                sending.isNumberedAnew = true;
            }
        }

        /// The client sends again whatever it may, and gives up what was out of sequence though nothing was before it.
        private void refused(Sending sending, AppendOutcome.Reason reason, String detail) {
            if (reason == AppendOutcome.Reason.NOT_OWNER) return;
            assertEquals(AppendOutcome.Reason.OUT_OF_SEQUENCE, reason, detail);
            outOfSequence++;
            if (unresolved.getFirst() != sending) return;
            if (kind == Kind.BEGINS_EPOCH) beginEpoch();
            else assertTrue(sending.isNumberedAnew, "a record that nothing is wrong with fails: " + detail);
        }

        private void check() throws IOException {
            var written = new HashMap<Long, Integer>();
            int last = -1;
            for (long offset = 0; offset < partition.end(); offset++) {
                int value = valueAt(offset);
                assertTrue(value > last, "record %d is behind record %d".formatted(value, last));
                assertFalse(isBroken(value));
                written.put(offset, value);
                last = value;
            }
            assertEquals(written, acknowledged);
            assertEquals(values, acknowledged.size() + failed);
        }

        private int valueAt(long offset) throws IOException {
            var found = assertInstanceOf(ReadOutcome.Found.class, partition.read(offset, partition.end(), 1));
            try (var slice = found.slice()) {
                var batch = new Batch(slice.load());
                var records = new RecordCursor(batch, batch.payload());
                assertTrue(records.next());
                return records.value().get(ValueLayout.JAVA_INT_UNALIGNED, 0);
            }
        }

        private static MemorySegment bytes(int value) {
            var bytes = MemorySegment.ofArray(new byte[Integer.BYTES]);
            bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 0, value);
            return bytes;
        }
    }
}
