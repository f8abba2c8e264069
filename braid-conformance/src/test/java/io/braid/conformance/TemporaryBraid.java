package io.braid.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.opentest4j.TestAbortedException;

/// A server over a directory that goes when it is closed. It may be stopped and started again in between. One thread.
public final class TemporaryBraid implements AutoCloseable {
    private final Map<String, String> properties;
    private final Path directory; // below this module's target
    private final String kafka;
    private Optional<IsolatedBraid.Running> server;

    private TemporaryBraid(Map<String, String> properties, Path directory, IsolatedBraid.Running server) {
        this.properties = properties;
        this.directory = directory;
        this.kafka = server.kafka();
        this.server = Optional.of(server);
    }

    /// @param properties in the words of Kafka's `server.properties`
    /// @throws TestAbortedException Braid refuses one of them; the message says which, and why
    public static TemporaryBraid start(Map<String, String> properties) {
        try {
            var directory = Files.createTempDirectory(Path.of("target"), "braid-");
            try {
                var server = IsolatedBraid.start(ServerProperties.settings(properties, directory));
                return new TemporaryBraid(properties, directory, server);
            } catch (IllegalArgumentException refused) {
                Files.delete(directory); // nothing was opened there
                throw new TestAbortedException("Braid refuses the test's properties: " + refused.getMessage());
            }
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /// Where Kafka's clients connect, host:port; always the same.
    public String kafka() {
        return kafka;
    }

    /// What the server counts under this name, as its page of metrics has it.
    double metric(String name) throws IOException {
        var page = URI.create("http://%s/metrics".formatted(server.orElseThrow().http()));
        try (var lines = new BufferedReader(new InputStreamReader(page.toURL().openStream(), UTF_8))) {
            return lines.lines()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                    .findFirst()
                    .orElseThrow(() -> new IOException("the page of metrics has no " + name));
        }
    }

    boolean isRunning() {
        return server.isPresent();
    }

    /// Closes the server; again is nothing.
    void stop() {
        server.ifPresent(IsolatedBraid.Running::close);
        server = Optional.empty();
    }

    /// Over what it left, at the address that it had; one that runs goes on.
    void startAgain() {
        if (isRunning()) return;
        var settings = new HashMap<>(ServerProperties.settings(properties, directory));
        settings.put("kafka.listen", kafka);
        server = Optional.of(IsolatedBraid.start(settings));
    }

    @Override
    public void close() {
        stop();
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
