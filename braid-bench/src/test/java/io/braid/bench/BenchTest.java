package io.braid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class BenchTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final StringWriter errors = new StringWriter();

    @Test
    void theListNamesEveryMeasurementItsPeerAndItsTargets() {
        assertEquals(0, execute("bench", "--list"));

        assertEquals("""
            produce      produce 1 KB records, acks=all, 6 partitions; Braid synced to disk, Kafka with its defaults (not synced)
                         beside kafka; targets: throughput >= 1.0x, server CPU <= 0.5x, resident memory <= 0.3x
            consume      consume 1 KB records from 6 partitions, the group's joining not counted
                         beside kafka; targets: throughput >= 1.0x, server CPU <= 0.5x
            start        from starting the process, over an empty data directory, to the first acknowledged record
                         beside kafka; targets: start to first acknowledged record <= 0.2x
            durable      produce 1 KB records, acks=all, 100 partitions; both synced (Kafka: log.flush.interval.messages=1)
                         beside kafka; targets: throughput >= 3.0x
            kinesis-put  PutRecords, 500 x 1 KB a call, 8 connections, HTTP/1.1 and JSON; Braid synced to disk, kinesalite in memory
                         beside kinesalite; targets: throughput >= 20.0x
            kinesis-get  GetRecords, 500 x 1 KB a call, 8 connections, HTTP/1.1 and JSON; Braid synced to disk, kinesalite in memory
                         beside kinesalite; targets: throughput >= 20.0x
            """, out.toString());
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertEquals(2, execute("bench", "produce", "speed"));

        assertEquals(
                "no measurement is named speed; there are produce, consume, start, durable, kinesis-put, kinesis-get",
                errors.toString().lines().findFirst().orElseThrow());
    }

    @Test
    void aSettingThatMeasuresNothingIsMisuse() {
        for (var arguments : List.of("--pairs 0", "--pairs 100", "--records 0", "--seconds 0")) {
            assertEquals(2, execute(("bench produce " + arguments).split(" ")), arguments);
        }
        assertEquals(2, execute("bench"));
    }

    private int execute(String... arguments) {
        return Main.commandLine(new PrintStream(out, true))
                .setErr(new PrintWriter(errors, true))
                .execute(arguments);
    }
}
