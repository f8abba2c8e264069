package io.braid.it;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/// A Braid process, started as a user starts it: lives that follow each other on one directory. The first life takes
/// free ports, later lives take the same ones again.
///
/// Not for several threads at once, except [#kill], which any thread may call.
final class RunningServer implements AutoCloseable {
    static final Duration START_MAX = Duration.ofSeconds(60);
    static final Duration STOP_MAX = Duration.ofSeconds(30);

    /// Arguments with which groups notice within seconds that a member is gone.
    static final String[] QUICK_GROUPS = {
        "--set", "group.min.session.timeout.ms=1000",
        "--set", "group.consumer.min.session.timeout.ms=1000",
        "--set", "group.consumer.session.timeout.ms=2000",
        "--set", "group.consumer.min.heartbeat.interval.ms=100",
        "--set", "group.consumer.heartbeat.interval.ms=300"
    };

    /// Arguments with which there is https, too, with a certificate of the server's own.
    static final String[] HTTPS = {"--http-tls", "self-signed", "--set", "http.tls.listen=127.0.0.1:0"};

    private static final Pattern READY =
            Pattern.compile("ready kafka=(?<kafka>\\S+) http=(?<http>\\S+)( https=(?<https>\\S+))? data=.+ in \\d+ ms");
    private static final Pattern ERROR = Pattern.compile("\\b(ERROR|SEVERE)\\b");
    private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
    }

    private final Path home;
    private final List<String> settings;
    private final Map<String, String> environment;
    private volatile Process process;
    private String kafka;
    private String http;
    private Optional<String> https = Optional.empty();
    private int errorsSeen;
    private boolean evidence;

    private RunningServer(
            Path home, List<String> settings, Map<String, String> environment, String kafka, String http) {
        this.home = home;
        this.settings = settings;
        this.environment = environment;
        this.kafka = kafka;
        this.http = http;
    }

    /// Starts a server in a new directory on free ports.
    ///
    /// @param settings more arguments of `server`, such as `--set`, `auto.create.topics.enable=false`
    static RunningServer start(String name, String... settings) throws IOException {
        var server = new RunningServer(newHome(name), List.of(settings), Map.of(), "127.0.0.1:0", "127.0.0.1:0");
        server.live();
        return server;
    }

    /// As [#start], on ports that no client's outgoing connection will take while the server is dead.
    static RunningServer startToBeKilled(String name, String... settings) throws IOException {
        return startToBeKilled(name, Map.of(), settings);
    }

    /// The same with variables of its own.
    static RunningServer startToBeKilled(String name, Map<String, String> environment, String... settings)
            throws IOException {
        var ports = StablePorts.two();
        var server = new RunningServer(
                newHome(name),
                List.of(settings),
                environment,
                "127.0.0.1:" + ports.first(),
                "127.0.0.1:" + ports.second());
        server.live();
        return server;
    }

    /// As [#startToBeKilled], with https, too.
    static RunningServer startToBeKilledWithHttps(String name) throws IOException {
        var ports = StablePorts.two();
        var server = new RunningServer(
                newHome(name),
                List.of("--http-tls", "self-signed", "--set", "http.tls.listen=127.0.0.1:" + ports.another()),
                Map.of(),
                "127.0.0.1:" + ports.first(),
                "127.0.0.1:" + ports.second());
        server.live();
        return server;
    }

    /// As [#startToBeKilled], with its data in a directory that is there already.
    static RunningServer startOn(Path data, String name, String... settings) throws IOException {
        var ports = StablePorts.two();
        var home = newHome(name);
        Files.createSymbolicLink(home.resolve("data"), data);
        var server = new RunningServer(
                home, List.of(settings), Map.of(), "127.0.0.1:" + ports.first(), "127.0.0.1:" + ports.second());
        server.live();
        return server;
    }

    /// Runs a server that is expected not to start, to its end.
    static Finished refused(Path data, String kafka, String http, String... settings) throws IOException {
        return Finished.run(command(data, kafka, http, List.of(settings)), "", START_MAX);
    }

    /// Starts the next life on the same directory and ports.
    void live() throws IOException {
        if (process != null && process.isAlive()) throw new IllegalStateException("it is still alive");
        var builder = new ProcessBuilder(command(data(), kafka, http, settings))
                .redirectError(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().putAll(environment);
        var next = builder.start();
        next.getOutputStream().close();
        ALIVE.add(next);
        next.onExit().thenAccept(ALIVE::remove);
        process = next;
        var ready = READY.matcher(firstLine(next));
        if (!ready.matches()) fail("instead of a ready line: " + ready);
        kafka = ready.group("kafka");
        http = ready.group("http");
        https = Optional.ofNullable(ready.group("https"));
    }

    /// `kill -9`, and the wait for the end of the process.
    void kill() {
        var victim = process;
        victim.destroyForcibly();
        victim.onExit().join();
    }

    /// SIGTERM.
    ///
    /// @return the exit code
    int stop() {
        process.destroy();
        try {
            process.onExit()
                    .orTimeout(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            kill();
            keepEvidence();
            fail("the server did not stop within " + STOP_MAX + " of SIGTERM; its log is " + log(), e);
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    String kafka() {
        return kafka;
    }

    String http() {
        return http;
    }

    URI endpoint() {
        return URI.create("http://" + http);
    }

    /// Where clients connect with https, if the server was started with [#HTTPS].
    URI secureEndpoint() {
        return URI.create("https://" + https.orElseThrow());
    }

    /// What they trust then.
    Certificate certificate() throws IOException {
        return new Certificate(data().resolve("tls/certificate.pem"));
    }

    Path data() {
        return home.resolve("data");
    }

    Path log() {
        return home.resolve("server.log");
    }

    /// The error lines of the log that no earlier call has returned.
    List<String> newErrors() throws IOException {
        var errors = Files.readAllLines(log()).stream()
                .filter(line -> ERROR.matcher(line).find())
                .toList();
        var unseen = List.copyOf(errors.subList(errorsSeen, errors.size()));
        errorsSeen = errors.size();
        return unseen;
    }

    /// Keeps directory and log when the server is closed.
    void keepEvidence() {
        evidence = true;
    }

    /// Stops the server if it lives, checks its log, and removes its directory unless there is something to look into.
    @Override
    public void close() throws IOException {
        if (process.isAlive()) stop();
        var errors = newErrors();
        if (!errors.isEmpty()) {
            keepEvidence();
            fail("errors nobody announced, in " + log() + ":\n" + String.join("\n", errors));
        }
        if (!evidence) deleteTree(home);
    }

    private String firstLine(Process started) throws IOException {
        var first = new CompletableFuture<String>();
        Thread.ofVirtual().start(() -> drain(started, first));
        try {
            return first.get(START_MAX.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | InterruptedException e) {
            started.destroyForcibly();
            keepEvidence();
            var lines = Files.readAllLines(log());
            var tail = lines.subList(Math.max(0, lines.size() - 30), lines.size());
            throw new IOException("the server did not get ready: " + e + "\n" + String.join("\n", tail), e);
        }
    }

    private static void drain(Process started, CompletableFuture<String> first) {
        try (BufferedReader lines = started.inputReader()) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) first.complete(line);
        } catch (IOException e) {
            first.completeExceptionally(e);
        }
        first.completeExceptionally(new IOException("it ended without a word on standard output"));
    }

    private static List<String> command(Path data, String kafka, String http, List<String> settings)
            throws IOException {
        var command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(Jvm.launcherFlags());
        command.addAll(List.of(
                "-cp",
                Files.readString(Jvm.target().resolve("server.classpath")).strip()));
        command.addAll(List.of("io.braid.server.Main", "server", "--data", data.toString()));
        command.addAll(List.of("--kafka", kafka, "--http", http));
        command.addAll(settings);
        return command;
    }

    private static Path newHome(String name) throws IOException {
        var servers = Files.createDirectories(Jvm.target().resolve("servers"));
        return Files.createTempDirectory(servers, name + "-");
    }

    private static void deleteTree(Path root) throws IOException {
        try (var paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(RunningServer::delete);
        }
    }

    private static void delete(File file) {
        if (!file.delete()) throw new UncheckedIOException(new IOException("could not delete " + file));
    }
}
