package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.Record;

/// A group of Kafka's with one member that reads a stream of Kinesis' from its beginning, on a thread of its
/// own, over splits of shards and ends of the server.
final class StreamReader implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String stream;
    private final Consumer<byte[], byte[]> consumer; // the reader's thread only
    private final List<String> read = new ArrayList<>(); // guarded by itself; bounded by the test's load
    private final Thread reader;
    private volatile boolean closed;

    StreamReader(RunningServer server, String stream) {
        this.stream = stream;
        // A partition that a split has made is found by asking again.
        this.consumer = new OldestClient(server.kafka(), "beside")
                .consumer(Map.of("group.id", Names.fresh("beside"), "metadata.max.age.ms", "500"));
        this.reader = Thread.ofPlatform().daemon().name("beside").start(this::run);
    }

    private void run() {
        consumer.subscribe(List.of(stream));
        while (!closed) {
            var records = consumer.poll(Duration.ofMillis(200));
            synchronized (read) {
                records.forEach(record -> read.add(text(record.value())));
            }
        }
        consumer.close();
    }

    private static String text(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    /// Each record once, as Kinesis has it.
    void assertReadsAllOf(KinesisClient kinesis) throws Exception {
        var records = new ArrayList<Record>();
        for (var shard : Kinesis.shards(kinesis, stream)) records.addAll(Kinesis.all(kinesis, stream, shard.shardId()));
        var expected = records.stream()
                .map(record -> text(record.data().asByteArrayUnsafe()))
                .sorted()
                .toList();

        Eventually.equal(expected.size(), () -> sorted().size());
        assertEquals(expected, sorted());
        if (Kpl.runs()) assertTrue(records.stream().anyMatch(Kpl::isAggregated), "the library put records in one");
    }

    private List<String> sorted() {
        synchronized (read) {
            return read.stream().sorted().toList();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            assertTrue(reader.join(PATIENCE), "the consumer did not close");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the test is being ended
        }
    }
}
