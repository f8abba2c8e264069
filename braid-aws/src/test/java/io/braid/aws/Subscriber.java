package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.regex.Pattern;
import software.amazon.eventstream.Message;
import software.amazon.eventstream.MessageDecoder;

/// The reading end of one subscription, over HTTP/1.1, message by message with Amazon's decoder. It reads when it is
/// asked to; a test that waits for what does not come ends by the time limit of its request.
final class Subscriber implements AutoCloseable {
    private static final Pattern DATA = Pattern.compile("\"Data\":\"([^\"]*)\"");
    private static final Pattern CONTINUATION = Pattern.compile("\"ContinuationSequenceNumber\":\"(\\d+)\"");
    private static final int CHUNK_BYTES = 64 << 10;

    private final InputStream in;
    private final MessageDecoder decoder = new MessageDecoder();
    private final Queue<Message> read = new ArrayDeque<>();
    private long bytesRead;

    private Subscriber(InputStream in) {
        this.in = in;
    }

    /// Subscribes, and reads the initial response.
    static Subscriber to(TestServer server, String consumerArn, int shard, String position) throws Exception {
        var request = server.request("SubscribeToShard", request(consumerArn, shard, position))
                .build();
        var response = server.send(request, BodyHandlers.ofInputStream());
        var subscriber = new Subscriber(response.body());
        assertEquals(200, response.statusCode());
        assertEquals(
                "application/vnd.amazon.eventstream",
                response.headers().firstValue("Content-Type").orElseThrow());
        assertEquals("initial-response", type(subscriber.next()));
        return subscriber;
    }

    static String request(String consumerArn, int shard, String position) {
        return "{\"ConsumerARN\":\"%s\",\"ShardId\":\"shardId-%012d\",\"StartingPosition\":{%s}}"
                .formatted(consumerArn, shard, position);
    }

    /// The next message.
    Message next() throws IOException {
        while (read.isEmpty()) readChunk();
        return read.remove();
    }

    /// Reads until so many bytes of the answer have come, and leaves what they say for later.
    void awaitBytes(int count) throws IOException {
        while (bytesRead < count) readChunk();
    }

    private void readChunk() throws IOException {
        var chunk = new byte[CHUNK_BYTES];
        int length = in.read(chunk);
        if (length < 0) throw new IOException("the stream has ended");
        bytesRead += length;
        decoder.feed(chunk, 0, length);
        read.addAll(decoder.getDecodedMessages());
    }

    /// The payload of the next event.
    String event() throws IOException {
        var message = next();
        assertEquals("SubscribeToShardEvent", type(message), () -> payload(message));
        return payload(message);
    }

    /// The data of the records of the next events, until there are `count`.
    List<String> records(int count) throws IOException {
        var records = new ArrayList<String>();
        while (records.size() < count) records.addAll(data(event()));
        assertEquals(count, records.size());
        return records;
    }

    /// The error that comes after some events, as `type: payload`; the stream ends with it.
    String exception() throws IOException {
        var message = next();
        while (type(message).equals("SubscribeToShardEvent")) message = next();
        var found = message.getHeaders().get(":exception-type").getString() + ": " + payload(message);
        assertEquals(-1, in.read());
        return found;
    }

    /// Reads to the clean end of the stream.
    void end() throws IOException {
        for (int length = 0; length >= 0; length = in.read(new byte[CHUNK_BYTES])) {}
    }

    static String type(Message message) {
        var type = message.getHeaders().get(":event-type");
        return type == null ? "exception" : type.getString();
    }

    static String payload(Message message) {
        return new String(message.getPayload(), UTF_8);
    }

    static List<String> data(String event) {
        return DATA.matcher(event)
                .results()
                .map(match -> new String(Base64.getDecoder().decode(match.group(1)), UTF_8))
                .toList();
    }

    static String continuation(String event) {
        var found = CONTINUATION.matcher(event);
        if (!found.find()) throw new AssertionError("nowhere to go on: " + event);
        return found.group(1);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
