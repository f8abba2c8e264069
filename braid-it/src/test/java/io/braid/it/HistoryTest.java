package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.it.HistoryClient.Role;
import io.braid.testkit.history.Anomaly;
import io.braid.testkit.history.HistoryChecker;
import io.braid.testkit.history.Operation;
import io.braid.testkit.history.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// Clients that do as chance has it, with and without transactions and groups, while the server is killed; and then
/// all that they did and were told, held against what a log may answer ([HistoryChecker]).
///
/// `-Dhistory.kills=200` goes on for longer (or `-Psoak`), `-Dseed=...` has the processes decide as they did in an
/// earlier run, although what happens between them follows no seed.
class HistoryTest {
    private static final int KILLS = Integer.getInteger("history.kills", 3);
    private static final String SEED = System.getProperty("seed", "");
    private static final int PARTITIONS = 3; // of each of two topics
    private static final int OPERATIONS_MORE = 20; // by chance
    private static final int OPERATIONS_LAST = 60; // so many that some are of aborted transactions
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int OPERATIONS_MIN = 5; // of each process in each life
    private static final int READER = -1;
    private static final int SHOWN_MAX = 10;

    @Test
    void whatClientsAreToldFitsTogetherAlthoughTheServerIsKilled() throws Exception {
        var members = List.of(
                new Role("", "classic", "read_committed", false),
                new Role("", "classic", "read_committed", true),
                new Role("history-classic", "classic", "read_committed", false),
                new Role("history-classic", "classic", "read_committed", true),
                new Role("history-consumer", "consumer", "read_committed", false),
                new Role("history-consumer", "consumer", "read_committed", true));

        var history = history(members, KILLS);

        var found = HistoryChecker.check(history);
        assertEquals(List.of(), found.subList(0, Math.min(SHOWN_MAX, found.size())));
        assertTrue(outcomes(history).containsKey(Operation.Outcome.FAILED), "no transaction was aborted");
        assertTrue(outcomes(history).containsKey(Operation.Outcome.UNKNOWN), "nobody was left without an answer");
    }

    @Test
    void whoReadsWhatIsNotCommittedIsFoundOut() throws Exception {
        var role = new Role("", "classic", "read_uncommitted", false);
        var members = List.of(role, role);

        var found = HistoryChecker.check(history(members, 0));

        assertTrue(found.stream().anyMatch(each -> each.kind() == Anomaly.Kind.ABORTED_READ), found::toString);
    }

    private static Map<Operation.Outcome, Long> outcomes(List<Operation> history) {
        return history.stream().collect(Collectors.groupingBy(Operation::outcome, Collectors.counting()));
    }

    private static List<Operation> history(List<Role> roles, int kills) throws Exception {
        long seed = SEED.isBlank() ? System.nanoTime() : Long.parseLong(SEED);
        var random = new Random(seed);
        try (var server = RunningServer.startToBeKilled("history", RunningServer.QUICK_GROUPS)) {
            try {
                var client = new OldestClient(server.kafka(), "history");
                var partitions = new ArrayList<TopicPartition>();
                for (var topic : List.of("left", "right")) {
                    client.createTopicNamed(topic, PARTITIONS);
                    for (int i = 0; i < PARTITIONS; i++) partitions.add(new TopicPartition(topic, i));
                }
                var values = new AtomicLong();
                var processes = IntStream.range(0, roles.size())
                        .mapToObj(i -> new HistoryClient(
                                i, client, partitions, roles.get(i), values, new Random(random.nextLong())))
                        .toList();
                run(server, processes, kills, random);
                var history = new ArrayList<Operation>();
                for (var process : processes) history.addAll(process.done());
                history.addAll(finalRead(client, partitions));
                System.out.printf("history: -Dseed=%d, %d kills, operations %s%n", seed, kills, outcomes(history));
                return history;
            } catch (Throwable e) {
                server.keepEvidence();
                throw new AssertionError("with -Dseed=%d, log %s".formatted(seed, server.log()), e);
            }
        }
    }

    private static void run(RunningServer server, List<HistoryClient> processes, int kills, Random random)
            throws Exception {
        processes.forEach(HistoryClient::start);
        try {
            for (int kill = 0; kill < kills; kill++) {
                awaitOperations(processes, OPERATIONS_MIN + random.nextInt(OPERATIONS_MORE));
                server.kill();
                server.live();
            }
            awaitOperations(processes, OPERATIONS_LAST);
        } finally {
            processes.forEach(HistoryClient::stop);
            for (var process : processes) process.join();
        }
    }

    private static void awaitOperations(List<HistoryClient> processes, int more) {
        var before = processes.stream().map(HistoryClient::operations).toList();
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; i < processes.size(); i++)
            while (processes.get(i).operations() < before.get(i) + more) {
                processes.get(i).check();
                if (System.nanoTime() > end) throw processes.get(i).stuck();
                LockSupport.parkNanos(PAUSE_NANOS);
            }
    }

    /// What a reader of committed records finds in all partitions, from beginning to end.
    private static List<Operation> finalRead(OldestClient client, List<TopicPartition> partitions) {
        var steps = new ArrayList<Step>();
        try (var consumer = client.consumer(Map.of("isolation.level", "read_committed"))) {
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            for (var partition : partitions) steps.add(new Step.Positioned(partition.toString(), 0));
            var ends = ends(client, partitions);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (ends.entrySet().stream().anyMatch(each -> consumer.position(each.getKey()) < each.getValue())) {
                assertTrue(System.nanoTime() < end, () -> "open transactions before " + ends);
                for (var record : consumer.poll(Duration.ofMillis(100)))
                    steps.add(HistoryClient.polled(client, record));
            }
        }
        return List.of(new Operation(READER, Operation.Kind.ALONE, Operation.Outcome.DONE, steps));
    }

    private static Map<TopicPartition, Long> ends(OldestClient client, List<TopicPartition> partitions) {
        try (var all = client.consumer(Map.of())) {
            return all.endOffsets(partitions);
        }
    }
}
