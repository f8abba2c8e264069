package io.braid.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.bench.TestServer;
import io.braid.bench.process.Braid;
import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

@Timeout(120)
class DemoTest {
    @Test
    void whatGoesInByKinesisComesOutByKafka() throws IOException, InterruptedException {
        try (var workplace = new Workplace(Home.find());
                var braid = Braid.start(workplace, TestServer.LAUNCHER, List.of())) {
            var http = "127.0.0.1:" + braid.http().getPort();

            int exitCode = new CommandLine(new DemoCommand(System.out).spec())
                    .execute(
                            "--kafka",
                            braid.bootstrap(),
                            "--http",
                            http,
                            "--speed",
                            "0",
                            "--records",
                            "3000",
                            "--shards",
                            "3");

            assertEquals(0, exitCode);
        }
    }

    @Test
    void whatCannotBeDoneIsMisuse() {
        for (var arguments : List.of("--shards 0", "--shards 65", "--speed -1", "--records 0", "--data weather")) {
            var line = new CommandLine(new DemoCommand(System.out).spec()).setErr(new PrintWriter(new StringWriter()));

            assertEquals(2, line.execute(arguments.split(" ")), arguments);
        }
    }

    @Test
    void halfAnAddressIsRefused() {
        var errors = new StringWriter();

        int exitCode = new CommandLine(new DemoCommand(System.out).spec())
                .setErr(new PrintWriter(errors))
                .execute("--kafka", "127.0.0.1:9092");

        assertEquals(2, exitCode);
        assertTrue(errors.toString().startsWith("--kafka and --http name one running server"), errors::toString);
    }
}
