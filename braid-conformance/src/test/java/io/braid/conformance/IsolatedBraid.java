package io.braid.conformance;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/// Braid in this JVM, in a class loader of its own: it brings Kafka's classes of its version, the tests those of
/// theirs,
/// and neither sees the other's. Servers are started and closed one after the other; the classes stay.
public final class IsolatedBraid {
    private static final IsolatedBraid ONLY = new IsolatedBraid();

    /// Threads that stay after the first server that made the JVM start them, and Helidon's timer, of which each server
    /// leaves one until the collector finds it. Kafka's tests fail when threads stay, but for some by name.
    private static final List<String> STAYING =
            List.of("VirtualThread-", "MasterPoller", "helidon-idle-connection-timer", "Common-Cleaner");

    private static final String IGNORED = "junit-";

    private final ClassLoader loader;
    private final Function<Map<String, String>, Map.Entry<List<String>, AutoCloseable>> start;

    private IsolatedBraid() {
        try {
            loader = new URLClassLoader("braid", urls(), ClassLoader.getPlatformClassLoader());
            start = starter(loader);
        } catch (IOException | ReflectiveOperationException cause) {
            throw new IllegalStateException("Braid cannot be loaded", cause);
        }
    }

    /// A server that runs.
    ///
    /// @param kafka where its clients connect, host:port
    /// @param http  where its page of metrics is, host:port
    public record Running(String kafka, String http, AutoCloseable server) implements AutoCloseable {
        @Override
        public void close() {
            try {
                server.close();
            } catch (Exception cause) {
                throw new IllegalStateException("Braid did not close", cause);
            }
            Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> STAYING.stream().anyMatch(thread.getName()::startsWith))
                    .forEach(thread -> thread.setName(IGNORED + thread.getName()));
        }
    }

    /// @throws IllegalArgumentException it refuses these settings; the message has all that is wrong
    static Running start(Map<String, String> settings) {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(ONLY.loader); // its threads inherit it
        try {
            var started = ONLY.start.apply(settings);
            return new Running(started.getKey().getFirst(), started.getKey().getLast(), started.getValue());
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @SuppressWarnings("unchecked") // types of the JDK on both sides; StartBraid says which
    private static Function<Map<String, String>, Map.Entry<List<String>, AutoCloseable>> starter(ClassLoader loader)
            throws ReflectiveOperationException {
        var linked = loader.loadClass(StartBraid.class.getName());
        return (Function<Map<String, String>, Map.Entry<List<String>, AutoCloseable>>)
                linked.getConstructor().newInstance();
    }

    /// These tests, braid-server, and all that it runs with.
    private static URL[] urls() throws IOException {
        var classPath = List.of(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator));
        var runtime = Files.readString(Path.of("..", "braid-server", "target", "runtime.classpath"))
                .strip()
                .split(File.pathSeparator);
        var urls = new ArrayList<URL>();
        Stream.concat(
                        classPath.stream()
                                .filter(path -> path.contains("braid-conformance") || path.contains("braid-server")),
                        Stream.of(runtime))
                .map(IsolatedBraid::url)
                .forEach(urls::add);
        return urls.toArray(URL[]::new);
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
