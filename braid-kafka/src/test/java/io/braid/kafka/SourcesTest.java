package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Where the value of a setting comes from, as Kafka's clients are told.
@Timeout(120)
class SourcesTest {
    @TempDir
    private Path directory;

    private TestServer server;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        var streams = new BrokerConfig(
                1, 100, Map.of("retention.ms", "7200000", "segment.bytes", "2000000", "segment.ms", "604800000"));
        var config = new KafkaListener.Config(
                "127.0.0.1",
                0,
                new KafkaListener.AsReached(),
                false,
                KafkaListener.Limits.DEFAULT,
                Map.of("group.max.size", "9"));
        server = TestServer.start(directory, config, streams, InstantSource.system());
        admin = server.admin();
        admin.createTopics(List.of(new NewTopic("t", 1, (short) 1).configs(Map.of("retention.ms", "3600000"))))
                .all()
                .get();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    @Test
    void aTopicTellsEveryValueItsSettingHas() throws Exception {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, "t");

        assertEquals(
                "3600000 [DYNAMIC_TOPIC_CONFIG retention.ms=3600000, STATIC_BROKER_CONFIG log.retention.ms=7200000,"
                        + " DEFAULT_CONFIG log.retention.ms=604800000]",
                told().synonyms(topic, "retention.ms"));
        assertEquals(
                "2000000 [STATIC_BROKER_CONFIG log.segment.bytes=2000000, DEFAULT_CONFIG log.segment.bytes=536870912]",
                told().synonyms(topic, "segment.bytes"));
        assertEquals(
                "604800000 [STATIC_BROKER_CONFIG log.roll.ms=604800000, DEFAULT_CONFIG log.roll.ms=604800000]",
                told().synonyms(topic, "segment.ms"),
                "somebody set it, though to what it would be anyway");
        assertEquals(
                "12582912 [DEFAULT_CONFIG message.max.bytes=12582912]", told().synonyms(topic, "max.message.bytes"));
    }

    @Test
    void theBrokerTellsTheDefaultsOfTopicsAndGroupsByKafkasNames() throws Exception {
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");

        assertEquals("7200000 STATIC_BROKER_CONFIG", told().source(broker, "log.retention.ms"));
        assertEquals("12582912 DEFAULT_CONFIG", told().source(broker, "message.max.bytes"));
        assertEquals("CreateTime DEFAULT_CONFIG", told().source(broker, "log.message.timestamp.type"));
        assertEquals("9 STATIC_BROKER_CONFIG", told().source(broker, "group.max.size"));
        assertEquals("6000 DEFAULT_CONFIG", told().source(broker, "group.min.session.timeout.ms"));
        assertEquals("false STATIC_BROKER_CONFIG", told().source(broker, "auto.create.topics.enable"));
        assertEquals("1 DEFAULT_CONFIG", told().source(broker, "min.insync.replicas"));
        assertTrue(told().entries(broker).get("group.max.size").isReadOnly());
        assertFalse(told().entries(broker).get("log.retention.ms").isReadOnly());
    }

    private ToldSettings told() {
        return new ToldSettings(admin);
    }
}
