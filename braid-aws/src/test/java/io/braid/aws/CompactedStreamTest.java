package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Partition;
import io.braid.broker.Stream;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.BatchBuilder;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GetRecords where compaction has left gaps.
class CompactedStreamTest {
    private static final Pattern DATA = Pattern.compile("\"Data\":\"([^\"]*)\"");

    private TestServer server;
    private Partition partition;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
        var settings =
                Map.of("cleanup.policy", "compact", "max.compaction.lag.ms", "1000", "min.cleanable.dirty.ratio", "0");
        server.broker().create(new NewStream("s", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, settings));
        partition = server.broker().partition("s", 0).orElseThrow();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void theNewestRecordOfEachKeyIsReadAndNoOther() throws Exception {
        for (int i = 0; i < 5; i++) append("a", "a" + i);
        append("b", "b");
        append("a", "last");

        compact();

        var body = records("shardId-000000000000");
        assertEquals(List.of("b", "last"), shown(body));
        assertTrue(body.contains("\"MillisBehindLatest\":0"), body);
    }

    @Test
    void aShardWhoseEndLiesInAGapIsReadToItsEnd() throws Exception {
        for (int i = 0; i < 5; i++) append("a", "a" + i);
        assertInstanceOf(CatalogOutcome.Done.class, server.broker().grow("s", 2)); // the shard ends at offset 5
        for (int i = 0; i < 5; i++) append("a", "of its child");

        compact();

        var body = records("shardId-000000000000");
        assertEquals(List.of(), shown(body));
        assertFalse(body.contains("NextShardIterator"), body);
        assertTrue(body.contains("\"ChildShards\":[{"), body);
        assertEquals(List.of("of its child"), shown(records("shardId-000000000001")));
    }

    private void append(String key, String value) throws Exception {
        var batch = new BatchBuilder(5).add(5, bytes(key), bytes(value)).build();
        assertInstanceOf(Appended.class, partition.log().append(batch).get(30, TimeUnit.SECONDS));
    }

    private void compact() throws IOException {
        server.pass(Duration.ofSeconds(2));
        server.compact();
    }

    private String records(String shard) throws Exception {
        var asked = "{\"StreamName\":\"s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}".formatted(shard);
        var iterator = server.call("GetShardIterator", asked).body().split("\"")[3];
        return server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();
    }

    private static List<String> shown(String body) {
        return DATA.matcher(body)
                .results()
                .map(match -> new String(Base64.getDecoder().decode(match.group(1)), UTF_8))
                .toList();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(UTF_8));
    }
}
