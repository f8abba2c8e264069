package io.braid.aws.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

/// Messages as Amazon's own decoder reads them; it checks lengths and both checksums.
class EventStreamTest {
    private static final Name FIELD = new Name("Field");

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private List<Message> decoded() {
        var decoder = new MessageDecoder();
        decoder.feed(sent.toByteArray());
        return decoder.getDecodedMessages();
    }

    private static Map<String, String> headers(Message message) {
        var headers = new TreeMap<String, String>();
        message.getHeaders().forEach((name, value) -> headers.put(name, value.getString()));
        return headers;
    }

    private static String payload(Message message) {
        return new String(message.getPayload(), UTF_8);
    }

    @Test
    void itBeginsWithAnEmptyInitialResponse() throws IOException {
        new EventStream(Protocol.JSON, sent).begin();

        var message = decoded().getFirst();
        assertEquals(
                Map.of(
                        ":message-type", "event",
                        ":event-type", "initial-response",
                        ":content-type", "application/x-amz-json-1.1"),
                headers(message));
        assertEquals("{}", payload(message));
    }

    @Test
    void eventsFollowEachOtherWhateverTheirSize() throws IOException {
        var stream = new EventStream(Protocol.JSON, sent);
        for (int size : new int[] {0, 1, 100_000, 3}) {
            stream.event("Happened")
                    .startMap()
                    .field(FIELD)
                    .text("x".repeat(size))
                    .endMap();
            stream.send();
        }

        var payloads = decoded().stream().map(EventStreamTest::payload).toList();
        assertEquals(
                List.of(
                        "{\"Field\":\"\"}",
                        "{\"Field\":\"x\"}",
                        "{\"Field\":\"" + "x".repeat(100_000) + "\"}",
                        "{\"Field\":\"xxx\"}"),
                payloads);
    }

    @Test
    void anEventThatIsNotSentIsForgotten() throws IOException {
        var stream = new EventStream(Protocol.JSON, sent);
        stream.event("Never").startMap().field(FIELD);

        stream.event("Happened").startMap().endMap();
        stream.send();

        assertEquals(1, decoded().size());
        assertEquals("Happened", headers(decoded().getFirst()).get(":event-type"));
        assertEquals("{}", payload(decoded().getFirst()));
    }

    @Test
    void anErrorIsAnExceptionByItsNameInTheModel() throws IOException {
        var stream = new EventStream(Protocol.JSON, sent);
        stream.exception(AwsFault.notFound("gone"));
        stream.exception(AwsFault.internal());

        assertEquals(
                Map.of(
                        ":message-type", "exception",
                        ":exception-type", "ResourceNotFoundException",
                        ":content-type", "application/x-amz-json-1.1"),
                headers(decoded().getFirst()));
        assertEquals("{\"message\":\"gone\"}", payload(decoded().getFirst()));
        assertEquals("InternalFailureException", headers(decoded().getLast()).get(":exception-type"));
        assertEquals("{}", payload(decoded().getLast()));
    }

    @Test
    void payloadsAreInTheProtocolOfTheRequest() throws IOException {
        new EventStream(Protocol.CBOR, sent).begin();

        var message = decoded().getFirst();
        assertEquals("application/x-amz-cbor-1.1", headers(message).get(":content-type"));
        assertArrayEquals(new byte[] {(byte) 0xbf, (byte) 0xff}, message.getPayload());
    }

    @Test
    void aClientThatTakesNoMoreHasOneName() {
        var closed = new OutputStream() {
            @Override
            public void write(int b) {
                throw new IllegalStateException("Stream is already closed.");
            }
        };

        assertThrows(EventStream.Abandoned.class, () -> new EventStream(Protocol.JSON, closed).begin());
    }
}
