package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/// `braid log …` on the directory of a real server: while it runs, after it was killed, after its disk was damaged.
class LogToolsTest {
    private static final int RECORDS = 50;

    @Test
    void aDirectoryIsReadWhileItIsUsedAndCheckedOnceItIsNot() throws Exception {
        try (var server = RunningServer.startToBeKilled("log-tools")) {
            var kafka = new OldestClient(server.kafka(), "log-tools");
            var topic = kafka.createTopic("topic", 2);
            produce(kafka, topic);
            var data = server.data();

            for (var word : List.of("verify", "dump")) {
                var refused = LogTool.run(word, data);
                assertEquals(2, refused.exit(), refused::toString);
                assertTrue(
                        refused.err().contains("data directory " + data + " is in use by process " + server.pid()),
                        refused::toString);
            }
            assertEquals(
                    RECORDS,
                    values(LogTool.run("dump", data, "--while-running", "--stream", topic))
                            .size());

            server.kill();
            var before = contents(data);
            var verified = LogTool.run("verify", data);
            assertEquals(0, verified.exit(), verified::toString);
            assertTrue(verified.out().contains("of batches: nothing is lost"), verified::toString);
            var values = values(LogTool.run("dump", data, "--stream", topic));
            assertEquals(RECORDS, values.size());
            assertTrue(values.contains("value 7."), values::toString);
            assertEquals(before, contents(data), "nothing was changed");

            server.live();
            assertEquals(0, server.stop());
            var segment = damage(data, "value 7.");
            var lost = LogTool.run("verify", data);
            assertEquals(1, lost.exit(), lost::toString);
            assertTrue(
                    lost.out().matches("(?s)LOST      " + segment + " at \\d+ \\(" + topic + ", partition 1\\): .*"),
                    lost::toString);
            var left = LogTool.run("dump", data, "--stream", topic);
            assertEquals(1, left.exit(), left::toString);
            assertEquals(RECORDS - 1, values(left).size());
        }
    }

    private static void produce(OldestClient kafka, String topic) throws Exception {
        try (var producer = kafka.producer(Map.of("batch.size", "1", "enable.idempotence", "true"))) {
            for (int i = 0; i < RECORDS; i++)
                producer.send(new ProducerRecord<>(topic, i % 2, kafka.bytes("k"), kafka.bytes("value " + i + ".")))
                        .get();
        }
    }

    private static List<String> values(Finished dump) {
        return dump.out()
                .lines()
                .filter(line -> line.contains("\"value\":"))
                .map(line -> line.replaceAll(".*\"value\":\"([^\"]*)\".*", "$1"))
                .toList();
    }

    private static Map<String, String> contents(Path data) throws IOException {
        var contents = new TreeMap<String, String>();
        try (var files = Files.walk(data)) {
            for (var file : files.filter(Files::isRegularFile).toList())
                contents.put(
                        data.relativize(file).toString(),
                        "%s %08x"
                                .formatted(Files.getLastModifiedTime(file), Arrays.hashCode(Files.readAllBytes(file))));
        }
        return contents;
    }

    /// Flips a bit of this text in the one segment that has it.
    private static Path damage(Path data, String text) throws IOException {
        try (var files = Files.walk(data.resolve("partitions"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at < 0) continue;
                bytes[at] ^= 1;
                Files.write(file, bytes);
                return file;
            }
        }
        throw new AssertionError(text + " is in no segment");
    }
}
