package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.log.InvalidConfig;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
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
                invalid configuration:
                  group.cosumer.max.size = 2: is not a setting of groups
                  group.max.size = many: Not a number of type INT
                  group.share.persister.class.name = x: what is known of share groups is kept by this server itself
                  group.streams.topology.description.plugin.class = X: no plugins are loaded
                  offsets.topic.num.partitions = 0: Value must be at least 1
                  offsets.topic.replication.factor = 3: must be 1, as there is one node\
                """,
                Map.of(
                        "group.cosumer.max.size", "2",
                        "group.share.persister.class.name", "x",
                        "group.streams.topology.description.plugin.class", "X",
                        "offsets.topic.replication.factor", "3",
                        "offsets.topic.num.partitions", "0",
                        "group.max.size", "many"));
    }

    @Test
    void settingsThatContradictEachOtherAreRefused() {
        assertFault("""
            invalid configuration:
              group.consumer.heartbeat.interval.ms = 500: must be greater than or equal to \
            group.consumer.min.heartbeat.interval.ms\
            """, Map.of("group.consumer.heartbeat.interval.ms", "500"));
    }

    @Test
    void theProtocolsOfGroupsAreAListWithClassic() {
        assertEquals(Set.of("classic", "consumer", "streams"), new GroupSettings(Map.of()).protocols());
        assertEquals(
                Set.of("classic", "consumer"),
                new GroupSettings(Map.of("group.coordinator.rebalance.protocols", "classic, consumer")).protocols());
        assertFault("""
            invalid configuration:
              group.coordinator.rebalance.protocols = consumer: must have classic, which is always served\
            """, Map.of("group.coordinator.rebalance.protocols", "consumer"));
    }

    @Test
    void anAssignorThatIsNotThereIsRefused() {
        var fault = assertThrows(
                InvalidConfig.class, () -> new GroupSettings(Map.of("group.consumer.assignors", "uniform,nosuch")));

        assertEquals("group.consumer.assignors", fault.problems().getFirst().key());
    }

    @Test
    void anAssignorOfStreamsGroupsThatIsNotThereIsRefused() {
        var fault =
                assertThrows(InvalidConfig.class, () -> new GroupSettings(Map.of("group.streams.assignors", "nosuch")));

        assertEquals("group.streams.assignors", fault.problems().getFirst().key());
    }

    @Test
    void theTableIsKafkasButForWhatIsNotServedAndOurDefaults() {
        var definitions = GroupSettings.definition().configKeys();
        var expected = new TreeMap<String, String>();
        definitions.forEach((name, key) -> {
            boolean served = GroupSettings.NOT_SERVED.keySet().stream().noneMatch(name::startsWith);
            if (served) expected.put(name, ConfigDef.convertToString(key.defaultValue, key.type));
        });
        expected.putAll(GroupSettings.DEFAULTS);

        var table = new TreeMap<String, String>();
        GroupSettingTable.ROWS.forEach(setting -> table.put(setting.name(), setting.defaultValue()));
        ShareSettingTable.ROWS.forEach(setting -> table.put(setting.name(), setting.defaultValue()));

        assertEquals(expected, table);
    }

    @Test
    void theListenersConfigurationChecksThem() {
        var standard = KafkaListener.Config.DEFAULT;

        assertThrows(
                InvalidConfig.class,
                () -> new KafkaListener.Config(
                        standard.host(),
                        standard.port(),
                        standard.advertised(),
                        standard.topics().autoCreate(),
                        standard.limits(),
                        Map.of("group.max.size", "0")));
    }

    private static void assertFault(String message, Map<String, String> settings) {
        var fault = assertThrows(InvalidConfig.class, () -> new GroupSettings(settings));
        assertEquals(message, fault.getMessage());
    }
}
