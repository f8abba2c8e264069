package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.testkit.Seeds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Whatever compaction removes, whoever reads all committed records from the start ends with the same values. Random
/// writers with and without transactions, compressed and not, passes, lives and crashes; one seed for each run:
/// `-Dseed=42`, `-Dseeds=10000`.
class CompactionModelTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 120;
    private static final int PRODUCERS = 3;
    private static final String KEYS = "abcdefghijkl";

    @Test
    void readersOfAllCommittedRecordsEndWithTheSameValues() {
        Seeds.each(CompactionModelTest.class, SEEDS, seed -> new Run(seed).all());
    }

    /// One record as it was sent; `text` as [KeyedPartition] has it.
    private record Sent(String text, long timestamp) {
        String key() {
            return text.substring(0, 1);
        }

        String value() {
            return text.substring(1);
        }
    }

    private static final class Run {
        private final Random random;
        private final KeyedPartition keyed;
        private final TreeMap<Long, Sent> committed = new TreeMap<>();
        private final TreeMap<Long, Sent> all = new TreeMap<>();
        private final List<TreeMap<Long, Sent>> open = new ArrayList<>(); // of each producer's transaction
        private final int[] sequences = new int[PRODUCERS];
        private int values;

        Run(long seed) throws IOException {
            random = new Random(seed);
            int segmentBytes = 200 + random.nextInt(1500);
            var policy = new Compaction.ByKey(random.nextInt(2) / 2.0, 0, Long.MAX_VALUE, random.nextInt(3) * 300);
            keyed = new KeyedPartition(KeyedPartition.config(segmentBytes, policy), seed);
            keyed.limits = KeyedPartition.limits(
                    random.nextBoolean() ? CompactionLimits.DEFAULT : new CompactionLimits(KeyMap.BYTES_MIN, 1));
            keyed.reopenAfter(keyed.disk::crash);
            for (int i = 0; i < PRODUCERS; i++) open.add(new TreeMap<>());
        }

        void all() throws IOException {
            for (int step = 0; step < STEPS; step++) {
                keyed.now += random.nextInt(30);
                switch (random.nextInt(12)) {
                    case 0, 1 -> keyed.seal();
                    case 2 -> keyed.log.compact();
                    case 3 -> crash();
                    case 4, 5 -> end(random.nextInt(PRODUCERS), random.nextBoolean());
                    case 6, 7, 8 -> putInTransaction(random.nextInt(PRODUCERS));
                    default -> put();
                }
                if (random.nextInt(8) == 0) audit();
            }
            for (int i = 0; i < PRODUCERS; i++) end(i, random.nextBoolean());
            audit();
            toTheLast();
        }

        private void put() throws IOException {
            var sent = records();
            var batch = keyed.batch(new BatchBuilder(keyed.now), texts(sent));
            note(keyed.append(maybePacked(batch)), sent, committed);
        }

        private void putInTransaction(int producer) throws IOException {
            var sent = records();
            var builder = new BatchBuilder(keyed.now)
                    .producer(producer, (short) 0, sequences[producer])
                    .transactional();
            sequences[producer] += sent.size();
            long base = keyed.appendInTransaction(producer, maybePacked(keyed.batch(builder, texts(sent))));
            note(base, sent, open.get(producer));
        }

        private void end(int producer, boolean isCommit) {
            keyed.end(producer, isCommit);
            if (isCommit) committed.putAll(open.get(producer));
            open.get(producer).clear();
        }

        private void crash() throws IOException {
            if (random.nextInt(3) == 0) { // in the middle of something
                keyed.disk.loseTheDiskAfter(random.nextInt(40));
                try {
                    keyed.log.checkpoint();
                    keyed.log.compact();
                } catch (IOException _) {
                    // as was to be expected
                }
            }
            keyed.reopenAfter(random.nextBoolean() ? keyed.disk::crash : keyed.disk::kill);
        }

        private List<Sent> records() {
            var sent = new ArrayList<Sent>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                char key = random.nextInt(20) == 0 ? '-' : KEYS.charAt(random.nextInt(KEYS.length()));
                sent.add(new Sent(key + (random.nextInt(4) == 0 ? "" : "" + values++), keyed.now));
            }
            return sent;
        }

        private static String[] texts(List<Sent> sent) {
            return sent.stream().map(Sent::text).toArray(String[]::new);
        }

        private Batch maybePacked(Batch batch) throws IOException {
            return random.nextBoolean() ? batch : KeyedPartition.packed(batch);
        }

        private void note(long base, List<Sent> sent, Map<Long, Sent> target) {
            for (int i = 0; i < sent.size(); i++) {
                target.put(base + i, sent.get(i));
                all.put(base + i, sent.get(i));
            }
        }

        // What must hold.

        private void audit() throws IOException {
            long stable = keyed.partition.lastStable();
            var aborted = keyed.partition.aborted(keyed.partition.start(), stable);
            var read = new TreeMap<Long, Sent>(); // committed
            var held = held();
            held.forEach((offset, batch) -> {
                var sent = all.get(offset);
                if (offset >= stable) return;
                boolean isAborted = aborted.stream().anyMatch(each -> each.covers(batch));
                assertEquals(!committed.containsKey(offset), isAborted, "at " + offset);
                if (!isAborted) read.put(offset, sent);
            });
            assertEquals(newest(new TreeMap<>(committed.headMap(stable))), newest(read));
            assertEquals(all.tailMap(stable).keySet(), held.tailMap(stable).keySet());
        }

        /// The batches in which records are held, by the offsets of those, which are what was sent.
        private TreeMap<Long, Batch> held() throws IOException {
            var held = new TreeMap<Long, Batch>();
            for (var batch : keyed.batches()) {
                if (batch.isControl()) continue;
                var records = KeyedPartition.records(batch);
                while (records.next()) {
                    var sent = new Sent(KeyedPartition.text(records), records.timestamp());
                    assertEquals(all.get(records.offset()), sent, "at " + records.offset());
                    held.put(records.offset(), batch);
                }
            }
            return held;
        }

        private static Map<String, String> newest(TreeMap<Long, Sent> records) {
            var newest = new TreeMap<String, String>();
            for (var record : records.values()) if (!record.key().equals("-")) newest.put(record.key(), record.value());
            newest.values().removeIf(String::isEmpty);
            return newest;
        }

        /// After enough passes nothing superfluous is left.
        private void toTheLast() throws IOException {
            keyed.log.create(
                    KeyedPartition.ID,
                    KeyedPartition.config(
                            keyed.partition.config().segmentBytes(), new Compaction.ByKey(0, 0, Long.MAX_VALUE, 100)));
            for (int i = 0; i < 6; i++) {
                note(keyed.put("z" + i), List.of(new Sent("z" + i, keyed.now)), committed);
                keyed.seal();
                while (keyed.log.compact()) {}
                keyed.now += 1000;
            }
            audit();
            var held = held();
            assertEquals(newest(committed).size(), held.size(), held::toString);
            var withRecords = held.values().stream()
                    .filter(Batch::isTransactional)
                    .map(Batch::producerId)
                    .collect(Collectors.toSet());
            for (var batch : keyed.batches())
                assertTrue(!batch.isControl() || withRecords.contains(batch.producerId()), keyed.held()::toString);
        }
    }
}
