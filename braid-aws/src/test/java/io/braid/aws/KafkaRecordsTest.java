package io.braid.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import io.braid.broker.Partition;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Compression;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import io.braid.log.TransactionStatus;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What GetRecords makes of records that no Kinesis client put, and what a put looks like in the log.
class KafkaRecordsTest {
    private static final Pattern RECORD = Pattern.compile("\"Data\":\"([^\"]*)\",\"PartitionKey\":\"([^\"]*)\"");

    private TestServer server;
    private Partition partition;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
        server.broker().create(NewStream.of("s", 1));
        partition = server.broker().partition("s", 0).orElseThrow();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(UTF_8));
    }

    private void append(Batch batch) throws Exception {
        assertInstanceOf(Appended.class, partition.log().append(batch).get(30, TimeUnit.SECONDS));
    }

    private String records(String limit) throws Exception {
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];
        return server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"" + limit + "}")
                .body();
    }

    private static List<String> shown(String body) {
        return RECORD.matcher(body)
                .results()
                .map(match ->
                        match.group(2) + "=" + new String(Base64.getDecoder().decode(match.group(1)), UTF_8))
                .toList();
    }

    @Test
    void missingAndBinaryKeysAndMissingValuesHaveAReading() throws Exception {
        var binary = MemorySegment.ofArray("\u00ff\u00fe".getBytes(ISO_8859_1));
        append(new BatchBuilder(5)
                .add(5, bytes("key"), bytes("value"))
                .add(5, BatchBuilder.ABSENT, bytes("no key"))
                .add(5, bytes(""), bytes("empty key"))
                .add(5, binary, bytes("binary key"))
                .add(5, bytes("schl\u00fcssel"), BatchBuilder.ABSENT)
                .build());

        var body = records("");

        assertEquals(
                List.of("key=value", "-=no key", "-=empty key", "//4==binary key", "schl\u00fcssel="), shown(body));
    }

    @Test
    void aLimitMayEndInTheMiddleOfABatch() throws Exception {
        append(new BatchBuilder(5)
                .add(5, bytes("a"), bytes("1"))
                .add(5, bytes("b"), bytes("2"))
                .add(5, bytes("c"), bytes("3"))
                .build());

        var first = records(",\"Limit\":2");
        var next = first.split("\"NextShardIterator\":\"")[1].split("\"")[0];
        var second = server.call("GetRecords", "{\"ShardIterator\":\"" + next + "\"}")
                .body();

        assertEquals(List.of("a=1", "b=2"), shown(first));
        assertEquals(List.of("c=3"), shown(second));
    }

    @Test
    void anAnswerEndsAtTenMebibytesButALargerRecordIsShownAlone() throws Exception {
        append(new BatchBuilder(5).add(5, bytes("a"), bytes("small")).build());
        append(new BatchBuilder(5)
                .add(5, bytes("b"), MemorySegment.ofArray(new byte[11 << 20]))
                .build());

        var first = records("");
        var next = first.split("\"NextShardIterator\":\"")[1].split("\"")[0];
        var second = server.call("GetRecords", "{\"ShardIterator\":\"" + next + "\"}")
                .body();

        assertEquals(List.of("a=small"), shown(first));
        assertEquals(1, shown(second).size());
        assertEquals(2 + (11 << 20), shown(second).getFirst().length());
    }

    @Test
    void recordsOfATimelessProducerAreShownAsOfTheEpoch() throws Exception {
        append(new BatchBuilder(-1).add(-1, bytes("a"), bytes("1")).build());

        var body = records("");

        assertEquals(List.of("a=1"), shown(body));
        assertEquals("0.000", body.split("\"ApproximateArrivalTimestamp\":")[1].split(",")[0]);
    }

    @Test
    void reachingTheTrimmedPartGoesOnWithTheOldestRecord() throws Exception {
        append(new BatchBuilder(5).add(5, bytes("a"), bytes("1")).build());
        append(new BatchBuilder(5).add(5, bytes("b"), bytes("2")).build());
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];

        partition.log().deleteBefore(1).get(30, TimeUnit.SECONDS);
        var body = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();

        assertEquals(List.of("b=2"), shown(body));
    }

    @Test
    void abortedRecordsAndMarkersAreNotShownAndOpenTransactionsNotReached() throws Exception {
        appendInTransaction(7, "aborted");
        appendInTransaction(8, "committed");
        end(7, false);
        append(new BatchBuilder(5).add(5, bytes("k"), bytes("plain")).build());
        end(8, true);
        appendInTransaction(7, "open");
        append(new BatchBuilder(5).add(5, bytes("k"), bytes("behind it")).build());

        var shown = shown(records(""));
        end(7, true);

        assertEquals(List.of("k=committed", "k=plain"), shown);
        assertEquals(List.of("k=committed", "k=plain", "k=open", "k=behind it"), shown(records("")));
    }

    private void appendInTransaction(long producer, String value) throws Exception {
        var log = partition.log();
        short epoch = log.transaction(producer) instanceof TransactionStatus.Ended(long _, short ended) ? ended : 0;
        var batch = new BatchBuilder(5)
                .producer(producer, epoch, 0)
                .transactional()
                .add(5, bytes("k"), bytes(value))
                .build();
        assertInstanceOf(
                Appended.class, log.append(batch, log.transaction(producer)).get(30, TimeUnit.SECONDS));
    }

    /// With the next epoch, as transactions of version 2 end.
    private void end(long producer, boolean isCommit) throws Exception {
        var log = partition.log();
        if (!(log.transaction(producer) instanceof TransactionStatus.Open(long _, short epoch)))
            throw new IOException();
        short next = (short) (epoch + 1);
        assertInstanceOf(
                Appended.class,
                log.endTransaction(producer, next, isCommit, true, 1).get(30, TimeUnit.SECONDS));
    }

    @Test
    void onePutRecordsIsOneBatchAndKeepsExplicitHashKeysAsHeaders() throws Exception {
        server.call("PutRecords", """
            {"StreamName":"s","Records":[{"Data":"MQ==","PartitionKey":"a"},
            {"Data":"Mg==","PartitionKey":"b","ExplicitHashKey":"17"}]}\
            """);

        var found = (ReadOutcome.Found) partition.log().read(0, partition.log().end(), 1 << 20);
        Batch batch;
        try (var slice = found.slice()) {
            batch = new Batch(slice.load());
        }
        var cursor = new RecordCursor(batch, batch.payload());

        assertEquals(2, batch.recordCount());
        assertEquals(server.now().toEpochMilli(), batch.baseTimestamp());
        cursor.next();
        assertEquals(List.of(), cursor.headers());
        cursor.next();
        assertEquals("kinesis.explicit-hash-key", cursor.headers().getFirst().name());
        assertEquals(-1, bytes("17").mismatch(cursor.headers().getFirst().value()));
    }

    @Test
    void anAnswerOfManyBatchesAndWritesIsWhole() throws Exception {
        var expected = new ArrayList<String>();
        for (int batch = 0; batch < 40; batch++) {
            var builder = new BatchBuilder(5);
            for (int i = 0; i < 5; i++) {
                var value = (batch + "-" + i + "-").repeat(600);
                builder.add(5, bytes("k"), bytes(value));
                expected.add("k=" + value);
            }
            append(builder.build());
        }

        assertEquals(expected, shown(records("")));
        assertEquals(expected.subList(0, 123), shown(records(",\"Limit\":123")));
    }

    @Test
    void aPutIsKeptInTheCodecOfItsStream() throws Exception {
        server.broker().configure("s", Map.of("compression.type", Optional.of("gzip")));
        var data = Base64.getEncoder().encodeToString("data ".repeat(1000).getBytes(UTF_8));

        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"" + data + "\"}");

        try (var slice = assertInstanceOf(
                        ReadOutcome.Found.class, partition.log().read(0, 1, 1 << 20))
                .slice()) {
            var batch = new Batch(slice.load());
            assertEquals(Compression.GZIP, batch.compression());
            assertTrue(batch.byteSize() < 300, batch.byteSize() + " bytes");
        }
        assertEquals(List.of("k=" + "data ".repeat(1000)), shown(records("")));
    }
}
