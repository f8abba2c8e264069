package io.braid.aws.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// What Smithy's RPC does otherwise than AWS CBOR 1.1: moments are seconds, and numbers may be floating.
class RpcCborTest {
    private static WireReader reader(String hex) {
        return Protocol.RPC_CBOR.reader(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private static String written(WireWriter writer) {
        return HexFormat.of().formatHex(Arrays.copyOf(writer.buffer(), writer.size()));
    }

    @Test
    void momentsAreSecondsWholeOrNot() {
        assertEquals(1_700_000_000_000L, reader("c1 1a 6553f100").readMoment());
        assertEquals(1_700_000_000_500L, reader("c1 fb 41d954fc40200000").readMoment());
        assertEquals("c11a6553f100", written(Protocol.RPC_CBOR.writer().moment(1_700_000_000_000L)));
        assertEquals("c1fb41d954fc40200000", written(Protocol.RPC_CBOR.writer().moment(1_700_000_000_500L)));
    }

    @Test
    void decimalsComeInEverySizeAndAsWholeNumbers() {
        assertEquals(1.5, reader("f9 3e00").readDecimal());
        assertEquals(1.5, reader("fa 3fc00000").readDecimal());
        assertEquals(-2.25, reader("fb c002000000000000").readDecimal());
        assertEquals(7, reader("07").readDecimal());
        assertEquals(-8, reader("27").readDecimal());
        assertTrue(Double.isNaN(reader("f9 7e00").readDecimal()));
        assertEquals("fbc002000000000000", written(Protocol.RPC_CBOR.writer().decimal(-2.25)));
    }
}
