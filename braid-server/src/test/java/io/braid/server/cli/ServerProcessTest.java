package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.server.Main;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The real process: what it prints, how it ends.
@Timeout(120)
class ServerProcessTest {
    private static final Duration END = Duration.ofSeconds(60);
    private static final Pattern READY =
            Pattern.compile("ready kafka=127\\.0\\.0\\.1:(\\d+) http=127\\.0\\.0\\.1:(\\d+) data=(.+) in \\d+ ms");

    private static final String ANY_HTTPS_PORT = "http.tls.listen=127.0.0.1:0";

    private final List<Process> started = new ArrayList<>();

    @TempDir
    Path directory;

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void itSaysWhereItIsAndStopsCleanlyWhenTold() throws Exception {
        var server = start("--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0");

        var ready = server.inputReader().readLine();

        var line = READY.matcher(String.valueOf(ready));
        assertTrue(line.matches(), () -> ready + "\n" + log());
        assertEquals(data().toString(), line.group(3));
        new java.net.Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(line.group(1))).close();
        new java.net.Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(line.group(2))).close();
        server.destroy();
        assertEquals(0, end(server));
    }

    @Test
    void withHttpsItSaysWhereThatIsAndWhatToTrust() throws Exception {
        var server = start(
                "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0", "--http-tls=self-signed", "--set", ANY_HTTPS_PORT);

        var ready = server.inputReader().readLine();
        var trust = server.inputReader().readLine();

        assertTrue(
                ready.matches("ready kafka=\\S+ http=\\S+ https=127\\.0\\.0\\.1:\\d+ data=.+"),
                () -> ready + "\n" + log());
        assertEquals(
                "clients trust https with the certificate %s (AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS name such a file)"
                        .formatted(data().resolve("tls/certificate.pem")),
                trust);
        assertTrue(Files.exists(data().resolve("tls/certificate.pem")));
        server.destroy();
        assertEquals(0, end(server));
    }

    @Test
    void aTakenPortIsOneSentence() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = "127.0.0.1:" + taken.getLocalPort();

            int kafka = end(start("--kafka", address, "--http", "127.0.0.1:0"));
            var kafkaSaid = lastLine();
            int http = end(start("--kafka", "127.0.0.1:0", "--http", address));
            var httpSaid = lastLine();

            var sentence = "braid: %s is taken by another program: stop that, or choose another port with %s HOST:PORT "
                    + "(port 0 takes a free one)";
            assertEquals(List.of(1, 1), List.of(kafka, http));
            assertEquals(sentence.formatted(address, "--kafka"), kafkaSaid);
            assertEquals(sentence.formatted(address, "--http"), httpSaid);
        }
    }

    @Test
    void aLockedDirectoryIsOneSentence() throws Exception {
        var first = start("--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0");
        assertTrue(READY.matcher(String.valueOf(first.inputReader().readLine())).matches(), this::log);

        int code = end(start("--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"));

        assertEquals(1, code);
        var said = lastLine();
        assertTrue(said.startsWith("braid: ") && said.contains(data().toString()), said);
        assertFalse(log().contains("\tat "), this::log);
    }

    @Test
    void badSettingsAreNamedWithTheirLinesBeforeAnythingIsOpened() throws Exception {
        var file = Files.writeString(directory.resolve("braid.yaml"), "kafka:\n  lisen: 127.0.0.1:0\n");

        int code = end(start("--config", file.toString(), "--http", "4566"));

        assertEquals(2, code);
        assertEquals("""
            braid: 2 settings are not right:
              %s:2: there is no setting kafka.lisen; did you mean kafka.listen?
              --http: http.listen = 4566: must be HOST:PORT, as in 127.0.0.1:9092
            """.formatted(file), log());
        assertFalse(Files.exists(data()));
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "server",
                "--data",
                data().toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(errors().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("BRAID_"));
        var process = builder.start();
        started.add(process);
        return process;
    }

    private static int end(Process process) throws InterruptedException {
        assertTrue(process.waitFor(END.toSeconds(), TimeUnit.SECONDS), "the process did not end");
        return process.exitValue();
    }

    private Path data() {
        return directory.resolve("data");
    }

    private Path errors() {
        return directory.resolve("errors.txt");
    }

    private String log() {
        try {
            return Files.readString(errors());
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    private String lastLine() {
        return log().lines().toList().getLast();
    }
}
