package io.braid.kafka;

import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.APPEND;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.DELETE;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Levels of loggers (KIP-412); what is refused was seen of a Kafka 4.4, word for word.
class LoggerApiTest {
    private static final String NAME = "io.braid.kafka.logger.test.One";
    private static final System.Logger LOGGER = System.getLogger(NAME);

    @AfterEach
    void takeBack() {
        LoggerApi.alter(List.of(change(DELETE, NAME, null)), false);
    }

    @Test
    void aLevelIsTheLoggersFromThenOn() {
        LOGGER.isLoggable(System.Logger.Level.INFO); // it is there
        var before = level(NAME);

        assertEquals("NONE null", altered(SET, NAME, "TRACE"));
        assertTrue(LOGGER.isLoggable(System.Logger.Level.TRACE));
        assertEquals("TRACE", level(NAME));
        for (var word : List.of("DEBUG", "INFO", "WARN", "ERROR", "FATAL")) {
            altered(SET, NAME, word);
            assertEquals(word, level(NAME));
        }
        assertFalse(LOGGER.isLoggable(System.Logger.Level.ERROR), "FATAL is above all that is written");

        assertEquals("NONE null", altered(DELETE, NAME, null));
        assertEquals(before, level(NAME));
    }

    @Test
    void aLoggerWithoutALevelHasThatOfTheOneAboveAll() {
        LOGGER.isLoggable(System.Logger.Level.INFO);
        var root = level("root");
        try {
            altered(SET, "root", "DEBUG");
            assertEquals("DEBUG", level("root"));
            assertEquals("DEBUG", level(NAME));
        } finally {
            altered(SET, "root", root);
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        LOGGER.isLoggable(System.Logger.Level.INFO);
        assertEquals("INVALID_CONFIG Logger not.there does not exist!", altered(SET, "not.there", "INFO"));
        assertEquals("INVALID_CONFIG Logger not.there does not exist!", altered(DELETE, "not.there", null));
        assertEquals("INVALID_CONFIG Logger  does not exist!", altered(SET, "", "INFO"));
        for (var wrong : List.of("OFF", "debug", " DEBUG ", "fish"))
            assertEquals(
                    ("INVALID_CONFIG Cannot set the log level of %s to %s as it is not a supported log level. Valid log"
                                    + " levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN")
                            .formatted(NAME, wrong),
                    altered(SET, NAME, wrong));
        assertEquals(
                "INVALID_REQUEST APPEND operation is not allowed for the BROKER_LOGGER resource",
                altered(APPEND, NAME, "INFO"));
        assertEquals(
                "INVALID_REQUEST Removing the log level of the root logger is not allowed",
                altered(DELETE, "root", null));
        assertEquals("INVALID_REQUEST Null value not supported for : " + NAME, altered(SET, NAME, null));
        assertEquals(
                "INVALID_REQUEST Error due to duplicate config keys",
                altered(false, change(SET, NAME, "INFO"), change(SET, NAME, "DEBUG")));
    }

    @Test
    void oneFaultKeepsAllLevelsAsTheyAreAndSoDoesACheck() {
        LOGGER.isLoggable(System.Logger.Level.INFO);
        altered(SET, NAME, "ERROR");

        altered(false, change(SET, NAME, "TRACE"), change(SET, "root", "fish"));
        assertEquals("NONE null", altered(true, change(SET, NAME, "TRACE")));

        assertEquals("ERROR", level(NAME));
    }

    @Test
    void loggersAreToldAsKafkaTellsThem() {
        LOGGER.isLoggable(System.Logger.Level.INFO);
        var told = told(NAME);

        assertEquals(ConfigSource.DYNAMIC_BROKER_LOGGER_CONFIG.id(), told.configSource());
        assertFalse(told.readOnly());
        assertFalse(told.isSensitive());
        assertEquals(List.of(), told.synonyms());
    }

    private static String altered(OpType operation, String name, String value) {
        return altered(false, change(operation, name, value));
    }

    private static String altered(boolean validateOnly, AlterableConfig... changes) {
        var answer = LoggerApi.alter(Stream.of(changes).toList(), validateOnly);
        return answer.error() + " " + answer.message();
    }

    private static AlterableConfig change(OpType operation, String name, String value) {
        return new AlterableConfig()
                .setConfigOperation(operation.id())
                .setName(name)
                .setValue(value);
    }

    private static String level(String name) {
        return told(name).value();
    }

    private static DescribeConfigsResourceResult told(String name) {
        return LoggerApi.described().stream()
                .filter(logger -> logger.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
