package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The time that Kinesis' readers see, where a request and its append are not of the same second.
class ArrivalTimeTest {
    private static final Pattern NUMBER = Pattern.compile("\"SequenceNumber\":\"(\\d+)\"");
    private static final Pattern TIME = Pattern.compile("\"ApproximateArrivalTimestamp\":([0-9.]+)");

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
        server.appendLater(Duration.ofSeconds(5));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void aPutArrivesWhenItsRequestDoes() throws Exception {
        create(Map.of());

        var put = putAndRead();

        assertEquals(put.told, put.read);
        assertEquals("1795395723.004", put.time);
    }

    @Test
    void withTheTimeOfAppendAPutArrivesThenAndItsSequenceNumberIsStillTheSame() throws Exception {
        create(Map.of("message.timestamp.type", "LogAppendTime"));

        var put = putAndRead();

        assertEquals(put.told, put.read);
        assertEquals("1795395728.004", put.time);
    }

    /// @param told sequence number that the put was answered with
    /// @param read the one that GetRecords shows
    private record Seen(String told, String read, String time) {}

    private Seen putAndRead() throws Exception {
        var put = server.call("PutRecord", "{\"StreamName\":\"s\",\"Data\":\"MQ==\",\"PartitionKey\":\"a\"}");
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];
        var got = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}");
        return new Seen(only(NUMBER, put.body()), only(NUMBER, got.body()), only(TIME, got.body()));
    }

    private static String only(Pattern pattern, String text) {
        return pattern.matcher(text).results().findFirst().orElseThrow().group(1);
    }

    private void create(Map<String, String> settings) {
        server.broker().create(new NewStream("s", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, settings));
    }
}
