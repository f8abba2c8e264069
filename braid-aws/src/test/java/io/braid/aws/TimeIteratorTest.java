package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.NewStream;
import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where AT_TIMESTAMP begins, among records of producers that choose their times themselves.
class TimeIteratorTest {
    private static final Pattern DATA = Pattern.compile("\"Data\":\"([^\"]*)\"");

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
        server.broker().create(NewStream.of("s", 1));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void itIsTheFirstRecordOfThatTimeOrLater() throws Exception {
        append(1000, 3000, 2000);
        append(2500);

        assertEquals(List.of("1000", "3000", "2000", "2500"), from(0, "0.9"));
        assertEquals(List.of("3000", "2000", "2500"), from(0, "1.001"));
        assertEquals(List.of("3000", "2000", "2500"), from(0, "3.0"));
        assertEquals(List.of(), from(0, "3.001"));
    }

    @Test
    void recordsOfTheParentDoNotCountThoughTheyAreOfThatTime() throws Exception {
        append(1000, 9000);
        server.broker().grow("s", 2); // shard 1 goes on behind shard 0 on the same partition
        append(2000, 5000);

        assertEquals(List.of("9000"), from(0, "4.0"));
        assertEquals(List.of("5000"), from(1, "4.0"));
        assertEquals(List.of(), from(1, "6.0"));
        assertEquals(List.of(), from(0, "9.5"));
    }

    private void append(long... times) throws Exception {
        var builder = new BatchBuilder(times[0]);
        for (long time : times)
            builder.add(time, BatchBuilder.ABSENT, MemorySegment.ofArray(("" + time).getBytes(UTF_8)));
        server.broker()
                .partition("s", 0)
                .orElseThrow()
                .log()
                .append(builder.build())
                .get();
    }

    private List<String> from(int shard, String seconds) throws Exception {
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"%d\",\"ShardIteratorType\":\"AT_TIMESTAMP\",\"Timestamp\":%s}"
                                .formatted(shard, seconds))
                .body()
                .split("\"")[3];
        var body = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();
        return DATA.matcher(body)
                .results()
                .map(match -> new String(Base64.getDecoder().decode(match.group(1)), UTF_8))
                .toList();
    }
}
