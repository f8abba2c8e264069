package io.braid.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import org.opentest4j.TestAbortedException;

/// A server over a directory that goes when it is closed.
///
/// @param directory below this module's `target`
public record TemporaryBraid(IsolatedBraid.Running server, Path directory) implements AutoCloseable {

    /// @param properties in the words of Kafka's `server.properties`
    /// @throws TestAbortedException Braid refuses one of them; the message says which, and why
    public static TemporaryBraid start(Map<String, String> properties) {
        try {
            var directory = Files.createTempDirectory(Path.of("target"), "braid-");
            try {
                return new TemporaryBraid(
                        IsolatedBraid.start(ServerProperties.settings(properties, directory)), directory);
            } catch (IllegalArgumentException refused) {
                Files.delete(directory); // nothing was opened there
                throw new TestAbortedException("Braid refuses the test's properties: " + refused.getMessage());
            }
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /// Where Kafka's clients connect, host:port.
    public String kafka() {
        return server.kafka();
    }

    @Override
    public void close() {
        server.close();
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
