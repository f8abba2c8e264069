package io.braid.bench.demo;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/// Puts events with Amazon's own client, as any application would.
///
/// One thread only.
final class Feed implements AutoCloseable {
    private static final int CALL_RECORDS_MAX = 500; // Kinesis' limit
    private static final double CALLS_PER_SECOND = 20; // at a given speed; smaller calls look livelier, cost more
    private static final int ATTEMPTS_MAX = 10;
    private static final String SHARD_PREFIX = "shardId-";

    private final KinesisClient kinesis;
    private final String stream;

    /// @param endpoint  the server's HTTP address
    Feed(URI endpoint, String stream) {
        this.stream = stream;
        this.kinesis = KinesisClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("demo", "demo")))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    /// Creates the stream and waits until it is active.
    void createStream(int shards) {
        kinesis.createStream(request -> request.streamName(stream).shardCount(shards));
        kinesis.waiter().waitUntilStreamExists(request -> request.streamName(stream));
    }

    void deleteStream() {
        kinesis.deleteStream(request -> request.streamName(stream));
    }

    /// Puts all events in their order.
    ///
    /// @param speed  records per second; 0 is as fast as it goes
    void put(List<Event> events, int speed, Traffic traffic) throws IOException, InterruptedException {
        int size =
                speed == 0 ? CALL_RECORDS_MAX : Math.clamp(Math.round(speed / CALLS_PER_SECOND), 1, CALL_RECORDS_MAX);
        long start = System.nanoTime();
        for (int from = 0; from < events.size(); from += size) {
            var group = events.subList(from, Math.min(events.size(), from + size));
            traffic.reached(group.getFirst().time());
            put(group, traffic);
            if (speed > 0) {
                long due = start + TimeUnit.SECONDS.toNanos(from + size) / speed;
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
            }
        }
    }

    /// Puts one call's events; those that the server had no room for are put again before anything newer.
    private void put(List<Event> group, Traffic traffic) throws IOException {
        var waiting = group;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            waiting = putOnce(waiting, traffic);
            if (waiting.isEmpty()) {
                return;
            }
        }
        throw new IOException(
                "%d records were refused %d times; the server is overloaded".formatted(waiting.size(), ATTEMPTS_MAX));
    }

    private List<Event> putOnce(List<Event> group, Traffic traffic) {
        var entries = group.stream().map(Feed::entry).toList();
        var answers = kinesis.putRecords(request -> request.streamName(stream).records(entries))
                .records();
        var refused = new ArrayList<Event>();
        for (int i = 0; i < group.size(); i++) {
            if (answers.get(i).errorCode() == null) {
                traffic.put(shardNumber(answers.get(i).shardId()));
            } else {
                refused.add(group.get(i));
            }
        }
        return refused;
    }

    private static PutRecordsRequestEntry entry(Event event) {
        return PutRecordsRequestEntry.builder()
                .partitionKey(event.key())
                .data(SdkBytes.fromUtf8String(event.line()))
                .build();
    }

    /// `shardId-000000000003` is 3.
    private static int shardNumber(String shardId) {
        return Integer.parseInt(shardId.substring(SHARD_PREFIX.length()));
    }

    @Override
    public void close() {
        kinesis.close();
    }
}
