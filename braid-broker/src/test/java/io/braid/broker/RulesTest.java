package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.CatalogOutcome.Field;
import io.braid.broker.CatalogOutcome.Invalid;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;

class RulesTest {
    private final Rules rules = new Rules(BrokerConfig.DEFAULT, 16 << 20);

    @Test
    void namesAreValidExactlyWhereKafkaSaysSo() {
        var names = List.of(
                "a",
                "A.b_c-9",
                "",
                ".",
                "..",
                "...",
                " ",
                "a b",
                "a/b",
                "größe",
                "a\n",
                "a".repeat(249),
                "a".repeat(250));

        for (var name : names)
            assertEquals(isValidInKafka(name), rules.name(name).isEmpty(), "'%s'".formatted(name));
    }

    @Test
    void aWrongNameIsAnsweredWithWhatToDo() {
        assertEquals(
                invalid("stream name 'a b' may only have ASCII letters, digits, '.', '_' and '-'"), rules.name("a b"));
        assertEquals(invalid("stream name is empty: choose 1 to 249 characters"), rules.name(""));
        assertEquals(
                invalid("stream name '%s...' has 250 characters: choose at most 249".formatted("a".repeat(64))),
                rules.name("a".repeat(250)));
    }

    @Test
    void aStreamCannotBeSetToTakeMoreThanTheLogDoes() {
        assertEquals(Optional.empty(), settings("max.message.bytes", "16777216"));
        assertEquals(
                Optional.of(new Invalid(
                        Field.SETTINGS,
                        "stream s: max.message.bytes: must be at most 16777216, the server's log.batch-bytes-max, is"
                                + " 16777217")),
                settings("max.message.bytes", "16777217"));
    }

    private Optional<Invalid> settings(String name, String value) {
        return rules.settings("s", Map.of(name, value));
    }

    private static boolean isValidInKafka(String name) {
        try {
            Topic.validate(name);
            return true;
        } catch (InvalidTopicException _) {
            return false;
        }
    }

    private static Optional<Invalid> invalid(String detail) {
        return Optional.of(new Invalid(Field.NAME, detail));
    }
}
