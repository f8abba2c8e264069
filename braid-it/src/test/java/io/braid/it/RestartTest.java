package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// What outlives a process, and what keeps one from starting.
class RestartTest {
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void recordsOffsetsOfGroupsAndIteratorsOutliveTheProcess(boolean killed) throws Exception {
        try (var server = RunningServer.startToBeKilled("restart")) {
            var kafka = new OldestClient(server.kafka(), "restart");
            var topic = kafka.createTopic("topic", 2);
            var partition = new TopicPartition(topic, 1);
            kafka.produce(topic, 1, 10);
            var group = kafka.name("group");
            commit(kafka, group, topic, partition);
            var iterator = iteratorAfterFour(server, topic);

            if (killed) server.kill();
            else assertEquals(0, server.stop(), "exit code after SIGTERM");
            server.live();

            try (var consumer = kafka.consumer(Map.of("group.id", group, "enable.auto.commit", "false"))) {
                consumer.subscribe(List.of(topic));
                assertEquals("v7", kafka.text(kafka.poll(consumer, 3).getFirst().value()));
                var committed = consumer.committed(Set.of(partition)).get(partition);
                assertEquals("7 half way", committed.offset() + " " + committed.metadata());
            }
            try (var kinesis = Kinesis.sync(server.endpoint())) {
                var records = kinesis.getRecords(r -> r.shardIterator(iterator)).records();
                assertEquals("v4", Kinesis.text(records.getFirst()));
            }
            kafka.produce(topic, 1, 1);
            assertEquals(11, kafka.read(topic, 1, 0, 11).size());
        }
    }

    private static void commit(OldestClient kafka, String group, String topic, TopicPartition partition) {
        try (var consumer = kafka.consumer(Map.of("group.id", group, "enable.auto.commit", "false"))) {
            consumer.subscribe(List.of(topic));
            kafka.poll(consumer, 10);
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(7, "half way")));
        }
    }

    private static String iteratorAfterFour(RunningServer server, String topic) {
        var shard = "shardId-000000000001";
        try (var kinesis = Kinesis.sync(server.endpoint())) {
            var start = Kinesis.iterator(kinesis, topic, shard, ShardIteratorType.TRIM_HORIZON);
            return kinesis.getRecords(r -> r.shardIterator(start).limit(4)).nextShardIterator();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"disk", "os"})
    void bothDurabilitiesKeepRecordsOverAKill(String durability) throws Exception {
        // The page cache outlives the process, so "os" loses nothing here: only the machine's end would show.
        try (var server = RunningServer.startToBeKilled("durability", "--set", "stream.durability=" + durability)) {
            var kafka = new OldestClient(server.kafka(), "durability");
            var topic = kafka.createTopic("topic", 1);
            kafka.produce(topic, 0, 500);

            server.kill();
            server.live();

            assertEquals(500, kafka.read(topic, 0, 0, 500).size());
        }
    }

    @Test
    void aSecondProcessOnTheSameDirectoryIsRefusedAndTheFirstGoesOn() throws Exception {
        try (var server = RunningServer.start("second")) {
            var refused = RunningServer.refused(server.data(), "127.0.0.1:0", "127.0.0.1:0");

            assertRefused(
                    refused,
                    "data directory %s is in use by process %d: stop it, or choose another directory"
                            .formatted(server.data(), server.pid()));
            new OldestClient(server.kafka(), "second").createTopic("topic", 1);
        }
    }

    @Test
    void aPortInUseIsRefusedByName(@TempDir Path directory) throws Exception {
        try (var server = RunningServer.start("port")) {
            assertRefused(RunningServer.refused(directory.resolve("a"), server.kafka(), "127.0.0.1:0"), server.kafka());
            assertRefused(RunningServer.refused(directory.resolve("b"), "127.0.0.1:0", server.http()), server.http());
        }
    }

    @Test
    void allBadSettingsAreNamedAtOnce(@TempDir Path directory) throws IOException {
        var refused = RunningServer.refused(
                directory,
                "127.0.0.1:0",
                "127.0.0.1:0",
                "--set",
                "stream.durabilty=disk",
                "--set",
                "stream.durability=tape");

        assertRefused(refused, "stream.durabilty");
        assertRefused(refused, "tape");
    }

    private static void assertRefused(Finished finished, String naming) {
        assertNotEquals(0, finished.exit(), finished::toString);
        assertTrue(finished.err().contains(naming), finished::toString);
        assertTrue(!finished.err().contains("\tat "), finished::toString);
        assertEquals("", finished.out());
    }
}
