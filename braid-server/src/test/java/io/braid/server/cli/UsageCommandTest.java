package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.server.Server;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `braid usage` against a server in this process, whose clock is moved by hand.
@Timeout(120)
class UsageCommandTest {
    @TempDir
    Path directory;

    private volatile Instant now = Instant.parse("2026-11-23T10:00:00Z");

    @Test
    void whatWasUsedIsShownWithWhatItWouldCost() throws Exception {
        var data = directory.resolve("data").toString();
        var line = List.of("--data", data, "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0");
        var configuration = ServerArguments.plain(line).orElseThrow().configuration(Map.of());
        try (var server = Server.start(configuration, () -> now, new Random(1))) {
            braid(server, "stream", "create", "orders", "--shards", "2");
            braid(server, "stream", "put", "orders", "x".repeat(30_000), "--key", "k");
            now = now.plus(Duration.ofHours(1));

            assertEquals("""
                STREAM  MODE         AMOUNT    OF                         PRICE  USD
                orders  provisioned  2.000000  shard hours                0.015  0.0300
                orders  provisioned  0.000002  million PUT payload units  0.014  0.0000

                2026-11-01 to 2026-11-23 (UTC): the same on Amazon (us-east-1, prices of 2026-11-27, https://aws.amazon.com/kinesis/data-streams/pricing/) would cost 0.0300 USD.
                exit 0
                """, braid(server, "usage"));

            var sheet = directory.resolve("sheet.yaml");
            Files.writeString(
                    sheet, own().replace("shard-hour: 0.015", "shard-hour: 2").replace("USD", "EUR"));
            var byDay = braid(
                    server,
                    "usage",
                    "--by",
                    "day",
                    "--prices",
                    sheet.toString(),
                    "--from",
                    "2026-11-23",
                    "--stream",
                    "orders");
            assertTrue(byDay.contains("2026-11-23  provisioned  2.000000  shard hours"), byDay);
            assertTrue(byDay.contains("would cost 4.0000 EUR.\n"), byDay);

            var json = braid(server, "usage", "--json");
            assertTrue(
                    json.contains("\"charges\":[{\"stream\":\"orders\",\"charge\":\"provisioned.shard-hour\","
                            + "\"amount\":2.0,\"price\":0.015,\"cost\":0.03}"),
                    json);
            assertTrue(json.contains("\"payload_units\":2,"), json);

            assertEquals(
                    "braid: there was no stream other from 2026-11-01 to 2026-11-23: leave --stream out to see"
                            + " all\nexit 1\n",
                    braid(server, "usage", "--stream", "other"));
        }
    }

    private static String own() throws Exception {
        try (var sheet = PriceSheet.class.getResourceAsStream("prices.yaml")) {
            return new String(sheet.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        }
    }

    @Test
    void theSheetThatTheProgramComesWithHasAPriceForAll() throws Exception {
        var sheet = PriceSheet.of(Optional.empty());

        for (var charge : Charge.values()) assertTrue(sheet.price(charge) > 0, charge.key());
    }

    @Test
    void everyMistakeInASheetIsNamed() throws Exception {
        var file = directory.resolve("sheet.yaml");
        Files.writeString(
                file,
                own().replace("shard-hour: 0.015\n  million", "shrad-hour: 0.015\n  million")
                        .replace("gb-in: 0.080", "gb-in: cheap")
                        .replace("date: 2026-11-27\n", ""));

        var failure = assertThrows(Failure.class, () -> PriceSheet.of(Optional.of(file)));

        var lines = failure.getMessage().replace(file.toString(), "sheet.yaml").lines();
        assertEquals(
                List.of(
                        "the prices cannot be used:",
                        "  sheet.yaml:11: nothing is billed as provisioned.shrad-hour",
                        "  sheet.yaml:21: on-demand.gb-in = cheap: must be a price like 0.015",
                        "  date: is missing",
                        "  provisioned.shard-hour: is missing: write 0 if it costs nothing"),
                lines.toList());
    }

    /// Everything the command said, and how it ended.
    private static String braid(Server server, String... line) {
        var said = new StringWriter();
        var out = new PrintWriter(said, true);
        var terminal = new Commands.Terminal(new ByteArrayInputStream(new byte[0]), out, out, Map.of());
        var arguments = new ArrayList<>(List.of(line));
        arguments.addAll(List.of("--http", server.http().toString()));
        int code = Commands.execute(arguments.toArray(String[]::new), terminal);
        return said + "exit " + code + "\n";
    }
}
