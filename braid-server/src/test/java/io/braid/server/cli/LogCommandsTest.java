package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Header;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.StoredBatches.Found;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `braid log …` on a directory that a log has left: partition 0 has three batches with a record each, partition 1 one
/// batch of all kinds of records.
class LogCommandsTest {
    private static final UUID STREAM = new UUID(1, 2);
    private static final PartitionId FIRST = new PartitionId(STREAM, 0);
    private static final PartitionId SECOND = new PartitionId(STREAM, 1);

    @TempDir
    Path directory;

    @BeforeEach
    void write() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            log.createAll(List.of(FIRST, SECOND), PartitionConfig.DEFAULT);
            for (var value : List.of("one", "two", "three"))
                append(log, FIRST, new BatchBuilder(5).add(5, text("k"), text(value)));
            append(
                    log,
                    SECOND,
                    new BatchBuilder(6)
                            .producer(7, (short) 3, 0)
                            .add(6, BatchBuilder.ABSENT, text("schl\u00fcssel"))
                            .add(
                                    8,
                                    MemorySegment.ofArray(new byte[] {(byte) 0xff}),
                                    BatchBuilder.ABSENT,
                                    new Header("h", text("x"))));
        }
    }

    @Test
    void recordsAreLinesOfJson() {
        assertEquals("""
            {"stream":"S","partition":0,"offset":0,"timestamp":5,"key":"k","value":"one"}
            {"stream":"S","partition":0,"offset":1,"timestamp":5,"key":"k","value":"two"}
            {"stream":"S","partition":0,"offset":2,"timestamp":5,"key":"k","value":"three"}
            {"stream":"S","partition":1,"offset":0,"timestamp":6,"value":"schl\\u00FCssel"}
            {"stream":"S","partition":1,"offset":1,"timestamp":8,"keyBase64":"/w==","headers":[{"name":"h","value":"x"}]}
            exit 0
            """.replace("\"S\"", "\"" + STREAM + "\""), dump());
    }

    @Test
    void partitionsAndOffsetsAreChosen() {
        assertEquals("two exit 0", values(dump("--partition", "0", "--from", "1", "--to", "2")));
        assertEquals("one exit 0", values(dump("--stream", STREAM.toString(), "--to", "1", "--partition", "0")));
        assertEquals("exit 0", values(dump("--partition", "7")));
        assertEquals("exit 0", values(dump("--from", "3")));
        assertEquals(
                "braid: there is no stream orders in %s\nexit 2\n".formatted(directory), dump("--stream", "orders"));
    }

    @Test
    void batchesAreShownByTheirHeaders() {
        var lines = dump("--batches").lines().toList();

        assertEquals(5, lines.size(), lines::toString);
        assertEquals(
                "{'stream':'%s','partition':1,'baseOffset':0,'lastOffset':1,'records':2,'bytes':%d,'file':'%s','position':64,"
                                .formatted(STREAM, size(SECOND) - 64, file(SECOND))
                                .replace('\'', '"')
                        + "'leaderEpoch':0,'compression':'none','timestamps':'create','baseTimestamp':6,'maxTimestamp':8,'producerId':7,'producerEpoch':3,'baseSequence':0}"
                                .replace('\'', '"'),
                lines.get(3));
    }

    @Test
    void damageIsALineAndTheRestFollows() throws IOException {
        flip(FIRST, 64 + 71 + 65);

        var lines = dump("--partition", "0").lines().toList();

        assertEquals("exit 1", lines.getLast());
        assertEquals(List.of("one", "three"), List.of(values(lines.get(0)), values(lines.get(2))));
        assertTrue(
                lines.get(1)
                        .matches("\\{.*\"damaged\":\"checksum"
                                + " .*\",\"firstOffset\":1,\"nextOffset\":2,\"file\":\".*log\",\"position\":\\d+}"),
                lines.get(1));
    }

    @Test
    void aReaderThatHasGoneEndsTheDump() throws Exception {
        try (var log = Log.open(new LogConfig(directory), InstantSource.system())) {
            for (int batch = 0; batch < 10; batch++) {
                var many = new BatchBuilder(5);
                for (int i = 0; i < 2000; i++) many.add(5, text("k"), text("v"));
                append(log, SECOND, many);
            }
        }
        var taken = new AtomicInteger();
        var gone = new Writer() {
            @Override
            public void write(char[] text, int from, int count) throws IOException {
                taken.addAndGet(count);
                throw new IOException("Broken pipe");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        var nowhere = new PrintWriter(new StringWriter());
        var terminal =
                new Commands.Terminal(new ByteArrayInputStream(new byte[0]), new PrintWriter(gone), nowhere, Map.of());

        int code = Commands.execute(new String[] {"log", "dump", directory.toString()}, terminal);

        assertEquals(0, code);
        assertTrue(taken.get() < 1_000_000, () -> taken + " characters were written to nobody");
    }

    @Test
    void theMarksOfATransactionAreNamed() throws Exception {
        var marker = new BatchBuilder(9)
                .producer(7, (short) 3, -1)
                .add(9, MemorySegment.ofArray(new byte[] {0, 0, 0, 1}), MemorySegment.ofArray(new byte[] {
                    0, 0, 0, 0, 0, 4
                }))
                .build();
        marker.bytes().set(ValueLayout.JAVA_BYTE, 22, (byte) 0x30); // transactional, control
        var lines = new DumpLines("s", 0, 0, 9);
        var found = new Found.Whole(marker, "f", 64);

        var record = Json.write(lines.records(found).iterator().next());
        var batch = Json.write(lines.batch(found));

        assertEquals(
                "{'stream':'s','partition':0,'offset':0,'timestamp':9,'control':'commit','coordinatorEpoch':4,'producerId':7,'producerEpoch':3,'transactional':true}"
                        .replace('\'', '"'),
                record);
        assertTrue(batch.endsWith("\"transactional\":true,\"control\":\"commit\"}"), batch);
    }

    @Test
    void aBatchThatDoesNotDecompressIsOneLine() {
        var bytes = new BatchBuilder(9).add(9, text("k"), text("v")).build();
        bytes.bytes().set(ValueLayout.JAVA_BYTE, 22, (byte) 1); // says gzip

        var lines = new ArrayList<String>();
        new DumpLines("s", 0, 0, 9)
                .records(new Found.Whole(bytes, "f", 64))
                .forEach(line -> lines.add(Json.write(line)));

        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().contains("\"unreadable\":\"batch at 0: its "), lines::toString);
    }

    @Test
    void aWholeDirectoryIsVerified() {
        var said = braid("log", "verify", directory.toString());

        assertEquals(
                "verified 100%% of %1$s\n2 partitions, 2 segments, %1$s of batches: nothing is lost\nexit 0\n"
                        .formatted(bytesOfBatches()),
                withoutNames(said));
    }

    @Test
    void whatIsLostIsNamedWithItsPlace() throws IOException {
        flip(FIRST, 64 + 71 + 65);

        var lines = braid("log", "verify", directory.toString()).lines().toList();

        assertEquals("exit 1", lines.getLast());
        assertTrue(lines.get(lines.size() - 2).endsWith(": 1 place lost"), lines::toString);
        var finding = lines.stream()
                .filter(line -> line.startsWith("LOST"))
                .findFirst()
                .orElseThrow();
        assertTrue(
                finding.matches("LOST      %s at \\d+ \\(%s, partition 0\\): checksum .* offsets 1 to 1 are refused, .*"
                        .formatted(file(FIRST), STREAM)),
                finding);
    }

    private String bytesOfBatches() {
        return size(FIRST) + size(SECOND) - 128 + " bytes";
    }

    private static String withoutNames(String said) {
        return said.lines()
                .filter(line -> !line.startsWith("braid: streams are shown"))
                .reduce("", (all, line) -> all + line + "\n");
    }

    private Path file(PartitionId id) {
        return directory.resolve("partitions/%s/%020d.log".formatted(id, 0));
    }

    private long size(PartitionId id) {
        return file(id).toFile().length();
    }

    private void flip(PartitionId id, int position) throws IOException {
        byte[] bytes = Files.readAllBytes(file(id));
        bytes[position] ^= 1;
        Files.write(file(id), bytes);
    }

    private static void append(Log log, PartitionId id, BatchBuilder builder) throws Exception {
        Batch batch = builder.build();
        log.partition(id).orElseThrow().append(batch).get();
    }

    private static MemorySegment text(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String values(String lines) {
        var found = new ArrayList<String>();
        for (var line : lines.lines().toList())
            found.add(line.startsWith("{") ? line.replaceAll(".*\"value\":\"(\\w+)\".*", "$1") : line);
        return String.join(" ", found);
    }

    private String dump(String... more) {
        var line = new ArrayList<>(List.of("log", "dump", directory.toString()));
        line.addAll(List.of(more));
        return withoutNames(braid(line.toArray(String[]::new)));
    }

    private static String braid(String... line) {
        var said = new StringWriter();
        var out = new PrintWriter(said, true);
        var terminal = new Commands.Terminal(new ByteArrayInputStream(new byte[0]), out, out, Map.of());
        int code = Commands.execute(line, terminal);
        return said + "exit " + code + "\n";
    }
}
