package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.CatalogOutcome.Unknown;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.BatchBuilder;
import io.braid.log.Disk;
import io.braid.log.DiskFile;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionLog;
import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// The power fails at every step of a merge, and of a scaling that makes a partition: afterwards it is done or
/// undone, every acknowledged record is in one shard, and the stream can be changed again.
class ReshardCrashTest {
    private static final int RECORDS = 5; // on each partition
    private static final int STEPS_MAX = 60; // more than a change has

    private final Set<Integer> openAfterwards = new HashSet<>();

    @Test
    void aMergeIsDoneOrUndone() throws Exception {
        crashAtEveryStep(new Reshard.Merge(0, 1));

        assertEquals(Set.of(1, 2), openAfterwards, "some crash comes before it is written, some after");
    }

    @Test
    void aScalingIsDoneOrUndone() throws Exception {
        crashAtEveryStep(new Reshard.Scale(3));

        assertEquals(Set.of(2, 3), openAfterwards, "some crash comes before it is written, some after");
    }

    private void crashAtEveryStep(Reshard change) throws Exception {
        boolean isOver = false; // the change was answered before the power failed
        for (int step = 0; step < STEPS_MAX && !isOver; step++) isOver = crash(change, step);
        assertTrue(isOver, "a change has more than %d steps".formatted(STEPS_MAX));
    }

    private boolean crash(Reshard change, int step) throws Exception {
        var disk = new SimDisk(new Random(step));
        var calls = new ArrayList<Long>();
        CatalogOutcome outcome;
        try (var server = new Life(disk)) {
            server.create();
            for (int i = 0; i < 2 * RECORDS; i++) calls.add(server.append(i % 2));
            server.failAfter(step);
            outcome = server.broker.reshard("orders", _ -> change);
        }
        disk.crash();

        try (var server = new Life(disk)) {
            var stream = server.broker.catalog().stream("orders").orElseThrow();
            if (outcome instanceof Done(Stream answered)) assertEquals(answered, stream, "answered, then lost");
            else assertInstanceOf(Unknown.class, outcome);
            for (int i = 0; i < calls.size(); i++) {
                int partition = i % 2;
                long offset = calls.get(i);
                assertTrue(offset < server.log(partition).end(), "acknowledged, then lost");
                assertEquals(
                        1,
                        stream.shards().stream()
                                .filter(shard -> holds(shard, partition, offset))
                                .count(),
                        "shards with offset " + offset + " of partition " + partition);
            }
            openAfterwards.add(stream.openShardCount());
            var again =
                    assertInstanceOf(Done.class, server.broker.reshard("orders", _ -> new Reshard.Scale(4))).stream();
            assertEquals(4, again.partitions());
            for (int partition = 0; partition < 4; partition++) server.append(partition);
        }
        return outcome instanceof Done;
    }

    private static boolean holds(Shard shard, int partition, long offset) {
        boolean isBelow = !(shard.extent() instanceof Shard.Closed(long end, Instant _)) || offset < end;
        return shard.partition() == partition && shard.firstOffset() <= offset && isBelow;
    }

    /// A log and a broker on a simulated disk, with a thread that takes the writer's turns. The disk is for one thread,
    /// so the two use it one after the other.
    private static final class Life implements AutoCloseable {
        private final SimDisk disk;
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final Log log;
        private final Thread owner = Thread.currentThread();
        private final Thread turns;
        final Broker broker;

        Life(SimDisk disk) throws IOException {
            this.disk = disk;
            var config =
                    new LogConfig(Path.of("sim"), 1, 256 << 10, 64 << 10, 64 << 10, 10, 1 << 20, 10, 1000, 1, 1, 0, 1);
            log = Log.openByHand(config, (Disk) oneAtATime(disk, Disk.class), () -> TestServer.START);
            turns = Thread.ofPlatform().start(this::turn);
            broker = Broker.open(log, BrokerConfig.DEFAULT, () -> TestServer.START, new Random(1));
            endOfTurn();
        }

        /// An answer is there before its turn is over; whoever goes on to take turns himself waits for that.
        private void endOfTurn() {
            synchronized (disk) {
                Objects.requireNonNull(disk);
            }
        }

        /// Only while the test's thread waits for an answer: at other times it takes turns itself, as the log does that
        /// is driven by hand.
        private void turn() {
            while (!isOver.get()) {
                synchronized (disk) {
                    boolean waits = switch (owner.getState()) {
                        case WAITING, TIMED_WAITING -> true;
                        case NEW, RUNNABLE, BLOCKED, TERMINATED -> false;
                    };
                    if (waits) log.turn();
                }
                Thread.onSpinWait();
            }
        }

        private Object oneAtATime(Object target, Class<?> type) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                synchronized (disk) {
                    try {
                        var result = method.invoke(target, arguments);
                        return result instanceof DiskFile ? oneAtATime(result, DiskFile.class) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }
            });
        }

        void create() {
            var created = broker.create(NewStream.of("orders", 2));
            endOfTurn();
            assertInstanceOf(Done.class, created);
        }

        void failAfter(int calls) {
            synchronized (disk) {
                disk.loseTheDiskAfter(calls);
            }
        }

        PartitionLog log(int partition) {
            return broker.partition("orders", partition).orElseThrow().log();
        }

        long append(int partition) {
            var bytes = MemorySegment.ofArray(new byte[] {1});
            var batch = new BatchBuilder(1).add(1, bytes, bytes).build();
            var answer = log(partition).append(batch).join();
            endOfTurn();
            return assertInstanceOf(Appended.class, answer).firstOffset();
        }

        /// The log is left as it is: its process ends here.
        @Override
        public void close() throws IOException {
            broker.close();
            isOver.set(true);
            try {
                turns.join();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
