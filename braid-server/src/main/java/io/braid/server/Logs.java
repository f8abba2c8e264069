package io.braid.server;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Log lines on standard error, for us and for the libraries, set up in code and from no file.
///
/// Everybody's lines end here: ours and Helidon's by way of [System.Logger], Kafka's by way of slf4j. As the log
/// manager of the process ([Main]) it outlives the JVM's own, which stops logging as soon as a shutdown begins,
/// just when the last lines matter.
public final class Logs extends LogManager {
    private static final String OURS = "io.braid";

    /// Held here because the log manager itself holds loggers weakly and would forget their levels.
    private static final List<Logger> HELD = new java.util.ArrayList<>();

    /// For the JVM, which makes the log manager by name.
    public Logs() {}

    /// What is written from now on.
    public static void level(System.Logger.Level ours, System.Logger.Level libraries) {
        var root = Logger.getLogger("");
        for (var handler : root.getHandlers()) root.removeHandler(handler);
        root.addHandler(new ToStandardError());
        root.setLevel(julLevel(libraries));
        var braid = Logger.getLogger(OURS);
        braid.setLevel(julLevel(ours));
        HELD.clear();
        HELD.add(braid);
    }

    @Override
    public void readConfiguration() {
        // No file: [#level] says it all.
    }

    @Override
    public void reset() {
        // The JVM calls this when a shutdown begins; the server still has things to say then.
    }

    private static Level julLevel(System.Logger.Level level) {
        return switch (level) {
            case ALL -> Level.ALL;
            case TRACE -> Level.FINER;
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARNING -> Level.WARNING;
            case ERROR -> Level.SEVERE;
            case OFF -> Level.OFF;
        };
    }

    /// One line per event: time, level, the last part of the logger's name, message; a stack trace below it.
    static String line(LogRecord event, ZoneId zone) {
        var text = new StringBuilder(160)
                .append(TIME.format(Instant.ofEpochMilli(event.getMillis()).atZone(zone)))
                .append(' ')
                .append("%-5s".formatted(word(event.getLevel())))
                .append(' ')
                .append(shortName(event.getLoggerName()))
                .append(": ")
                .append(ToStandardError.FORMATTER.formatMessage(event))
                .append('\n');
        if (event.getThrown() != null) {
            var trace = new java.io.StringWriter();
            event.getThrown().printStackTrace(new java.io.PrintWriter(trace, true));
            text.append(trace);
        }
        return text.toString();
    }

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private static String word(Level level) {
        if (level.intValue() >= Level.SEVERE.intValue()) return "ERROR";
        if (level.intValue() >= Level.WARNING.intValue()) return "WARN";
        if (level.intValue() >= Level.INFO.intValue()) return "INFO";
        return level.intValue() >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
    }

    private static String shortName(String logger) {
        return logger == null ? "" : logger.substring(logger.lastIndexOf('.') + 1);
    }

    private static final class ToStandardError extends Handler {
        /// Not a field of Logs: it asks for the log manager, which is only being made when Logs is loaded.
        private static final java.util.logging.Formatter FORMATTER = new java.util.logging.SimpleFormatter();

        @Override
        public void publish(LogRecord event) {
            if (isLoggable(event)) System.err.print(line(event, ZoneId.systemDefault()));
        }

        @Override
        public void flush() {
            System.err.flush();
        }

        @Override
        public void close() {
            // Standard error is not ours to close.
        }
    }
}
