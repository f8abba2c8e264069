package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.kafka.LimitSettings.Samples;
import io.braid.log.InvalidConfig;
import io.braid.log.Problems.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitSettingsTest {
    @Test
    void theDefaultsAreKafkas() {
        assertEquals(
                new LimitSettings(
                        new Samples(11, 1_000), new Samples(11, 1_000), Integer.MAX_VALUE, Map.of(), Integer.MAX_VALUE),
                LimitSettings.DEFAULT);
    }

    @Test
    void allAreTold() {
        assertEquals(
                new LimitSettings(new Samples(2, 3_000), new Samples(10, 2_000), 0, Map.of("::1", 7, "a.b", 0), 9),
                LimitSettings.of(Map.of(
                        "quota.window.num", "2",
                        "quota.window.size.seconds", "3",
                        "controller.quota.window.num", "10",
                        "controller.quota.window.size.seconds", "2",
                        "max.connections.per.ip", "0",
                        "max.connections.per.ip.overrides", "::1:7, a.b:0",
                        "max.connection.creation.rate", "9")));
    }

    @Test
    void allThatIsWrongIsTold() {
        var wrong = assertThrows(
                InvalidConfig.class,
                () -> LimitSettings.of(Map.of(
                        "controller.quota.window.num", "0",
                        "max.connections.per.ip", "0",
                        "max.connection.creation.rate", "fast",
                        "quota.window.num", "101")));

        assertEquals(
                List.of(
                        new Problem("controller.quota.window.num", "0", "must be a number from 1 to 2147483647"),
                        new Problem("max.connection.creation.rate", "fast", "must be a number from 0 to 2147483647"),
                        new Problem(
                                "max.connections.per.ip",
                                "0",
                                "can be 0 only if there are max.connections.per.ip.overrides"),
                        new Problem("quota.window.num", "101", "must be a number from 1 to 100")),
                wrong.problems());
    }

    @Test
    void overridesAreHostsWithNumbers() {
        for (var list : List.of("127.0.0.1", "a:b", ":5", "a b:5", "a:-1")) {
            var wrong = assertThrows(
                    InvalidConfig.class, () -> LimitSettings.of(Map.of("max.connections.per.ip.overrides", list)));
            assertEquals(
                    "max.connections.per.ip.overrides",
                    wrong.problems().getFirst().key(),
                    list);
        }
    }
}
