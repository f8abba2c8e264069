package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;

/// SubscribeToShard with Amazon's clients, unchanged.
@ExtendWith(OneServer.class)
class EnhancedFanOutTest {
    private static final String FIRST_SHARD = "shardId-000000000000";
    private static final int SUBSCRIPTIONS_MAX = 1000;
    private static final int NO_BOTO3 = 77; // what the script ends with then
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private KinesisClient client;
    private KinesisAsyncClient subscribing;

    @BeforeEach
    void connect(RunningServer server) {
        client = Kinesis.sync(server.endpoint());
        subscribing = FanOut.client(server.endpoint());
    }

    @AfterEach
    void disconnect() {
        subscribing.close();
        client.close();
    }

    private void put(String stream, String data) {
        client.putRecord(r -> r.streamName(stream).partitionKey("k").data(Kinesis.bytes(data)));
    }

    @ParameterizedTest(name = "over TLS: {0}")
    @ValueSource(booleans = {false, true})
    void aSubscriberSeesWhatBothProtocolsPut(boolean secure, RunningServer server) throws Exception {
        if (secure) subscribing = Kinesis.secureAsync(server);
        var stream = Kinesis.create(client, "fan-out", 1);
        put(stream, "before");
        var consumer = FanOut.register(client, stream, "reader");
        var reader = FanOut.subscribe(subscribing, consumer, FIRST_SHARD, FanOut.from(ShardIteratorType.LATEST));
        assertEquals(List.of(), reader.event().records());

        put(stream, "by Kinesis");
        assertEquals(List.of("by Kinesis"), reader.texts(1));
        var kafka = new OldestClient(server.kafka(), "fan-out");
        try (var producer = kafka.producer(Map.of("compression.type", "lz4"))) {
            var value = "by Kafka".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(stream, 0, "k".getBytes(StandardCharsets.UTF_8), value));
        }
        var event = reader.event();
        while (event.records().isEmpty()) event = reader.event();

