package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.log.InvalidConfig;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

class TransactionSettingsTest {
    @Test
    void whatIsNotSetHasOurDefaultOrElseKafkas() {
        assertEquals(
                new TransactionSettings.Values(
                        16,
                        104_857_600,
                        5_242_880,
                        900_000,
                        Duration.ofSeconds(10),
                        Duration.ofDays(7),
                        Duration.ofHours(1),
                        Duration.ofMillis(100)),
                new TransactionSettings(Map.of()).values());
    }

    @Test
    void whatIsSetCounts() {
        var values = new TransactionSettings(Map.of(
                        "transaction.max.timeout.ms", "5",
                        "transactional.id.expiration.ms", "7",
                        "transaction.state.log.num.partitions", "3"))
                .values();

        assertEquals(5, values.timeoutMillisMax());
        assertEquals(Duration.ofMillis(7), values.idExpiry());
        assertEquals(3, values.partitions());
    }

    @Test
    void allThatIsWrongIsSaidAtOnceAlsoAboutGroups() {
        var fault = assertThrows(
                InvalidConfig.class,
                () -> CoordinatorSettings.of(Map.of(
                        "group.max.size", "many",
                        "transaction.max.tmeout.ms", "5",
                        "transaction.max.timeout.ms", "0",
                        "transaction.state.log.min.isr", "2",
                        "producer.id.expiration.ms", "1000",
                        "transaction.two.phase.commit.enable", "true")));

        assertEquals("""
            invalid configuration:
              group.max.size = many: Not a number of type INT
              producer.id.expiration.ms = 1000: is called log.producer-millis here
              transaction.max.timeout.ms = 0: Value must be at least 1
              transaction.max.tmeout.ms = 5: is not a setting of transactions
              transaction.state.log.min.isr = 2: must be 1, as there is one node
              transaction.two.phase.commit.enable = true: transactions prepared for another coordinator are not served\
            """, fault.getMessage());
    }

    @Test
    void theTableIsKafkasButForWhatIsNotServedAndOurDefaults() {
        var expected = new TreeMap<String, String>();
        TransactionSettings.definition().configKeys().forEach((name, key) -> {
            if (!TransactionSettings.NOT_SERVED.containsKey(name))
                expected.put(name, ConfigDef.convertToString(key.defaultValue, key.type));
        });
        expected.putAll(TransactionSettings.DEFAULTS);

        var table = new TreeMap<String, String>();
        TransactionSettingTable.ROWS.forEach(setting -> table.put(setting.name(), setting.defaultValue()));

        assertEquals(expected, table);
    }
}
