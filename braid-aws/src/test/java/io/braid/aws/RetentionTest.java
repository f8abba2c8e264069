package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.StreamSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What readers find when their records were kept long enough.
class RetentionTest {
    private static final Pattern DATA = Pattern.compile("\"Data\":\"([^\"]*)\"");
    private static final Pattern NUMBER = Pattern.compile("\"SequenceNumber\":\"(\\d+)\"");

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TestServer(directory);
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        retention("Increase", 48);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void recordsOlderThanTheRetentionPeriodGoOneByOne() throws Exception {
        put("a");
        server.pass(Duration.ofHours(30));
        put("b");
        server.pass(Duration.ofHours(17));
        server.tidy();
        assertEquals(List.of("a", "b"), read(iterator("TRIM_HORIZON", "")));

        server.pass(Duration.ofHours(4));
        server.tidy();

        assertEquals(List.of("b"), read(iterator("TRIM_HORIZON", "")));
        server.pass(Duration.ofHours(30));
        server.tidy();
        assertEquals(List.of(), read(iterator("TRIM_HORIZON", "")));
    }

    @Test
    void aShorterRetentionPeriodHoldsAtOnce() throws Exception {
        put("a");
        server.pass(Duration.ofHours(30));
        put("b");

        retention("Decrease", 24);
        server.tidy();

        assertEquals(List.of("b"), read(iterator("TRIM_HORIZON", "")));
    }

    @Test
    void aLongerRetentionPeriodKeepsWhatIsThere() throws Exception {
        put("a");
        server.pass(Duration.ofHours(47));
        retention("Increase", 8760);

        server.pass(Duration.ofHours(8000));
        server.tidy();

        assertEquals(List.of("a"), read(iterator("TRIM_HORIZON", "")));
    }

    @Test
    void iteratorsAtATrimmedRecordGoOnWithTheOldest() throws Exception {
        var first = put("a");
        var second = put("b");
        server.pass(Duration.ofHours(30));
        put("c");
        var made = iterator("AT_SEQUENCE_NUMBER", first); // before it is trimmed, read afterwards
        retention("Decrease", 24);
        server.tidy();

        assertEquals(List.of("c"), read(made));
        assertEquals(List.of("c"), read(iterator("AT_SEQUENCE_NUMBER", first)));
        assertEquals(List.of("c"), read(iterator("AT_SEQUENCE_NUMBER", second)));
        assertEquals(List.of("c"), read(iterator("AFTER_SEQUENCE_NUMBER", first)));
        assertEquals(List.of("c"), read(iterator("AFTER_SEQUENCE_NUMBER", second)));
        assertEquals(
                List.of("c"), readAt(server.now().minus(Duration.ofHours(40)).getEpochSecond()));
    }

    @Test
    void kafkasRetentionIsTheSameSetting() throws Exception {
        retention("Increase", 72);
        assertEquals("259200000", setting());

        server.broker().configure("s", Map.of(StreamSettings.RETENTION_MS, Optional.of("91800000"))); // 25.5 hours
        assertEquals(200, retention("Increase", 25), "it is that in whole hours");
        assertEquals("91800000", setting(), "and not shortened to them");
        server.broker().configure("s", Map.of(StreamSettings.RETENTION_MS, Optional.of("-1")));
        assertEquals(200, retention("Increase", 8760));
        assertEquals("-1", setting(), "for ever is not shortened either");
        assertEquals(200, retention("Decrease", 8760));
        assertEquals("31536000000", setting());
    }

    private String setting() {
        var broker = server.broker();
        return broker.setting(broker.catalog().stream("s").orElseThrow(), StreamSettings.RETENTION_MS);
    }

    private int retention(String change, int hours) throws Exception {
        return server.call(
                        change + "StreamRetentionPeriod",
                        "{\"StreamName\":\"s\",\"RetentionPeriodHours\":%d}".formatted(hours))
                .statusCode();
    }

    /// The sequence number.
    private String put(String data) throws Exception {
        var blob = Base64.getEncoder().encodeToString(data.getBytes(UTF_8));
        var answer = server.call(
                "PutRecord", "{\"StreamName\":\"s\",\"Data\":\"%s\",\"PartitionKey\":\"k\"}".formatted(blob));
        return NUMBER.matcher(answer.body()).results().findFirst().orElseThrow().group(1);
    }

    private String iterator(String type, String number) throws Exception {
        var start = number.isEmpty() ? "" : ",\"StartingSequenceNumber\":\"" + number + "\"";
        return server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"%s\"%s}"
                                .formatted(type, start))
                .body()
                .split("\"")[3];
    }

    private List<String> readAt(long second) throws Exception {
        var answer = server.call(
                "GetShardIterator",
                "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":%d}"
                        .formatted(second));
        return read(answer.body().split("\"")[3]);
    }

    private List<String> read(String iterator) throws Exception {
        var body = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();
        return DATA.matcher(body)
                .results()
                .map(match -> new String(Base64.getDecoder().decode(match.group(1)), UTF_8))
                .toList();
    }
}
