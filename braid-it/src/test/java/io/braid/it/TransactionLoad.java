package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/// Transactional producers over all lives of a server: writers, and a relay that consumes what they commit
/// and produces it again, exactly once.
final class TransactionLoad implements AutoCloseable {
    private static final int WRITERS = 2;
    private static final int PARTITIONS = 3;

    /// Clients whose transactions all have one epoch.
    private static final List<String> OLDER = List.of("2.8.2", "3.9.2");

    private static final long STOP_MAX_MILLIS = 120_000;

    /// Who writes transactions, one after the other, until it is stopped.
    interface Writer extends Runnable {
        void stop();

        /// How many transactions; fails if it has failed.
        long committed();

        /// What readers of committed records must find of it in a partition, in order.
        List<String> expected(int partition);

        boolean hasWritten(String value);
    }

    /// A record, or the end of a transaction, as `braid log dump` prints it.
    private static final Pattern CONTROL = Pattern.compile("\"control\":\"(commit|abort)\"");

    private static final Pattern PRODUCER =
            Pattern.compile("\"partition\":(\\d+),.*\"producerId\":(\\d+),\"producerEpoch\":(\\d+)");

    private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");

    private final OldestClient client;
    private final String topic;
    private final String copy;
    private final List<Writer> writers = new ArrayList<>();
    private final List<IsolatedClient> older = new ArrayList<>();
    private final TransactionRelay relay;
    private final List<Thread> threads = new ArrayList<>();
    private final Thread relaying;

    TransactionLoad(String bootstrap, Random random) throws Exception {
        client = new OldestClient(bootstrap, "crash");
        topic = client.createTopic("transactions", PARTITIONS);
        copy = client.createTopic("copy", PARTITIONS);
        for (int i = 0; i < WRITERS; i++)
            writers.add(new TransactionWriter(
                    client, topic, PARTITIONS, client.name("writer"), new Random(random.nextLong())));
        for (var version : OLDER) {
            var isolated = new IsolatedClient(version);
            older.add(isolated);
            writers.add(
                    new OlderWriter(isolated, bootstrap, topic, PARTITIONS, client.name("older"), random.nextLong()));
        }
        relay = new TransactionRelay(client, topic, copy, PARTITIONS, new Random(random.nextLong()));
        for (var writer : writers)
            threads.add(Thread.ofPlatform().name("transactions").start(writer));
        relaying = Thread.ofPlatform().name("relay").start(relay);
    }

    /// Transactions of writers, and records of the relay; fails if one of them has failed.
    long committed() {
        long relayed = relay.relayed();
        return relayed + writers.stream().mapToLong(Writer::committed).sum();
    }

    /// Begins no more transactions, and waits until all is relayed and nothing is open.
    void stop() throws Exception {
        writers.forEach(Writer::stop);
        for (var thread : threads) join(thread);
        awaitNothingOpen(topic);
        relay.finish();
        join(relaying);
        committed();
        awaitNothingOpen(copy);
    }

    private void join(Thread thread) throws InterruptedException {
        thread.join(STOP_MAX_MILLIS);
        assertTrue(!thread.isAlive(), () -> thread.getName() + " is stuck: " + this);
    }

    private void awaitNothingOpen(String of) throws Exception {
        var partitions = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition(of, partition))
                .toList();
        try (var all = client.consumer(Map.of());
                var stable = client.consumer(Map.of("isolation.level", "read_committed"))) {
            var end = all.endOffsets(partitions);
            Eventually.equal(end, () -> stable.endOffsets(partitions));
        }
    }

    /// Reads all partitions as a reader of committed records, by both protocols: each writer's committed
    /// records are there, once and in order, and nothing else; and the copy is what it was made of.
    void audit(URI endpoint) {
        try (var kinesis = Kinesis.sync(endpoint)) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                var read = committed(topic, partition);
                int expected = 0;
                for (var writer : writers) {
                    var own = writer.expected(partition);
                    assertEquals(own, read.stream().filter(writer::hasWritten).toList(), "partition " + partition);
                    expected += own.size();
                }
                assertEquals(expected, read.size(), "records of partition " + partition);
                assertEquals(read, committed(copy, partition), "the copy of partition " + partition);
                var shard = "shardId-%012d".formatted(partition);
                assertEquals(
                        read,
                        Kinesis.all(kinesis, topic, shard).stream()
                                .map(Kinesis::text)
                                .toList(),
                        "partition " + partition + " for Kinesis");
            }
        }
    }

    private List<String> committed(String of, int partition) {
        var values = new ArrayList<String>();
        var assignment = new TopicPartition(of, partition);
        try (var consumer = client.consumer(Map.of("isolation.level", "read_committed"))) {
            consumer.assign(List.of(assignment));
            consumer.seekToBeginning(List.of(assignment));
            long end = consumer.endOffsets(List.of(assignment)).get(assignment);
            long until = System.nanoTime() + OldestClient.PATIENCE.toNanos();
            while (consumer.position(assignment) < end && System.nanoTime() < until)
                for (var record : consumer.poll(Duration.ofMillis(200))) values.add(client.text(record.value()));
            assertEquals(end, consumer.position(assignment), "read to the end of " + assignment);
        }
        return values;
    }

    /// Looks into the log itself, once the server is stopped: every transaction of the newest clients has
    /// ended once in every partition in which it has records. They have an epoch for each transaction, by
    /// which its records are told.
    void auditEnds(Path data) throws IOException {
        var records = new HashMap<String, Integer>();
        var ends = new HashMap<String, Integer>();
        for (var stream : List.of(topic, copy)) {
            var lines =
                    LogTool.run("dump", data, "--stream", stream).successfully().lines();
            var older = olderProducers(lines);
            for (var line : lines) {
                var producer = PRODUCER.matcher(line);
                if (!producer.find() || older.contains(producer.group(2))) continue;
                boolean isEnd = CONTROL.matcher(line).find();
                long epoch = Long.parseLong(producer.group(3)) - (isEnd ? 1 : 0); // an end has the next one's
                var transaction =
                        "%s %s, producer %s, epoch %d".formatted(stream, producer.group(1), producer.group(2), epoch);
                var counts = isEnd ? ends : records;
                counts.merge(transaction, 1, Integer::sum);
            }
        }
        assertTrue(records.size() > WRITERS, "transactions in the log");
        var open = new HashSet<>(records.keySet());
        open.removeAll(ends.keySet());
        assertEquals(new HashSet<String>(), open, "without an end");
        assertEquals(
                List.of(),
                ends.entrySet().stream().filter(each -> each.getValue() > 1).toList(),
                "with several ends");
    }

    private Set<String> olderProducers(List<String> lines) {
        var ids = new HashSet<String>();
        for (var line : lines) {
            var producer = PRODUCER.matcher(line);
            var value = VALUE.matcher(line);
            if (!producer.find() || !value.find()) continue;
            boolean isOlder = writers.stream()
                    .filter(OlderWriter.class::isInstance)
                    .anyMatch(writer -> writer.hasWritten(value.group(1)));
            if (isOlder) ids.add(producer.group(2));
        }
        return ids;
    }

    @Override
    public void close() throws IOException {
        writers.forEach(Writer::stop);
        relay.finish();
        for (var client : older) client.close();
    }

    @Override
    public String toString() {
        return "Transactions: " + writers + ", " + relay;
    }
}
