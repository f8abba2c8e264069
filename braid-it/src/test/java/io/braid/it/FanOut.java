package io.braid.it;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StartingPosition;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEvent;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardEventStream;
import software.amazon.awssdk.services.kinesis.model.SubscribeToShardResponseHandler;

/// A subscription to a shard with the AWS SDK for Java v2, left as it is: HTTP/2 with prior knowledge, one event asked
/// for at a time.
final class FanOut {
    private static final long POLL_MILLIS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LinkedBlockingQueue<SubscribeToShardEvent> events = new LinkedBlockingQueue<>(); // one is asked for
    private final CompletableFuture<Void> end;
    private volatile Subscription subscription;
    private volatile long arrivedNanos;

    private FanOut(KinesisAsyncClient client, String consumer, String shard, StartingPosition from) {
        var handler = SubscribeToShardResponseHandler.builder()
                .onEventStream(stream -> stream.subscribe(new Reader()))
                .build();
        end = client.subscribeToShard(
                request -> request.consumerARN(consumer).shardId(shard).startingPosition(from), handler);
    }

    /// The client that Kinesis' users get when they set nothing but where it is.
    static KinesisAsyncClient client(URI endpoint) {
        return Kinesis.plain(endpoint);
    }

    /// Registers a consumer, and waits until it may subscribe.
    static String register(KinesisClient client, String stream, String name) {
        var arn = client.describeStreamSummary(r -> r.streamName(stream))
                .streamDescriptionSummary()
                .streamARN();
        var consumer = client.registerStreamConsumer(r -> r.streamARN(arn).consumerName(name))
                .consumer()
                .consumerARN();
        for (int looks = 0; looks < 100; looks++) {
            var described = client.describeStreamConsumer(r -> r.consumerARN(consumer));
            if (described.consumerDescription().consumerStatus() == ConsumerStatus.ACTIVE) return consumer;
        }
        throw new AssertionError("never active: " + consumer);
    }

    static StartingPosition from(ShardIteratorType type) {
        return StartingPosition.builder().type(type).build();
    }

    static StartingPosition after(String number) {
        return StartingPosition.builder()
                .type(ShardIteratorType.AFTER_SEQUENCE_NUMBER)
                .sequenceNumber(number)
                .build();
    }

    static FanOut subscribe(KinesisAsyncClient client, String consumer, String shard, StartingPosition from) {
        return new FanOut(client, consumer, shard, from);
    }

    /// The next event; empty if the subscription has ended.
    ///
    /// @throws ExecutionException it has ended with an error
    Optional<SubscribeToShardEvent> next() throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            boolean isLast = end.isDone(); // asked first: all its events are there then
            var event = events.poll(isLast ? 0 : POLL_MILLIS, TimeUnit.MILLISECONDS);
            if (event != null) return Optional.of(event);
            if (isLast) {
                end.get();
                return Optional.empty();
            }
        }
        throw new TimeoutException("no event within " + PATIENCE);
    }

    /// The next event, which must come.
    SubscribeToShardEvent event() throws Exception {
        return next().orElseThrow(() -> new AssertionError("the subscription is over"));
    }

    /// The records of the next events, as text, until there are so many.
    List<String> texts(int count) throws Exception {
        var texts = new ArrayList<String>();
        while (texts.size() < count) texts.addAll(Kinesis.texts(event().records()));
        return texts;
    }

    /// When the last event with records came, by [System#nanoTime].
    long arrivedNanos() {
        return arrivedNanos;
    }

    /// Completes when the subscription is over.
    CompletableFuture<Void> end() {
        return end;
    }

    void cancel() {
        subscription.cancel();
    }

    private final class Reader implements Subscriber<SubscribeToShardEventStream> {
        @Override
        public void onSubscribe(Subscription started) {
            subscription = started;
            started.request(1);
        }

        @Override
        public void onNext(SubscribeToShardEventStream event) {
            if (event instanceof SubscribeToShardEvent shardEvent) {
                if (shardEvent.hasRecords() && !shardEvent.records().isEmpty()) arrivedNanos = System.nanoTime();
                events.add(shardEvent);
            }
            subscription.request(1);
        }

        @Override
        public void onError(Throwable cause) {} // `end` has it

        @Override
        public void onComplete() {}
    }
}
