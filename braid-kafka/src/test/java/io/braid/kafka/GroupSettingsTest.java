package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupSettingsTest {
    @Test
    void whatIsNotSetHasOurDefaultOrElseKafkas() {
        var settings = new GroupSettings(Map.of()).kafka();

        assertEquals(16, settings.offsetsTopicPartitions());
        assertEquals(100, settings.classicGroupInitialRebalanceDelayMs());
        assertEquals(2, settings.numThreads());
        assertEquals(1, settings.numBackgroundThreads());
        assertEquals(6_000, settings.classicGroupMinSessionTimeoutMs());
        assertEquals(5_000, settings.consumerGroupHeartbeatIntervalMs());
    }

    @Test
    void whatIsSetReachesTheCoordinator() {
        var settings = new GroupSettings(Map.of(
                        "group.min.session.timeout.ms", "10",
                        "group.consumer.heartbeat.interval.ms", "500",
                        "group.consumer.min.heartbeat.interval.ms", "200",
                        "offsets.topic.num.partitions", "3",
                        "group.initial.rebalance.delay.ms", "0"))
                .kafka();

        assertEquals(10, settings.classicGroupMinSessionTimeoutMs());
        assertEquals(500, settings.consumerGroupHeartbeatIntervalMs());
        assertEquals(3, settings.offsetsTopicPartitions());
        assertEquals(0, settings.classicGroupInitialRebalanceDelayMs());
    }

    @Test
    void allThatIsWrongIsSaidAtOnce() {
        assertFault(
                """
                settings of consumer groups:
                  group.cosumer.max.size = 2: is not a setting of consumer groups
                  group.share.max.size = 7: share groups are not served by this release
                  offsets.topic.replication.factor = 3: must be 1, as there is one node
                  Invalid value many for configuration group.max.size: Not a number of type INT
                  Invalid value 0 for configuration offsets.topic.num.partitions: Value must be at least 1\
                """,
                Map.of(
                        "group.cosumer.max.size", "2",
                        "group.share.max.size", "7",
                        "offsets.topic.replication.factor", "3",
                        "offsets.topic.num.partitions", "0",
                        "group.max.size", "many"));
    }

    @Test
    void settingsThatContradictEachOtherAreRefused() {
        assertFault("""
            settings of consumer groups:
              group.consumer.heartbeat.interval.ms must be greater than or equal to \
            group.consumer.min.heartbeat.interval.ms\
            """, Map.of("group.consumer.heartbeat.interval.ms", "500"));
    }

    private static void assertFault(String message, Map<String, String> settings) {
        var fault = assertThrows(IllegalArgumentException.class, () -> new GroupSettings(settings));
        assertEquals(message, fault.getMessage());
    }
}
