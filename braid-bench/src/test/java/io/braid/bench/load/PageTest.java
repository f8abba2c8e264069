package io.braid.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PageTest {
    private static final String RECORD =
            "{\"ApproximateArrivalTimestamp\":1.7E9,\"Data\":\"AAAA\",\"PartitionKey\":\"k\",\"SequenceNumber\":\"1\"}";

    @Test
    void recordsAreCountedWhereverTheIteratorStands() {
        assertEquals(
                new Page(2, "abc"),
                page("{\"Records\":[%s,%s],\"NextShardIterator\":\"abc\",\"MillisBehindLatest\":0}"
                        .formatted(RECORD, RECORD)));
        assertEquals(
                new Page(2, "abc"),
                page("{\"MillisBehindLatest\":0,\"NextShardIterator\":\"abc\",\"Records\":[%s,%s]}"
                        .formatted(RECORD, RECORD)));
    }

    @Test
    void anEndedShardHasNoNextIterator() {
        assertEquals(new Page(0, ""), page("{\"MillisBehindLatest\":0,\"Records\":[]}"));
    }

    /// Between other bytes, as in the buffer of a connection.
    private static Page page(String body) {
        var bytes = ("HTTP\"Data\":\"" + body + "\"Data\":\"").getBytes(StandardCharsets.UTF_8);
        return Page.of(new Http.Answer(200, bytes, 12, bytes.length - 8), 4);
    }
}
