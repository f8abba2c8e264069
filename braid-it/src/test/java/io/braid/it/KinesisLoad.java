package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;

/// Putters that write numbered records by PutRecords and put again what was not acknowledged, for as long as the
/// server is away.
///
/// Kinesis promises at least once: a put that failed may have been written all the same, so its retry may be a
/// second copy. What is told apart is the copy that was acknowledged, by its sequence number.
final class KinesisLoad implements AutoCloseable {
    private static final int SHARDS = 2;
    private static final int PUTTERS = 3;
    private static final int RECORDS_PER_PUT = 20;
    private static final long STOP_MAX_MILLIS = 60_000;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final KinesisClient client;
    private final String stream;
    private final List<Thread> putters = new ArrayList<>();
    private final Map<String, Acknowledged> answers = new ConcurrentHashMap<>(); // by sequence number
    private final AtomicLong acknowledged = new AtomicLong();
    private volatile boolean stopping;
    private volatile Throwable failure;

    private record Acknowledged(String shard, String key, String text) {}

    KinesisLoad(URI endpoint) {
        client = Kinesis.sync(endpoint);
        stream = Kinesis.create(client, "crash-kinesis", SHARDS);
        for (int i = 0; i < PUTTERS; i++) {
            int putter = i;
            putters.add(Thread.ofVirtual().start(() -> write(putter)));
        }
    }

    private void write(int putter) {
        try {
            for (long number = 0; !stopping; number += RECORDS_PER_PUT) putUntilAcknowledged(putter, number);
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        }
    }

    private void putUntilAcknowledged(int putter, long first) {
        var entries = new ArrayList<PutRecordsRequestEntry>();
        for (long number = first; number < first + RECORDS_PER_PUT; number++)
            entries.add(PutRecordsRequestEntry.builder()
                    .partitionKey("putter-%d-%d".formatted(putter, number % 2))
                    .data(Kinesis.bytes("" + number))
                    .build());
        while (!stopping) {
            try {
                record(entries, client.putRecords(r -> r.streamName(stream).records(entries)));
                return;
            } catch (SdkException | UncheckedIOException whileAway) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }

    private void record(List<PutRecordsRequestEntry> entries, PutRecordsResponse answer) {
        // One failed record would need a retry of its own, and nothing here should fail but the whole process.
        assertEquals(0, answer.failedRecordCount(), answer::toString);
        for (int i = 0; i < entries.size(); i++) {
            var entry = entries.get(i);
            var result = answer.records().get(i);
            var told = new Acknowledged(
                    result.shardId(), entry.partitionKey(), entry.data().asUtf8String());
            var before = answers.put(result.sequenceNumber(), told);
            assertTrue(before == null, () -> "one sequence number for " + before + " and " + told);
        }
        acknowledged.addAndGet(entries.size());
    }

    long acknowledged() {
        if (failure != null) throw new AssertionError(failure);
        return acknowledged.get();
    }

    void stop() throws InterruptedException {
        stopping = true;
        for (var putter : putters) {
            putter.join(STOP_MAX_MILLIS);
            assertTrue(!putter.isAlive(), "a putter is stuck");
        }
        if (failure != null) throw new AssertionError(failure);
    }

    /// Reads all shards. Every acknowledged record is at its sequence number, once; sequence numbers increase; and
    /// the acknowledged records of each key are in the order in which they were put.
    void audit() {
        var missing = new HashMap<>(answers);
        var lastByKey = new HashMap<String, Long>();
        for (var shard : Kinesis.shards(client, stream)) {
            var previous = BigInteger.ZERO;
            for (var record : Kinesis.all(client, stream, shard.shardId())) {
                var number = new BigInteger(record.sequenceNumber());
                assertTrue(number.compareTo(previous) > 0, "sequence numbers increase: " + record);
                previous = number;
                var expected = missing.remove(record.sequenceNumber());
                if (expected == null) continue; // a copy that nobody was told of
                var read = new Acknowledged(shard.shardId(), record.partitionKey(), Kinesis.text(record));
                assertEquals(expected, read);
                long put = Long.parseLong(read.text());
                var before = lastByKey.put(read.key(), put);
                assertTrue(before == null || before < put, () -> "%s: %d after %d".formatted(read, put, before));
            }
        }
        assertEquals(Map.of(), new LinkedHashMap<>(missing), "acknowledged, and not there");
    }

    @Override
    public void close() {
        stopping = true;
        client.close();
    }

    @Override
    public String toString() {
        return "Kinesis: %d acknowledged, failure %s".formatted(acknowledged.get(), failure);
    }
}
