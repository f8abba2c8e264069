package io.braid.server.cli;

import io.braid.log.BatchBuilder;
import io.braid.server.HostPort;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;

/// The Kafka half of the training run: what a producer and a member of a consumer group ask, as frames by hand. Old
/// request versions, whose bytes will never change; answers are only checked for their length. Not a client.
///
/// Layouts: Kafka's protocol guide, https://kafka.apache.org/protocol.
final class KafkaTraining implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final int REQUEST_BYTES_MAX = 1 << 20;
    private static final int FETCH_BYTES_MAX = 1 << 20;
    private static final int RECORDS = 100;

    private static final short PRODUCE = 0;
    private static final short FETCH = 1;
    private static final short LIST_OFFSETS = 2;
    private static final short METADATA = 3;
    private static final short FIND_COORDINATOR = 10;
    private static final short API_VERSIONS = 18;
    private static final short INIT_PRODUCER_ID = 22;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;
    private final ByteBuffer request = ByteBuffer.allocate(REQUEST_BYTES_MAX);
    private int correlation;

    private KafkaTraining(HostPort server) throws IOException {
        socket = new Socket(server.host(), server.port());
        socket.setSoTimeout(Math.toIntExact(ANSWER.toMillis()));
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    static void run(HostPort server, String topic, int rounds) throws IOException {
        try (var connection = new KafkaTraining(server)) {
            connection.ask(API_VERSIONS, 0, _ -> {});
            connection.ask(METADATA, 4, body -> {
                body.putInt(1);
                text(body, topic);
                body.put((byte) 1); // create it
            });
            connection.ask(INIT_PRODUCER_ID, 0, body -> {
                body.putShort((short) -1); // no transactions
                body.putInt(60_000);
            });
            for (int i = 0; i < rounds; i++) connection.produce(topic);
            for (int i = 0; i < rounds; i++) connection.fetch(topic);
            connection.ask(LIST_OFFSETS, 1, body -> {
                body.putInt(-1);
                partition(body, topic);
                body.putLong(-1); // the end
            });
            connection.ask(FIND_COORDINATOR, 1, body -> {
                text(body, "training");
                body.put((byte) 0); // of a group
            });
        }
    }

    /// Produce v3.
    private void produce(String topic) throws IOException {
        ask(PRODUCE, 3, body -> {
            body.putShort((short) -1); // no transactions
            body.putShort((short) -1); // acks=all
            body.putInt(30_000);
            partition(body, topic);
            var batch = batch();
            body.putInt(batch.remaining());
            body.put(batch);
        });
    }

    /// Fetch v4.
    private void fetch(String topic) throws IOException {
        ask(FETCH, 4, body -> {
            body.putInt(-1); // not a replica
            body.putInt(100); // milliseconds to wait
            body.putInt(1); // bytes to wait for
            body.putInt(FETCH_BYTES_MAX);
            body.put((byte) 0); // read uncommitted
            partition(body, topic);
            body.putLong(0); // from offset
            body.putInt(FETCH_BYTES_MAX);
        });
    }

    /// One request, and its answer read whole.
    private void ask(short api, int version, Consumer<ByteBuffer> body) throws IOException {
        request.clear().position(Integer.BYTES);
        request.putShort(api).putShort((short) version).putInt(correlation);
        text(request, "training");
        body.accept(request);
        request.putInt(0, request.position() - Integer.BYTES);
        out.write(request.array(), 0, request.position());

        int size = in.readInt();
        if (size < Integer.BYTES || size > ANSWER_BYTES_MAX)
            throw new IOException("an answer of %d bytes".formatted(size));
        int answered = in.readInt();
        if (answered != correlation) throw new IOException("answer %d to request %d".formatted(answered, correlation));
        in.skipNBytes(size - Integer.BYTES);
        correlation++;
    }

    /// One topic with its partition 0: the shape that all requests of these versions share.
    private static void partition(ByteBuffer body, String topic) {
        body.putInt(1);
        text(body, topic);
        body.putInt(1);
        body.putInt(0);
    }

    private static void text(ByteBuffer body, String text) {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        body.putShort((short) bytes.length).put(bytes);
    }

    /// As many records as a small producer sends at once.
    private static ByteBuffer batch() {
        long now = InstantSource.system().millis();
        var builder = new BatchBuilder(now);
        for (int i = 0; i < RECORDS; i++) builder.add(now, bytes("key" + i), bytes("a record of the training run"));
        return builder.build().bytes().asByteBuffer();
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