        assertEquals(List.of("by Kafka"), Kinesis.texts(event.records()));
        assertEquals(0, event.millisBehindLatest());
        var again = FanOut.register(client, stream, "again");
        put(stream, "after");
        var next = FanOut.subscribe(subscribing, again, FIRST_SHARD, FanOut.after(event.continuationSequenceNumber()));
        assertEquals(List.of("after"), next.texts(1));
        assertEquals(
                2,
                client.describeStreamSummary(r -> r.streamName(stream))
                        .streamDescriptionSummary()
                        .consumerCount());
        assertEquals(
                2,
                client.listStreamConsumers(r -> r.streamARN(consumer.split("/consumer/")[0]))
                        .consumers()
                        .size());
    }

    @Test
    void aLaterSubscriptionTakesOver() throws Exception {
        var stream = Kinesis.create(client, "fan-out-take-over", 1);
        var consumer = FanOut.register(client, stream, "reader");
        var first = subscribe(consumer);
        first.event();

        assertInstanceOf(ResourceInUseException.class, cause(subscribe(consumer)));
        Eventually.equal(true, () -> {
            var second = subscribe(consumer);
            try {
                second.event();
                return true;
            } catch (ExecutionException e) {
                assertInstanceOf(ResourceInUseException.class, e.getCause());
                return false; // within five seconds of the first
            }
        });

        assertInstanceOf(ResourceInUseException.class, cause(first));
    }

    private FanOut subscribe(String consumer) {
        return FanOut.subscribe(subscribing, consumer, FIRST_SHARD, FanOut.from(ShardIteratorType.LATEST));
    }

    private static Throwable cause(FanOut refused) {
        return assertThrows(ExecutionException.class, () -> refused.end().get(30, TimeUnit.SECONDS))
                .getCause();
    }

    @Test
    void theLastEventOfAShardLeadsToItsChildren(RunningServer server) throws Exception {
        var stream = Kinesis.create(client, "fan-out-end", 1);
        var consumer = FanOut.register(client, stream, "reader");
        put(stream, "in the parent");
        var parent = FanOut.subscribe(subscribing, consumer, FIRST_SHARD, FanOut.from(ShardIteratorType.TRIM_HORIZON));
        assertEquals(List.of("in the parent"), parent.texts(1));

        try (var admin = new OldestClient(server.kafka(), "fan-out-end").admin()) {
            admin.createPartitions(Map.of(stream, NewPartitions.increaseTo(2)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
        var last = parent.event();
        while (last.childShards().isEmpty()) last = parent.event();
        parent.end().get(30, TimeUnit.SECONDS);
        put(stream, "in a child");

        assertNull(last.continuationSequenceNumber());
        assertEquals(
                List.of("shardId-000000000001", "shardId-000000000002"),
                last.childShards().stream().map(ChildShard::shardId).toList());
        var seen = new ArrayList<String>();
        for (var child : last.childShards()) {
            var from = FanOut.from(ShardIteratorType.TRIM_HORIZON);
            var reader = FanOut.subscribe(subscribing, consumer, child.shardId(), from);
            seen.addAll(Kinesis.texts(reader.event().records()));
            reader.cancel();
        }
        assertEquals(List.of("in a child"), seen);
    }

    @Test
    void aDeletedStreamIsAnErrorToItsSubscribers() throws Exception {
        var stream = Kinesis.create(client, "fan-out-deleted", 1);
        var reader = subscribe(FanOut.register(client, stream, "reader"));
        reader.event();
        assertThrows(ResourceInUseException.class, () -> client.deleteStream(r -> r.streamName(stream)));

        client.deleteStream(r -> r.streamName(stream).enforceConsumerDeletion(true));

        assertInstanceOf(ResourceNotFoundException.class, cause(reader));
    }

    /// A writer, and a reader whose subscriptions last a second; both lose the server once. The reader gets what is in
    /// the stream, each record once and in order, and all that was acknowledged is there.
    @Test
    void aReaderGoesOnOverEndsOfSubscriptionsAndOfTheServer() throws Exception {
        try (var server = RunningServer.startToBeKilled("fan-out-killed", "--set", "kinesis.subscription-life=1s");
                var writing = Kinesis.sync(server.endpoint());
                var reading = FanOut.client(server.endpoint())) {
            var stream = Kinesis.create(writing, "killed", 1);
            var consumer = FanOut.register(writing, stream, "reader");
            var acknowledged = new AtomicInteger();
            var done = new CountDownLatch(1);
            var writer = Thread.startVirtualThread(() -> write(writing, stream, acknowledged, done));
            var read = new ArrayList<Integer>();
            var from = FanOut.from(ShardIteratorType.TRIM_HORIZON);

            from = readOn(reading, consumer, from, read, 200, 1);
            server.kill();
            server.live();
            from = readOn(reading, consumer, from, read, acknowledged.get() + 200, 0);
            done.countDown();
            assertTrue(writer.join(Duration.ofSeconds(30)));
            int all = acknowledged.get();
            readOn(reading, consumer, from, read, all, 0);

            // What was put and not acknowledged when the server died may be there, and is put again.
            assertEquals(
                    IntStream.rangeClosed(1, all).boxed().toList(),
                    read.stream().distinct().toList());
            assertEquals(
                    Kinesis.texts(Kinesis.all(writing, stream)),
                    read.stream().map(Object::toString).toList());
        }
    }

    private static void write(KinesisClient client, String stream, AtomicInteger acknowledged, CountDownLatch done) {
        while (done.getCount() > 0) {
            var next = Integer.toString(acknowledged.get() + 1);
            try {
                client.putRecord(r -> r.streamName(stream).partitionKey("k").data(Kinesis.bytes(next)));
                acknowledged.incrementAndGet();
            } catch (SdkException | UncheckedIOException e) {
                // the server is gone for a moment; the client does not wrap all of it
            }
        }
    }

    /// Reads until the number `last` has come and so many subscriptions have ended by themselves; answers where to go
    /// on.
    private static StartingPosition readOn(
            KinesisAsyncClient client,
            String consumer,
            StartingPosition from,
            List<Integer> read,
            int last,
            int endsWanted)
            throws Exception {
        var position = from;
        int ends = 0;
        for (int subscriptions = 0; subscriptions < SUBSCRIPTIONS_MAX; subscriptions++) {
            var reader = FanOut.subscribe(client, consumer, FIRST_SHARD, position);
            try {
                var event = reader.next();
                while (event.isPresent()) {
                    event.get().records().forEach(record -> read.add(Integer.parseInt(Kinesis.text(record))));
                    position = FanOut.after(event.get().continuationSequenceNumber());
                    if (ends >= endsWanted && !read.isEmpty() && read.getLast() >= last) {
                        reader.cancel();
                        return position;
                    }
                    event = reader.next();
                }
                ends++;
            } catch (ExecutionException e) {
                LockSupport.parkNanos(PAUSE_NANOS); // the one before is too young to be taken over
            }
        }
        throw new AssertionError("%d has not come, only %s".formatted(last, read));
    }

    @ParameterizedTest(name = "over TLS: {0}")
    @ValueSource(booleans = {false, true})
    void boto3Subscribes(boolean secure, RunningServer server) throws IOException {
        assumeTrue(Programs.exist("python3"), "python3 is not installed");
        var script = Files.readString(Jvm.sources().resolve("python/fanout.py"));
        var endpoint = secure ? server.secureEndpoint() : server.endpoint();
        var command = List.of("python3", "-c", script, endpoint.toString(), Names.fresh("fan-out-boto3"));
        var trust = Map.of("AWS_CA_BUNDLE", server.certificate().pem().toString());

        var run = Finished.run(command, Jvm.target(), trust, "", Duration.ofSeconds(60));
        assumeTrue(run.exit() != NO_BOTO3, "boto3 is not installed");

        run.successfully();
        assertEquals(List.of("registered ACTIVE", "got 3 records", "went on with 1", "deleted"), run.lines());
    }
}
