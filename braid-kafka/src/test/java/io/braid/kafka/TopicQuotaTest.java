package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Named;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreatePartitionsResponse;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.DeleteTopicsResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A quota of changes to topics on the wire, of 2 partitions a second, so that 22 may be changed at once; the clock
/// moves only by hand. What is expected was seen at Kafka 4.4.
@Timeout(120)
class TopicQuotaTest {
    private static final int STRICT_CREATE = 6;
    private static final int STRICT_DELETE = 5;
    private static final int STRICT_GROW = 3;

    private final TestClock clock = new TestClock();

    @TempDir
    private Path directory;

    private TestServer server;
    private Wire wire;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(
                directory, TestServer.config(KafkaListener.Limits.DEFAULT, true), BrokerConfig.DEFAULT, clock);
        server.broker()
                .limit(new QuotaEntity(new Anybody(), new Named("wire")), _ -> Map.of("controller_mutation_rate", 2.0));
        wire = new Wire(server.listener().address());
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        server.close();
    }

    @Test
    void whatComesAfterTheQuotaIsRefusedAndWhatCameBeforeIsThere() throws Exception {
        var created = create(STRICT_CREATE, false, "a", 15, "b", 15, "c", 1, "d", 0);

        assertEquals(
                List.of("a NONE", "b NONE", "c THROTTLING_QUOTA_EXCEEDED", "d INVALID_PARTITIONS"), errors(created));
        assertEquals(4_000, created.throttleTimeMs());
        assertTrue(server.broker().catalog().stream("b").isPresent());
        assertTrue(server.broker().catalog().stream("c").isEmpty());

        clock.move(Duration.ofSeconds(4));
        var again = create(STRICT_CREATE, false, "c", 1);
        assertEquals(List.of("c NONE"), errors(again));
        assertEquals(0, again.throttleTimeMs());
    }

    @Test
    void olderClientsGetAllDoneAndWaitForIt() throws Exception {
        var created = create(STRICT_CREATE - 1, false, "a", 30, "b", 30);

        assertEquals(List.of("a NONE", "b NONE"), errors(created));
        assertEquals(19_000, created.throttleTimeMs());
    }

    @Test
    void whatIsOnlyLookedAtCounts() throws Exception {
        assertEquals(List.of("a NONE"), errors(create(STRICT_CREATE, true, "a", 30)));
        assertEquals(List.of("a THROTTLING_QUOTA_EXCEEDED"), errors(create(STRICT_CREATE, true, "a", 1)));
    }

    @Test
    void partitionsAreCountedThatAreAddedOrDeleted() throws Exception {
        create(STRICT_CREATE, false, "a", 1, "b", 1);

        var grown = grow(STRICT_GROW, "a", 26);
        assertEquals(List.of("a NONE"), grownErrors(grown)); // 5 more than there were
        var refused = grow(STRICT_GROW, "b", 2);
        assertEquals(List.of("b THROTTLING_QUOTA_EXCEEDED"), grownErrors(refused));
        assertEquals(2_500, refused.throttleTimeMs());
        assertEquals(1, server.broker().catalog().stream("b").orElseThrow().partitions());

        clock.move(Duration.ofMillis(2_500));
        var deleted = delete(STRICT_DELETE + 1, "a", "b");
        assertEquals(List.of("a NONE", "b THROTTLING_QUOTA_EXCEEDED"), deletedErrors(deleted));
        assertEquals(13_000, deleted.throttleTimeMs());
        var older = delete(STRICT_DELETE - 1, "b");
        assertEquals(List.of("b NONE"), deletedErrors(older));
        assertEquals(13_500, older.throttleTimeMs());
    }

    @Test
    void aTopicThatIsCreatedByAskingForItCountsToo() throws Exception {
        create(STRICT_CREATE, false, "a", 24);

        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, asked("b"));
        clock.move(Duration.ofSeconds(1));
        assertEquals(Errors.NONE, asked("b"));
    }

    private CreateTopicsResponse create(int version, boolean validateOnly, Object... namesAndPartitions)
            throws IOException {
        var data = new CreateTopicsRequestData().setTimeoutMs(10_000).setValidateOnly(validateOnly);
        for (int i = 0; i < namesAndPartitions.length; i += 2)
            data.topics()
                    .add(new CreatableTopic()
                            .setName((String) namesAndPartitions[i])
                            .setNumPartitions((int) namesAndPartitions[i + 1])
                            .setReplicationFactor((short) 1));
        return wire.ask(CreateTopicsResponse.class, ApiKeys.CREATE_TOPICS, version, data);
    }

    private CreatePartitionsResponse grow(int version, String topic, int count) throws IOException {
        var data = new CreatePartitionsRequestData().setTimeoutMs(10_000);
        data.topics()
                .add(new CreatePartitionsTopic().setName(topic).setCount(count).setAssignments(null));
        return wire.ask(CreatePartitionsResponse.class, ApiKeys.CREATE_PARTITIONS, version, data);
    }

    private DeleteTopicsResponse delete(int version, String... topics) throws IOException {
        var data = new DeleteTopicsRequestData().setTimeoutMs(10_000);
        if (version > STRICT_DELETE) for (var topic : topics) data.topics().add(new DeleteTopicState().setName(topic));
        else data.setTopicNames(List.of(topics));
        return wire.ask(DeleteTopicsResponse.class, ApiKeys.DELETE_TOPICS, version, data);
    }

    private Errors asked(String topic) throws IOException {
        var data = new MetadataRequestData()
                .setTopics(List.of(new MetadataRequestTopic().setName(topic)))
                .setAllowAutoTopicCreation(true);
        var answer = wire.ask(MetadataResponse.class, ApiKeys.METADATA, 9, data);
        return Errors.forCode(answer.data().topics().find(topic).errorCode());
    }

    private static List<String> errors(CreateTopicsResponse response) {
        return list(response.data().topics(), topic -> topic.name() + " " + Errors.forCode(topic.errorCode()));
    }

    private static List<String> grownErrors(CreatePartitionsResponse response) {
        return list(response.data().results(), topic -> topic.name() + " " + Errors.forCode(topic.errorCode()));
    }

    private static List<String> deletedErrors(DeleteTopicsResponse response) {
        return list(response.data().responses(), topic -> topic.name() + " " + Errors.forCode(topic.errorCode()));
    }

    private static <T> List<String> list(Iterable<T> results, java.util.function.Function<T, String> text) {
        var list = new ArrayList<String>();
        results.forEach(result -> list.add(text.apply(result)));
        return list;
    }
}
