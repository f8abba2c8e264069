package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.braid.broker.Broker.TimedOffset;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.Compaction;
import io.braid.log.Durability;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import io.braid.log.Retention;
import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map.Entry;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/// Records are found by their time as a simple list of them would find them, whatever was appended in which order,
/// compressed, stamped, deleted, sealed, and however often the log was closed meanwhile.
class LookupModelTest {
    private static final int SEEDS = Integer.getInteger("braid.lookup.seeds", 150);
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    @Test
    void recordsAreFoundAsInAListOfThem() throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            try {
                new Run(seed).run();
            } catch (AssertionError | IOException | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    private static final class Run {
        private static final int STEPS_MAX = 120;
        private static final int TIME_MAX = 1000;

        private final Random random;
        private final SimDisk disk;
        private final TreeMap<Long, Long> timeByOffset = new TreeMap<>();
        private final LogConfig config =
                new LogConfig(Path.of("sim"), 1, 256 << 10, 64 << 10, 64 << 10, 10, 1 << 20, 10, 1000, 1, 1, 0, 1);
        private final boolean isLarge; // large enough for several entries of an index
        private long now = 500;
        private Log log;
        private PartitionLog partition;

        Run(int seed) {
            random = new Random(seed);
            disk = new SimDisk(random);
            isLarge = random.nextInt(4) == 0;
        }

        void run() throws IOException {
            open();
            for (int step = random.nextInt(STEPS_MAX); step > 0; step--) step();
            log.close();
        }

        private void open() throws IOException {
            log = Log.openByHand(config, disk, () -> Instant.ofEpochMilli(now));
            partition = log.create(ID, settings());
        }

        private void step() throws IOException {
            now += random.nextInt(10);
            switch (random.nextInt(20)) {
                case 0 -> delete();
                case 1 -> partition.configure(settings());
                case 2 -> log.tidy();
                case 3 -> log.checkpoint();
                case 4 -> {
                    if (random.nextInt(4) == 0) {
                        log.close();
                        open();
                    }
                }
                case 5, 6, 7, 8, 9 -> compare();
                default -> append();
            }
            while (log.turn() > 0) {}
            timeByOffset.headMap(partition.start()).clear();
        }

        private PartitionConfig settings() {
            return new PartitionConfig(
                    Durability.DISK,
                    64 << 10,
                    random.nextInt(4) == 0,
                    isLarge ? 200_000 : 200 + random.nextInt(3000),
                    random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(200),
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    new Retention(random.nextInt(3) == 0 ? random.nextInt(TIME_MAX) : -1, -1),
                    Compaction.NONE);
        }

        private void append() throws IOException {
            while (log.turn() > 0) {}
            boolean isStamped = partition.config().hasAppendTime();
            var records = new ArrayList<SimpleRecord>();
            for (int i = random.nextInt(4); i >= 0; i--) records.add(record());
            var codec = isLarge ? CompressionType.NONE : CompressionType.values()[random.nextInt(5)];
            var batch = KafkaBatches.of(codec, records);
            var answer = partition.append(batch);
            while (log.turn() > 0) {}
            var appended = assertInstanceOf(Appended.class, answer.resultNow());
            for (int i = 0; i < records.size(); i++)
                timeByOffset.put(
                        appended.firstOffset() + i,
                        isStamped ? now : records.get(i).timestamp());
        }

        private SimpleRecord record() {
            long time = random.nextInt(10) == 0 ? -1 : random.nextInt(TIME_MAX);
            return new SimpleRecord(time, new byte[1], new byte[isLarge ? random.nextInt(8000) : random.nextInt(50)]);
        }

        private void delete() {
            long before = partition.start() + random.nextInt((int) (partition.end() - partition.start()) + 1);
            partition.deleteBefore(before);
        }

        private void compare() throws IOException {
            for (int i = 0; i < 10; i++) {
                long from = random.nextInt((int) partition.end() + 1);
                compareAt(random.nextInt(TIME_MAX + 2), from);
            }
            for (long time : new long[] {0, now, now + 1, Long.MAX_VALUE}) compareAt(time, 0);
            assertEquals(newest(), Lookup.newest(partition), "newest");
        }

        private void compareAt(long time, long from) throws IOException {
            assertEquals(first(time, from), Lookup.at(partition, time, from), "at " + time + " from " + from);
        }

        private Optional<TimedOffset> first(long time, long from) {
            return timeByOffset.tailMap(from).entrySet().stream()
                    .filter(record -> record.getValue() >= time)
                    .findFirst()
                    .map(Run::found);
        }

        private Optional<TimedOffset> newest() {
            List<Entry<Long, Long>> timed = timeByOffset.entrySet().stream()
                    .filter(record -> record.getValue() >= 0)
                    .toList();
            return timed.stream()
                    .max(Comparator.<Entry<Long, Long>>comparingLong(Entry::getValue)
                            .thenComparing(Entry::getKey, Comparator.reverseOrder()))
                    .map(Run::found);
        }

        private static TimedOffset found(Entry<Long, Long> record) {
            return new TimedOffset(record.getKey(), record.getValue());
        }
    }
}
