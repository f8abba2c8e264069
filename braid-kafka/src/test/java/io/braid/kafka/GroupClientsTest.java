package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kafka's own consumers in groups, with both protocols, against a server on a real directory.
@Timeout(120)
class GroupClientsTest {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int POLLS_MAX = 300;

    /// As fast as the settings allow, so that rebalances do not take a test's time.
    private static final Map<String, String> QUICK = Map.of(
            "group.consumer.heartbeat.interval.ms", "200",
            "group.consumer.min.heartbeat.interval.ms", "200",
            "group.consumer.assignment.interval.ms", "0",
            "group.min.session.timeout.ms", "1000");

    @TempDir
    Path directory;

    private GroupServer server;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory.resolve("data"), QUICK);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void twoMembersShareThePartitionsAndTheOneWhoStaysTakesThemAll(String protocol) throws Exception {
        server.create("orders", 4);
        server.produce("orders", 4, 40);
        var seen = new HashSet<String>();
        try (var first = member(protocol, "g")) {
            poll(seen, () -> first.assignment().size() == 4, first);
            try (var second = member(protocol, "g")) {
                poll(
                        seen,
                        () -> first.assignment().size() == 2
                                && second.assignment().size() == 2,
                        first,
                        second);
                var both = new HashSet<>(first.assignment());
                both.addAll(second.assignment());
                assertEquals(partitions("orders", 4), both);
            }
            poll(seen, () -> first.assignment().size() == 4, first);
        }
        assertEquals(values(0, 40), seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void committedOffsetsAndTheirMetadataSurviveARestart(String protocol) throws Exception {
        server.create("orders", 1);
        server.produce("orders", 1, 10);
        var partition = new TopicPartition("orders", 0);
        var commit = new OffsetAndMetadata(7, Optional.of(1), "as far as this");
        try (var member = member(protocol, "g")) {
            poll(new HashSet<>(), () -> !member.assignment().isEmpty(), member);
            member.commitSync(Map.of(partition, commit));
        }

        server.restart();

        try (var member = member(protocol, "g")) {
            assertEquals(Map.of(partition, commit), member.committed(Set.of(partition)));
            var seen = new HashSet<String>();
            poll(seen, () -> seen.size() == 3, member);
            assertEquals(values(7, 10), seen);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"classic", "consumer"})
    void membersGoOnAfterTheServerWasRestarted(String protocol) throws Exception {
        server.create("orders", 2);
        server.produce("orders", 2, 10);
        var seen = new HashSet<String>();
        try (var member = member(protocol, "g")) {
            poll(seen, () -> seen.size() == 10, member);
            member.commitSync();

            server.restart();

            server.produce("orders", 2, 20);
            poll(seen, () -> seen.size() == 20, member);
            member.commitSync();
            assertEquals(
                    30,
                    member.committed(partitions("orders", 2)).values().stream()
                            .mapToLong(OffsetAndMetadata::offset)
                            .sum());
        }
    }

    @Test
    void whatWasCommittedBeforeAKillIsThereAfterIt() throws Exception {
        server.create("orders", 1);
        server.produce("orders", 1, 10);
        var partition = new TopicPartition("orders", 0);
        try (var member = member("classic", "g")) {
            poll(new HashSet<>(), () -> !member.assignment().isEmpty(), member);
            member.commitSync(Map.of(partition, new OffsetAndMetadata(6)));

            try (var killed = server.killedAndStartedAgain(directory.resolve("copy"));
                    var reader = killed.consumer("classic", "g", Map.of())) {
                assertEquals(
                        6, reader.committed(Set.of(partition)).get(partition).offset());
            }
        }
    }

    @Test
    void aMemberThatLeftTooLongAgoMayNotCommit() throws Exception {
        server.create("orders", 1);
        try (var slow = server.consumer("classic", "g", Map.of("max.poll.interval.ms", 1_000));
                var quick = member("classic", "g")) {
            slow.subscribe(List.of("orders"));
            quick.subscribe(List.of("orders"));
            poll(new HashSet<>(), () -> !slow.assignment().isEmpty(), slow);
            poll(new HashSet<>(), () -> !quick.assignment().isEmpty(), quick);

            var commit = Map.of(new TopicPartition("orders", 0), new OffsetAndMetadata(0));
            assertThrows(CommitFailedException.class, () -> slow.commitSync(commit));
        }
    }

    @Test
    void aRestartedStaticMemberGetsItsPartitionsBackWithoutARebalance() throws Exception {
        server.create("orders", 2);
        var one = Map.<String, Object>of("group.instance.id", "one");
        try (var other = server.consumer("classic", "g", Map.of("group.instance.id", "two"))) {
            other.subscribe(List.of("orders"));
            Set<TopicPartition> had;
            try (var member = server.consumer("classic", "g", one)) {
                member.subscribe(List.of("orders"));
                poll(
                        new HashSet<>(),
                        () -> member.assignment().size() == 1
                                && other.assignment().size() == 1,
                        member,
                        other);
                had = Set.copyOf(member.assignment());
            }
            int generation = other.groupMetadata().generationId();

            try (var back = server.consumer("classic", "g", one)) {
                back.subscribe(List.of("orders"));
                poll(new HashSet<>(), () -> !back.assignment().isEmpty(), back, other);

                assertEquals(had, back.assignment());
                assertEquals(generation, other.groupMetadata().generationId());
            }
        }
    }

    @Test
    void topicsCreatedLaterJoinASubscriptionByPattern() throws Exception {
        server.create("orders-1", 1);
        server.create("other", 1);
        try (var member = server.consumer("consumer", "g", Map.of())) {
            member.subscribe(new SubscriptionPattern("orders-[0-9]"));
            poll(new HashSet<>(), () -> member.assignment().equals(partitions("orders-1", 1)), member);
        }
        server.create("orders-2", 2);
        try (var member = server.consumer("classic", "h", Map.of("metadata.max.age.ms", 500))) {
            member.subscribe(Pattern.compile("orders-[0-9]"));
            poll(new HashSet<>(), () -> member.assignment().size() == 3, member);
        }
    }

    @Test
    void partitionsAddedLaterAreHandedOut() throws Exception {
        server.create("orders", 1);
        try (var member = member("consumer", "g");
                var admin = server.admin()) {
            poll(new HashSet<>(), () -> member.assignment().size() == 1, member);

            admin.createPartitions(Map.of("orders", NewPartitions.increaseTo(3)))
                    .all()
                    .get();

            poll(new HashSet<>(), () -> member.assignment().equals(partitions("orders", 3)), member);
        }
    }

    @Test
    void aServerWithoutGroupsHasNoStreamForThem() throws Exception {
        server.create("orders", 1);
        server.produce("orders", 1, 1);
        try (var admin = server.admin()) {
            assertEquals(List.of(), List.copyOf(admin.listGroups().all().get()));
        }

        assertTrue(server.broker().catalog().stream(GroupCoordination.STREAM).isEmpty());
    }

    @Test
    void theNumberOfPartitionsIsThatOfTheDirectoryWhateverTheSettingSays() throws Exception {
        try (var reader = server.consumer("classic", "g", Map.of())) {
            reader.committed(Set.of(new TopicPartition("orders", 0)));
        }
        server.close();

        server = new GroupServer(directory.resolve("data"), Map.of("offsets.topic.num.partitions", "3"));
        try (var reader = server.consumer("classic", "g", Map.of())) {
            reader.committed(Set.of(new TopicPartition("orders", 0)));
        }

        assertEquals(
                16,
                server.broker().catalog().stream(GroupCoordination.STREAM)
                        .orElseThrow()
                        .partitions());
    }

    private KafkaConsumer<String, String> member(String protocol, String group) {
        var member = server.consumer(protocol, group, Map.of());
        member.subscribe(List.of("orders"));
        return member;
    }

    /// Polls all members in turn, noting the values they get, until `done`.
    @SafeVarargs
    private static void poll(Set<String> seen, BooleanSupplier done, KafkaConsumer<String, String>... members) {
        for (int i = 0; i < POLLS_MAX && !done.getAsBoolean(); i++)
            for (var member : members) member.poll(POLL).forEach(record -> seen.add(record.value()));
        var assigned = new ArrayList<String>();
        for (var member : members) assigned.add(member.assignment().toString());
        assertTrue(done.getAsBoolean(), "not yet: assigned %s, seen %s".formatted(assigned, seen));
    }

    private static Set<TopicPartition> partitions(String topic, int count) {
        var partitions = new HashSet<TopicPartition>();
        for (int i = 0; i < count; i++) partitions.add(new TopicPartition(topic, i));
        return partitions;
    }

    private static Set<String> values(int from, int to) {
        var values = new HashSet<String>();
        IntStream.range(from, to).forEach(i -> values.add("v" + i));
        return values;
    }
}
