package io.braid.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// A real S3 server (s3proxy, whose jars `braid-tier` fetches for its tests) in a JVM of its own, on files: it may be
/// stopped and started again, on the same port. One thread.
public final class S3Server implements AutoCloseable {
    public static final String ACCESS_KEY = "local";
    public static final String SECRET_KEY = "not-a-secret";
    public static final String BUCKET = "segments";

    private static final Pattern READY = Pattern.compile("Started .*\\{127\\.0\\.0\\.1:(\\d+)}.*");
    private static final int START_SECONDS_MAX = 60;
    private static final String QUIET = """
        <configuration>
          <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
            <encoder><pattern>%msg%n</pattern></encoder>
          </appender>
          <root level="info"><appender-ref ref="OUT"/></root>
        </configuration>
        """;

    private final Path home;
    private final Path jars;
    private Process process;
    private int port;

    private S3Server(Path home, Path jars) {
        this.home = home;
        this.jars = jars;
    }

    /// Starts one with an empty bucket.
    ///
    /// @param home where its files go
    /// @param jars the directory `s3proxy` below the target of `braid-tier`
    public static S3Server start(Path home, Path jars) throws Exception {
        if (!Files.isDirectory(jars))
            throw new IllegalStateException(
                    "%s is missing: build with -am, so that braid-tier fetches it".formatted(jars));
        Files.createDirectories(home.resolve("data").resolve(BUCKET));
        Files.writeString(home.resolve("logback.xml"), QUIET);
        var server = new S3Server(home, jars);
        server.start();
        return server;
    }

    /// Starts it, on the port of before if there was one.
    public void start() throws Exception {
        Files.writeString(
                home.resolve("s3proxy.properties"), """
                    s3proxy.endpoint=http://127.0.0.1:%d
                    s3proxy.authorization=aws-v2-or-v4
                    s3proxy.identity=%s
                    s3proxy.credential=%s
                    jclouds.provider=filesystem-nio2
                    jclouds.filesystem.basedir=%s
                    """.formatted(port, ACCESS_KEY, SECRET_KEY, home.resolve("data")));
        process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-Dlogback.configurationFile=" + home.resolve("logback.xml"),
                        "-cp",
                        jars.toAbsolutePath() + "/*",
                        "org.gaul.s3proxy.Main",
                        "--properties",
                        home.resolve("s3proxy.properties").toString()))
                .redirectErrorStream(true)
                .start();
        var found = new CompletableFuture<Integer>();
        var started = process;
        Thread.ofVirtual().start(() -> drain(started, found));
        port = found.get(START_SECONDS_MAX, TimeUnit.SECONDS);
    }

    private static void drain(Process process, CompletableFuture<Integer> port) {
        try (var lines = process.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var ready = READY.matcher(line);
                if (ready.matches()) port.complete(Integer.valueOf(ready.group(1)));
            }
            port.completeExceptionally(new IOException("the S3 server ended before it was ready"));
        } catch (IOException e) {
            port.completeExceptionally(e);
        }
    }

    /// As if the machine were gone.
    public void stop() {
        process.destroyForcibly().onExit().join();
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /// The segments there are, as files.
    public List<Path> objects() throws IOException {
        return objects(".log");
    }

    /// The objects there are whose keys end so, as files.
    public List<Path> objects(String ending) throws IOException {
        while (true) {
            try {
                return walk(ending);
            } catch (UncheckedIOException e) {
                // An upload that ended under the walk: its file has another name now.
                if (!(e.getCause() instanceof NoSuchFileException)) throw e.getCause();
            }
        }
    }

    private List<Path> walk(String ending) throws IOException {
        try (var files = Files.walk(home.resolve("data").resolve(BUCKET))) {
            return files.filter(
                            file -> Files.isRegularFile(file) && file.toString().endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    /// How a process is told of it.
    public Map<String, String> environment() {
        return Map.of(
                "AWS_ENDPOINT_URL_S3",
                endpoint(),
                "AWS_ACCESS_KEY_ID",
                ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                SECRET_KEY,
                "AWS_REGION",
                "eu-central-1");
    }

    /// How the AWS SDK of this process is told of it.
    public Map<String, String> properties() {
        return Map.of(
                "aws.endpointUrlS3", endpoint(),
                "aws.accessKeyId", ACCESS_KEY,
                "aws.secretAccessKey", SECRET_KEY);
    }

    @Override
    public void close() {
        stop();
    }
}
