package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {
    /// What `./braid bench --list` prints; `-Drewrite` writes it anew.
    private static final Path LIST = Path.of("src/test/resources/io/braid/bench/list.txt");

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter errors = new StringWriter();

    @Test
    void theListNamesEveryMeasurementItsPeerAndItsTargets() throws IOException {
        assertEquals(0, execute("bench", "--list"));

        if (System.getProperty("rewrite") != null) Files.writeString(LIST, out.toString());
        assertEquals(Files.readString(LIST), out.toString());
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertEquals(2, execute("bench", "produce", "speed"));

        assertEquals(
                "no measurement is named speed; there are produce, consume, start, durable, kinesis-put,"
                    + " kinesis-put-small, kinesis-put-one, kinesis-get, kinesis-put-cbor, kinesis-put-small-cbor,"
                    + " kinesis-put-one-cbor, kinesis-get-cbor, kinesis-discard, kinesis-discard-cbor, kinesis-start,"
                    + " kinesis-fanout, partitions, durable-1000, produce-1000, produce-os, produce-small,"
                    + " produce-lz4, produce-10, produce-1, produce-100, consume-group, transactions, connections,"
                    + " scale, catch-up, latency",
                errors.toString().lines().findFirst().orElseThrow());
    }

    @Test
    void aSettingThatMeasuresNothingIsMisuse() {
        for (var arguments : List.of("--pairs 0", "--pairs 100", "--records 0", "--seconds 0")) {
            assertEquals(2, execute(("bench produce " + arguments).split(" ")), arguments);
        }
        assertEquals(2, execute("bench"));
    }

    @Test
    void onlyLatencyDraws() {
        assertEquals(2, execute("bench", "produce", "--svg", "some.svg"));

        assertTrue(errors.toString().startsWith("--svg draws what latency finds"), errors::toString);
    }

    private int execute(String... arguments) {
        return Main.commandLine(new PrintStream(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
