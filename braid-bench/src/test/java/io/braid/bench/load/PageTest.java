package io.braid.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
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

    @Test
    void inCborRecordsAreCountedWhateverIsInThem() {
        var body = new CborWriter().startMap().text("Records").startList();
        for (int bytes : new int[] {0, 23, 24, 255, 256, 1024, 70_000}) {
            body.startMap()
                    .text("Data")
                    .data(new byte[bytes])
                    .text("SequenceNumber")
                    .text("1")
                    .end();
        }
        body.end()
                .text("NextShardIterator")
                .text("abc")
                .text("MillisBehindLatest")
                .number(100_000)
                .end();

        assertEquals(new Page(7, "abc"), cborPage(body.bytes()));
    }

    /// Lengths beforehand, tags, floats, data in pieces: all that RFC 8949 has and a server might use.
    @Test
    void inCborEveryFormIsPassedOver() {
        var definite = HexFormat.of()
                .parseHex("a2" + "6141" + "83" + "01" + "c1fb41d8000000000000" + "5f420001410aff"
                        + "67" + HexFormat.of().formatHex("Records".getBytes(StandardCharsets.UTF_8))
                        + "82" + "a161446441414141" + "41a0");

        assertEquals(new Page(2, ""), cborPage(definite));
    }

    @Test
    void whatIsNoCborIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> cborPage("{}".getBytes(StandardCharsets.UTF_8)));
        assertThrows(
                IllegalArgumentException.class, () -> cborPage(HexFormat.of().parseHex("bf6141")));
    }

    private static Page cborPage(byte[] body) {
        return Page.ofCbor(new Http.Answer(200, body, 0, body.length));
    }

    /// Between other bytes, as in the buffer of a connection.
    private static Page page(String body) {
        var bytes = ("HTTP\"Data\":\"" + body + "\"Data\":\"").getBytes(StandardCharsets.UTF_8);
        return Page.ofJson(new Http.Answer(200, bytes, 12, bytes.length - 8), 4);
    }
}
