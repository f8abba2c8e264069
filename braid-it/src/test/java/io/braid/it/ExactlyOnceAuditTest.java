package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// The audit of exactly-once: workers in processes of their own copy a topic, in two groups, one of each protocol,
/// while workers and the server are killed at random. At the end each copy has what the source has, everything
/// once; and nobody who reads committed records has ever seen anything of a transaction that was aborted.
///
/// `-Daudit.kills=300` goes on for longer (or `-Psoak`); `-Dseed=...` kills whom an earlier run killed, although what
/// the clients do in between follows no seed.
class ExactlyOnceAuditTest {
    private static final int KILLS = Integer.getInteger("audit.kills", 6);
    private static final String SEED = System.getProperty("seed", "");
    private static final int PARTITIONS = 4;
    private static final Duration LIFE_MAX = Duration.ofMillis(1_000);
    private static final int FAULTS_MAX = 20; // as many as help

    /// Who copies: a group of its own for each protocol, and clients of both kinds of transactions.
    private enum Copy {
        CLASSIC("classic", List.of("3.9.2", "4.3.1")),
        CONSUMER("consumer", List.of("4.3.1", "4.3.1"));

        final String protocol;
        final List<String> versions;

        Copy(String protocol, List<String> versions) {
            this.protocol = protocol;
            this.versions = versions;
        }

        String topic() {
            return "copy-" + protocol;
        }
    }

    private final List<ClientProcess> workers = new ArrayList<>();

    @Test
    void everythingIsCopiedOnceAlthoughWorkersAndTheServerAreKilled() throws Exception {
        long seed = SEED.isBlank() ? System.nanoTime() : Long.parseLong(SEED);
        System.out.printf("exactly-once audit: %d kills, -Dseed=%d%n", KILLS, seed);
        try (var server = RunningServer.startToBeKilled("audit", RunningServer.QUICK_GROUPS)) {
            try {
                audit(server, new Random(seed));
            } catch (Throwable e) {
                server.keepEvidence();
                throw new AssertionError(
                        "with -Dseed=%d, log %s, workers %s".formatted(seed, server.log(), workers), e);
            } finally {
                for (var worker : workers) worker.close();
            }
        }
    }

    private void audit(RunningServer server, Random random) throws Exception {
        var client = new OldestClient(server.kafka(), "audit");
        client.createTopicNamed("source", PARTITIONS);
        for (var copy : Copy.values()) client.createTopicNamed(copy.topic(), PARTITIONS);
        for (var copy : Copy.values())
            for (int i = 0; i < copy.versions.size(); i++) workers.add(worker(server, copy, i));

        try (var source = new NumberSource(client, "source");
                var reader = new CommittedReader(client, topics())) {
            for (int kill = 0; kill < KILLS; kill++) {
                awaitProgress(reader, Duration.ofMillis(random.nextLong(LIFE_MAX.toMillis())));
                killOne(server, random);
            }
            awaitProgress(reader, Duration.ZERO);
            int count = source.stop();
            for (var copy : Copy.values()) reader.await(copy.topic(), count, workers::toString);
            for (var worker : workers) worker.finish();
            reader.readAll();

            for (var copy : Copy.values())
                assertEquals(List.of(), faults(reader.values(copy.topic()), count), copy.protocol);
            assertAbortedWereThere(client);
            System.out.printf("exactly-once audit: %d records in each copy%n", count);
        }
    }

    private static List<String> topics() {
        return List.of(Copy.CLASSIC.topic(), Copy.CONSUMER.topic());
    }

    private static ClientProcess worker(RunningServer server, Copy copy, int number) throws IOException {
        var classPath = Jvm.target()
                        .resolve("clients")
                        .resolve(copy.versions.get(number))
                        .resolve("*")
                + File.pathSeparator
                + Jvm.target().resolve("test-classes");
        var id = copy.topic() + "-" + number;
        return ClientProcess.start(
                id,
                List.of(
                        "-cp",
                        classPath,
                        CopyWorker.class.getName(),
                        server.kafka(),
                        "source",
                        copy.topic(),
                        copy.protocol,
                        id));
    }

    /// One of the workers, or as often as any two of them the server.
    private void killOne(RunningServer server, Random random) throws IOException {
        int chosen = random.nextInt(workers.size() + 2);
        if (chosen < workers.size()) {
            var worker = workers.get(chosen);
            assertTrue(worker.isAlive(), worker::toString);
            worker.kill();
            worker.live();
        } else {
            server.kill();
            server.live();
        }
    }

    /// Waits until both copies have grown, and then for `more`.
    private void awaitProgress(CommittedReader reader, Duration more) {
        for (var topic : topics()) reader.await(topic, reader.count(topic) + 1, workers::toString);
        long until = System.nanoTime() + more.toNanos();
        while (System.nanoTime() < until) reader.poll();
    }

    /// What is wrong with a copy of the numbers below `count`.
    private static List<String> faults(List<String> values, int count) {
        Map<String, Integer> found = new HashMap<>();
        for (var value : values) found.merge(value, 1, Integer::sum);
        var faults = new ArrayList<String>();
        for (int number = 0; number < count; number++)
            if (!found.containsKey("" + number)) faults.add(number + " is missing");
        found.forEach((value, times) -> {
            if (value.startsWith(CopyWorker.ABORTED)) faults.add("seen although " + value);
            else if (times > 1) faults.add("%s is there %d times".formatted(value, times));
        });
        return faults.subList(0, Math.min(faults.size(), FAULTS_MAX));
    }

    /// There was something to be seen that nobody saw.
    private static void assertAbortedWereThere(OldestClient client) {
        for (var topic : topics()) {
            int aborted = 0;
            try (var all = client.consumer(Map.of())) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    var assignment = List.of(new TopicPartition(topic, partition));
                    all.assign(assignment);
                    all.seekToBeginning(assignment);
                    long end = all.endOffsets(assignment).get(assignment.getFirst());
                    while (all.position(assignment.getFirst()) < end)
                        for (var record : all.poll(Duration.ofMillis(100)))
                            if (client.text(record.value()).startsWith(CopyWorker.ABORTED)) aborted++;
                }
            }
            assertTrue(aborted > 0, "no transaction was aborted in " + topic);
        }
    }
}
