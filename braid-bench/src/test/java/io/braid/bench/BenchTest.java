package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BenchTest {
    @Test
    void anUnknownNameIsMisuse() {
        assertEquals(2, Main.commandLine().execute("bench", "no-such-measurement"));
    }

    @Test
    void theListIsAnAnswer() {
        assertEquals(0, Main.commandLine().execute("bench", "--list"));
    }

    @Test
    void aSettingThatMeasuresNothingIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Setting(0, Optional.empty(), Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Setting(1, Optional.of(0L), Duration.ofSeconds(1)));
        assertThrows(IllegalArgumentException.class, () -> new Setting(1, Optional.empty(), Duration.ZERO));
    }
}
