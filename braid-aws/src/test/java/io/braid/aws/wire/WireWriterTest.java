package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class WireWriterTest {
    private static final Name A = new Name("a");
    private static final Name B = new Name("b");

    private static byte[] everything(WireWriter writer) {
        writer.startMap()
                .field(A)
                .startList()
                .number(1)
                .number(-1)
                .number(1L << 40)
                .flag(true)
                .endList();
        writer.field(B)
                .startMap()
                .field(A)
                .text("x")
                .field(B)
                .moment(1_700_000_000_007L)
                .endMap();
        writer.field(A).blob(MemorySegment.ofArray(new byte[] {1, 2, 3, 4}));
        writer.field(B)
                .ascii("0123".getBytes(UTF_8), 1, 2)
                .field(A)
                .startList()
                .endList()
                .endMap();
        return Arrays.copyOf(writer.buffer(), writer.size());
    }

    @Test
    void jsonHasCommasWhereTheyBelong() {
        assertEquals(
                "{\"a\":[1,-1,1099511627776,true],\"b\":{\"a\":\"x\",\"b\":1700000000.007},\"a\":\"AQIDBA==\",\"b\":\"12\",\"a\":[]}",
                new String(everything(new JsonWriter()), UTF_8));
    }

    @Test
    void cborIsWhatTheJavaSdkReads() {
        assertEquals(
                "bf61619f01201b0000010000000000f5ff6162bf616161786162c11b0000018bcfe56807ff6161440102030461626231326161"
                        + "9fffff",
                HexFormat.of().formatHex(everything(new CborWriter(false))));
    }

    @Test
    void jsonTextIsEscapedOnlyWhereItMustBe() {
        var writer = new JsonWriter();

        writer.text("é\"\\\n\u0001/").text("plain");

        assertEquals("\"é\\\"\\\\\\n\\u0001/\",\"plain\"", new String(writer.buffer(), 0, writer.size(), UTF_8));
    }

    @Test
    void theBufferGrows() {
        var writer = new JsonWriter();
        var text = "x".repeat(100_000);

        writer.text(text);

        assertEquals("\"" + text + "\"", new String(writer.buffer(), 0, writer.size(), UTF_8));
    }

    @Test
    void blobsOfAllSizesOneAfterAnotherAreBase64() {
        var writer = new JsonWriter();
        var expected = new StringBuilder();
        for (int size : new int[] {3, 3, 100, 2, 0, 100, 5_000, 1}) {
            var bytes = new byte[size];
            Arrays.fill(bytes, (byte) (size - 7));
            writer.blob(MemorySegment.ofArray(bytes));
            expected.append(expected.isEmpty() ? "" : ",")
                    .append('"')
                    .append(Base64.getEncoder().encodeToString(bytes))
                    .append('"');
        }

        assertEquals(expected.toString(), new String(writer.buffer(), 0, writer.size(), UTF_8));
    }
}
