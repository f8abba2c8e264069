package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.ServerName;
import io.braid.broker.StreamSettings;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

/// A topic that sets nothing behaves as Kafka's, but for what is decided to be otherwise.
class KafkaDefaultsTest {
    @Test
    void defaultsThatAreNotKafkasAreTheseAndNoOthers() {
        var kafkas = LogConfig.configDefCopy().defaultValues();
        var differing = new TreeMap<String, String>();
        for (var setting : StreamSettings.all()) {
            if (!kafkas.containsKey(setting.name())) continue;
            var kafka = written(kafkas.get(setting.name()));
            if (!kafka.equals(setting.defaultValue()))
                differing.put(setting.name(), setting.defaultValue() + ", Kafka's is " + kafka);
        }

        assertEquals(
                Map.of(
                        "max.message.bytes", "12582912, Kafka's is 1048588",
                        "segment.bytes", "536870912, Kafka's is 1073741824"),
                differing);
    }

    @Test
    void theNamesOfServersAreKafkas() {
        var kafkas = new TreeMap<String, String>(); // and what they say of 7
        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS.forEach((setting, synonyms) -> {
            for (var synonym : synonyms)
                if (!synonym.name().equals(setting) || setting.startsWith("compression."))
                    kafkas.put(
                            synonym.name(), setting + "=" + synonym.converter().apply("7"));
        });
        kafkas.keySet()
                .removeAll(Set.of("log.flush.scheduler.interval.ms", "log.roll.jitter.hours")); // as good as unused

        var ours = new TreeMap<String, String>();
        for (var named : ServerName.ALL) ours.put(named.name(), named.setting() + "=" + named.meaning("7"));

        assertEquals(kafkas, ours);
        assertEquals("log.retention.ms", ServerName.of("retention.ms"));
        assertEquals("durability", ServerName.of("durability"), "which Kafka does not have");
    }

    private static String written(Object value) {
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
                : value.toString();
    }
}
