package io.braid.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProtocolTest {
    private static final Protocol.Entry ENTRY = new Protocol.Entry(new byte[] {1, 2, 3, 4}, "k");

    @Test
    void aPutInJsonIsWhatAmazonsClientsSend() {
        assertEquals(
                "{\"StreamName\":\"s\",\"Records\":[{\"Data\":\"AQIDBA==\",\"PartitionKey\":\"k\"},"
                        + "{\"Data\":\"AQIDBA==\",\"PartitionKey\":\"k\"}]}",
                new String(Protocol.JSON.putRecords("s", List.of(ENTRY, ENTRY)), StandardCharsets.UTF_8));
        assertEquals(
                "{\"StreamName\":\"s\",\"Data\":\"AQIDBA==\",\"PartitionKey\":\"k\"}",
                new String(Protocol.JSON.putRecord("s", ENTRY), StandardCharsets.UTF_8));
    }

    @Test
    void theCountOfFailedRecordsIsFoundAtEitherEnd() {
        var records = "\"Records\":[" + "x".repeat(500) + "]";

        assertTrue(json("{\"FailedRecordCount\":0," + records + "}"));
        assertTrue(json("{" + records + ",\"FailedRecordCount\":0}"));
        assertFalse(json("{" + records + ",\"FailedRecordCount\":1}"));
        assertFalse(json("{\"FailedRecordCount\":05," + records + "}"));
    }

    @Test
    void anAnswerThatBreaksOffDoesNotSayThatAllWasPut() {
        assertFalse(json("{\"FailedRecordCount\":0,\"Records\":[{"));
        var whole = cborAnswer(0, 3);
        assertThrows(
                IllegalArgumentException.class,
                () -> Protocol.CBOR.saysAllPut(new Http.Answer(200, whole, 0, whole.length - 9), 3));
    }

    @Test
    void inCborEveryRecordIsCounted() {
        assertTrue(cbor(cborAnswer(0, 3)));
        assertFalse(cbor(cborAnswer(1, 3)));
        assertFalse(cbor(cborAnswer(0, 2)));
    }

    private static boolean json(String body) {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        return Protocol.JSON.saysAllPut(new Http.Answer(200, bytes, 0, bytes.length), 3);
    }

    private static boolean cbor(byte[] body) {
        return Protocol.CBOR.saysAllPut(new Http.Answer(200, body, 0, body.length), 3);
    }

    private static byte[] cborAnswer(int failed, int records) {
        var body = new CborWriter()
                .startMap()
                .text("FailedRecordCount")
                .number(failed)
                .text("Records")
                .startList();
        for (int i = 0; i < records; i++) {
            body.startMap().text("SequenceNumber").text("1").end();
        }
        return body.end().end().bytes();
    }
}
