package io.braid.it;

import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

/// A class loader that sees the JDK, JUnit's assertions, these tests, and one version of Kafka's client: the
/// [ClientChecks] it loads are compiled against the newest client and linked to that version.
final class IsolatedClient implements AutoCloseable {
    private static final String SEPARATOR = System.getProperty("path.separator");

    private final URLClassLoader loader;

    /// @param version a directory of `target/clients`
    IsolatedClient(String version) throws IOException {
        var urls = new ArrayList<URL>();
        try (var jars = Files.list(Jvm.target().resolve("clients").resolve(version))) {
            for (var jar : jars.toList()) urls.add(url(jar));
        }
        for (var path : sharedPaths()) urls.add(url(Path.of(path)));
        loader = new URLClassLoader("kafka-clients " + version, urls.toArray(URL[]::new), parent());
    }

    /// The checks, linked to this version.
    Map<String, Callable<Void>> checks(Map<String, String> setting) throws ReflectiveOperationException {
        return apply(ClientChecks.class, setting);
    }

    /// What a function of these tests makes of a setting, linked to this version.
    @SuppressWarnings("unchecked") // types of the JDK on both sides; the function says which
    <T> T apply(Class<? extends Function<Map<String, String>, T>> function, Map<String, String> setting)
            throws ReflectiveOperationException {
        var linked = loader.loadClass(function.getName());
        return ((Function<Map<String, String>, T>) linked.getConstructor().newInstance()).apply(setting);
    }

    /// Runs one check with this loader as the thread's own, where Kafka looks for classes that settings name.
    void run(Callable<?> check) throws Exception {
        var thread = Thread.currentThread();
        var before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            check.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }

    private static List<String> sharedPaths() {
        return Stream.of(classPath().split(SEPARATOR))
                .filter(path -> path.endsWith("test-classes")
                        || Stream.of("junit-", "opentest4j", "apiguardian", "jspecify")
                                .anyMatch(Path.of(path).getFileName().toString()::startsWith))
                .toList();
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static URL url(Path path) throws MalformedURLException {
        return path.toUri().toURL();
    }

    private static ClassLoader parent() {
        return ClassLoader.getPlatformClassLoader();
    }
}
