package io.braid.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogsTest {
    @Test
    void anEventIsOneLine() {
        var event = new LogRecord(Level.WARNING, "the disk has {0} bytes left");
        event.setLoggerName("io.braid.log.Writer");
        event.setParameters(new Object[] {12});
        event.setInstant(Instant.parse("2026-11-23T01:02:03.004Z"));

        assertEquals("01:02:03.004 WARN  Writer: the disk has 12 bytes left\n", Logs.line(event, ZoneOffset.UTC));
    }
}
