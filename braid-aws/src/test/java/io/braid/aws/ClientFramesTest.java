package io.braid.aws;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFramesTest {
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] DATA = frame(0, 70_000);
    private static final byte[] SETTINGS = frame(4, 0);
    private static final byte[] GO_AWAY = frame(7, 8);
    private static final byte[] PING = frame(6, 8);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 9, 10, 24, 33, 1_000, 1_000_000})
    void everythingButGoAwayPassesHoweverItIsCut(int chunkBytes) {
        var sent = join(PREFACE, SETTINGS, GO_AWAY, DATA, GO_AWAY, GO_AWAY, PING);

        assertArrayEquals(join(PREFACE, SETTINGS, DATA, PING), read(sent, chunkBytes));
    }

    @Test
    void aConnectionThatEndsAfterGoAwayEnds() {
        var chunks = new ArrayDeque<>(List.of(join(PREFACE, GO_AWAY)));
        var filter = new ClientFrames(chunks::poll, new Http2Streams());

        assertEquals(PREFACE.length, filter.get().length);
        assertNull(filter.get());
    }

    @Test
    void anyCutOfAnyFrameIsHarmless() {
        var sent = join(PREFACE, SETTINGS, frame(0, 40), GO_AWAY, PING, frame(1, 30), GO_AWAY, frame(0, 0));
        var expected = join(PREFACE, SETTINGS, frame(0, 40), PING, frame(1, 30), frame(0, 0));
        for (int first = 1; first < sent.length; first++)
            for (int second = first; second < sent.length; second++) {
                var chunks = new ArrayDeque<>(List.of(
                        Arrays.copyOf(sent, first),
                        Arrays.copyOfRange(sent, first, second),
                        Arrays.copyOfRange(sent, second, sent.length)));
                assertArrayEquals(expected, read(new ClientFrames(chunks::poll, new Http2Streams())));
            }
    }

    @Test
    void aResetPassesUnlessItsStreamIsOver() {
        var streams = new Http2Streams();
        var request = frame(1, 5, 1, 10); // ends at once
        var open = frame(1, 4, 3, 10); // goes on
        var chunks = new ArrayDeque<>(List.of(join(PREFACE, request, open), frame(3, 0, 1, 4), frame(3, 0, 3, 4)));
        chunks.add(join(frame(3, 0, 3, 4), frame(3, 0, 5, 4)));
        var filter = new ClientFrames(chunks::poll, streams);

        assertArrayEquals(join(PREFACE, request, open), filter.get());
        streams.serverEnded(1);
        streams.serverEnded(3);
        assertArrayEquals(frame(3, 0, 3, 4), filter.get()); // the client had not ended it
        assertArrayEquals(frame(3, 0, 5, 4), filter.get()); // never opened: a client's mistake, for Helidon to say
    }

    private static byte[] read(byte[] sent, int chunkBytes) {
        var chunks = new ArrayDeque<byte[]>();
        for (int at = 0; at < sent.length; at += chunkBytes)
            chunks.add(Arrays.copyOfRange(sent, at, Math.min(sent.length, at + chunkBytes)));
        return read(new ClientFrames(chunks::poll, new Http2Streams()));
    }

    private static byte[] read(ClientFrames filter) {
        var read = new ByteArrayOutputStream();
        for (var bytes = filter.get(); bytes != null; bytes = filter.get()) read.writeBytes(bytes);
        return read.toByteArray();
    }

    private static byte[] frame(int type, int bytes) {
        return frame(type, 0, 0, bytes);
    }

    private static byte[] frame(int type, int flags, int stream, int bytes) {
        var frame = ByteBuffer.allocate(9 + bytes)
                .putInt(bytes << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array();
        // Bytes that look like headers of GOAWAY, to be passed all the same.
        Arrays.fill(frame, 9, frame.length, (byte) 7);
        return frame;
    }

    private static byte[] join(byte[]... parts) {
        var joined = new ByteArrayOutputStream();
        for (var part : parts) joined.writeBytes(part);
        return joined.toByteArray();
    }
}
