package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help;

/// What the command line says, as transcripts: `-Drewrite` updates them, the diff is the review.
class CommandsTest {
    private static final Path TRANSCRIPTS = Path.of("src", "test", "transcripts");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "server --help",
                "stream --help",
                "stream list --help",
                "stream create --help",
                "stream describe --help",
                "stream delete --help",
                "stream put --help",
                "stream tail --help",
                "usage --help",
                "usage --by month",
                "usage --from yesterday",
                "usage --from 2026-11-02 --to 2026-11-01",
                "usage --prices target/nowhere.yaml",
                "log --help",
                "log verify --help",
                "log dump --help",
                "log verify target/nowhere",
                "log dump",
                "stream",
                "sevrer",
                "server --kafak 127.0.0.1:0",
                "server --set kafka.listen",
                "server --set kafka.lisen=127.0.0.1:0 --kafka 9092 --http 0.0.0.0:0",
                "server --config target/nowhere.yaml",
                "stream tail",
                "stream list --http nonsense",
                "demo"
            })
    void theCommandLineSaysWhatItSaid(String line) throws IOException {
        int code = run(line);

        var transcript = "$ braid %s\n%s%sexit %d\n".formatted(line, out, err, code);
        var file = TRANSCRIPTS.resolve(line.replaceAll("[^a-zA-Z0-9]+", "-").replaceAll("^-|-$", "") + ".txt");
        if (System.getProperty("rewrite") != null) {
            Files.createDirectories(TRANSCRIPTS);
            Files.writeString(file, transcript);
        }
        assertEquals(Files.readString(file), transcript, "run with -Drewrite and read the diff");
    }

    @Test
    void aServerThatIsNotThereIsSaid() {
        int code = run("stream list --http 127.0.0.1:1");

        assertEquals(Commands.FAILED, code);
        assertEquals(
                "braid: no Kinesis server answers at http://127.0.0.1:1: start one with ./braid server, or name another"
                        + " with --http HOST:PORT\n",
                err.toString());
    }

    private int run(String line) {
        var terminal = new Commands.Terminal(
                new ByteArrayInputStream(new byte[0]),
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Map.of());
        return Commands.commands(terminal)
                .setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .execute(line.split(" "));
    }
}
