package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.server.Configuration.Given;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class ServerArgumentsTest {
    @Test
    void aPlainLineIsRead() {
        var line = "--config braid.yaml --data=dir --kafka 127.0.0.1:0 --set a.b=c --set stream.x=y=z";

        var expected = new ServerArguments(
                Optional.of(Path.of("braid.yaml")),
                List.of(
                        new Given("data", "dir", "--data"),
                        new Given("kafka.listen", "127.0.0.1:0", "--kafka"),
                        new Given("a.b", "c", "--set"),
                        new Given("stream.x", "y=z", "--set")));
        assertEquals(Optional.of(expected), plain(line));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--data dir",
                "--data=dir --http 127.0.0.1:1 --http-tls self-signed",
                "--kafka [::1]:9092 --http=0.0.0.0:0 --config x.yaml",
                "--set a=b --set=c=d --set e=f=g",
            })
    void picocliReadsItTheSameWay(String line) {
        assertEquals(sorted(byPicocli(line)), sorted(plain(line).orElseThrow()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "-h",
                "--data",
                "--data --kafka",
                "--data=",
                "--data a --data b",
                "--dat a",
                "--set a",
                "--set =a",
                "dir"
            })
    void everythingElseIsLeftToPicocli(String line) {
        assertEquals(Optional.empty(), plain(line));
    }

    private static Optional<ServerArguments> plain(String line) {
        return ServerArguments.plain(List.of(line.split(" ")));
    }

    private static ServerArguments byPicocli(String line) {
        var nowhere = new PrintWriter(Writer.nullWriter());
        var command =
                new ServerCommand(new Commands.Terminal(InputStream.nullInputStream(), nowhere, nowhere, Map.of()));
        new CommandLine(command.spec()).parseArgs(line.split(" "));
        return command.arguments();
    }

    /// The order of different flags means nothing.
    private static ServerArguments sorted(ServerArguments arguments) {
        return new ServerArguments(
                arguments.config(),
                arguments.flags().stream()
                        .sorted(Comparator.comparing(Given::toString))
                        .toList());
    }
}
