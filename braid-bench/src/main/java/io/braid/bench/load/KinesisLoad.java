package io.braid.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Puts and gets records over several connections, one thread and one request at a time each.
///
/// Every record has random bytes and a partition key of its own, so that puts spread over all shards. Every answer is
/// checked: its status, that no record of a put failed, and how many records a get brought.
///
/// What is not done as it should be is [Unserved].
///
/// @param shards     of the stream; PutRecords and GetRecords go over as many connections
/// @param dataBytes  of each record
/// @param protocol   of what is measured
public record KinesisLoad(InetSocketAddress server, String stream, int shards, int dataBytes, Protocol protocol) {
    public static final int RECORDS_PER_CALL = 500; // Amazon's limit for PutRecords
    static final int SMALL_ANSWER_BYTES_MAX = 64 << 10; // of all but PutRecords and GetRecords
    private static final Duration CHANGE_MAX = Duration.ofSeconds(30);
    private static final Pattern ITERATOR = Pattern.compile("\"ShardIterator\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern SHARD = Pattern.compile("\"ShardId\"\\s*:\\s*\"([^\"]+)\"");

    /// What one connection did until its time was up.
    private interface Worker {
        long run(Http http, int index, long deadline) throws IOException;
    }

    /// How much was done in how long.
    public record Done(long records, double seconds) {
        public double rate() {
            return records / seconds;
        }
    }

    /// Creates the stream and waits until it may be used.
    public void create() throws IOException, InterruptedException {
        try (var http = connect()) {
            call(http, "CreateStream", "{\"StreamName\":\"%s\",\"ShardCount\":%d}".formatted(stream, shards));
            await(
                    http,
                    "ACTIVE",
                    answer -> answer.status() == 200 && answer.text().contains("\"ACTIVE\""));
        }
    }

    /// Deletes the stream and waits until it is gone.
    public void delete() throws IOException, InterruptedException {
        try (var http = connect()) {
            call(http, "DeleteStream", named());
            await(http, "gone", KinesisLoad::saysThereIsNoStream);
        }
    }

    private void await(Http http, String state, Predicate<Http.Answer> isReached)
            throws IOException, InterruptedException {
        var request = Http.request("DescribeStreamSummary", bytes(named()));
        long deadline = System.nanoTime() + CHANGE_MAX.toNanos();
        while (!isReached.test(http.exchange(request))) {
            if (System.nanoTime() > deadline) {
                throw new IOException("stream %s is not %s after %s".formatted(stream, state, CHANGE_MAX));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /// Puts with PutRecords until the time is up or the records are enough.
    public Done put(Duration time, long recordsMax) throws IOException, InterruptedException {
        var requests = putRecords();
        return everyConnection(
                shards,
                time,
                Http.ANSWER_BYTES_MAX,
                repeated("PutRecords", requests, RECORDS_PER_CALL, recordsMax, this::saysAllPut));
    }

    /// Puts with PutRecord until the time is up or the records are enough.
    ///
    /// @param inFlight  so many connections, each with one record under way
    public Done putOneByOne(int inFlight, Duration time, long recordsMax) throws IOException, InterruptedException {
        var random = new Random(1);
        var requests = new ArrayList<ByteBuffer>();
        for (int i = 0; i < inFlight; i++) {
            requests.add(Http.request(protocol, "PutRecord", protocol.putRecord(stream, entry(random))));
        }
        return everyConnection(
                inFlight,
                time,
                SMALL_ANSWER_BYTES_MAX,
                repeated("PutRecord", requests, 1, recordsMax, KinesisLoad::saysPut));
    }

    /// Sends the very requests of [#put] while the stream is not there, which Braid finds out when it has decoded and
    /// checked every record.
    public Done putNowhere(Duration time, long recordsMax) throws IOException, InterruptedException {
        var requests = putRecords();
        return everyConnection(
                shards,
                time,
                Http.ANSWER_BYTES_MAX,
                repeated(
                        "PutRecords without a stream",
                        requests,
                        RECORDS_PER_CALL,
                        recordsMax,
                        KinesisLoad::saysThereIsNoStream));
    }

    /// Reads every shard from its oldest record to its newest, again and again, until the time is up.
    public Done get(Duration time) throws IOException, InterruptedException {
        var first = oldest();
        return everyConnection(shards, time, Http.ANSWER_BYTES_MAX, (http, index, deadline) -> {
            long got = 0;
            var iterator = first.get(index);
            while (System.nanoTime() < deadline) {
                var page = page(http, iterator, RECORDS_PER_CALL);
                if (page.records() == 0 && iterator.equals(first.get(index))) {
                    throw new IOException("shard %d of stream %s holds no record".formatted(index, stream));
                }
                got += page.records();
                iterator = page.records() < RECORDS_PER_CALL ? first.get(index) : page.nextIterator();
            }
            return got;
        });
    }

    /// Counts every record of the stream once: what a check of a run compares with what was put.
    public long count() throws IOException {
        long records = 0;
        try (var http = new Http(server, Http.ANSWER_BYTES_MAX)) {
            for (var iterator : oldest()) {
                Page page;
                do {
                    page = page(http, iterator, 10 * RECORDS_PER_CALL);
                    iterator = page.nextIterator();
                    records += page.records();
                } while (page.records() > 0);
            }
        }
        return records;
    }

    private Page page(Http http, String iterator, int limit) throws IOException {
        var request = Http.request(protocol, "GetRecords", protocol.getRecords(iterator, limit));
        var answer = http.exchange(request);
        if (answer.status() != 200) {
            throw Unserved.by("GetRecords", answer);
        }
        try {
            return protocol.page(answer, dataBytes);
        } catch (IllegalArgumentException e) {
            throw Unserved.unreadable("GetRecords", e);
        }
    }

    /// Sends a connection's request again and again.
    ///
    /// @param records  in each request
    private static Worker repeated(
            String operation,
            List<ByteBuffer> requests,
            int records,
            long recordsMax,
            Predicate<Http.Answer> isAsExpected) {
        long each = Math.ceilDiv(recordsMax, requests.size());
        return (http, index, deadline) -> {
            long put = 0;
            while (put < each && System.nanoTime() < deadline) {
                var answer = http.exchange(requests.get(index));
                try {
                    if (!isAsExpected.test(answer)) {
                        throw Unserved.by(operation, answer);
                    }
                } catch (IllegalArgumentException e) {
                    throw Unserved.unreadable(operation, e);
                }
                put += records;
            }
            return put;
        };
    }

    private Done everyConnection(int connections, Duration time, int answerBytesMax, Worker worker)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long deadline = start + time.toNanos();
        var tasks = new ArrayList<Callable<Long>>();
        for (int i = 0; i < connections; i++) {
            int index = i;
            tasks.add(() -> {
                try (var http = new Http(server, answerBytesMax)) {
                    return worker.run(http, index, deadline);
                }
            });
        }
        try (var threads = Executors.newFixedThreadPool(connections)) {
            long records = 0;
            for (var result : threads.invokeAll(tasks)) {
                records += result.get();
            }
            return new Done(records, (System.nanoTime() - start) / 1e9);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Unserved unserved) throw unserved;
            throw new Unserved("a connection failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /// A request for each connection, made before the clock starts.
    private List<ByteBuffer> putRecords() {
        var random = new Random(1);
        var requests = new ArrayList<ByteBuffer>();
        for (int i = 0; i < shards; i++) {
            var entries = new ArrayList<Protocol.Entry>();
            for (int j = 0; j < RECORDS_PER_CALL; j++) {
                entries.add(entry(random));
            }
            requests.add(Http.request(protocol, "PutRecords", protocol.putRecords(stream, entries)));
        }
        return requests;
    }

    private Protocol.Entry entry(RandomGenerator random) {
        var data = new byte[dataBytes];
        random.nextBytes(data);
        return new Protocol.Entry(data, "%016x".formatted(random.nextLong()));
    }

    /// An iterator at the oldest record of each shard.
    private List<String> oldest() throws IOException {
        var iterators = new ArrayList<String>();
        try (var http = connect()) {
            var found = SHARD.matcher(call(http, "ListShards", named()));
            while (found.find()) {
                var body = "{\"StreamName\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}"
                        .formatted(stream, found.group(1));
                var answer = ITERATOR.matcher(call(http, "GetShardIterator", body));
                if (!answer.find()) {
                    throw new Unserved("GetShardIterator answered without an iterator", null);
                }
                iterators.add(answer.group(1));
            }
        }
        return iterators;
    }

    private Http connect() throws IOException {
        return new Http(server, SMALL_ANSWER_BYTES_MAX);
    }

    /// Something that is not measured.
    static String call(Http http, String operation, String body) throws IOException {
        var answer = http.exchange(Http.request(operation, bytes(body)));
        if (answer.status() != 200) {
            throw Unserved.by(operation, answer);
        }
        return answer.text();
    }

    private String named() {
        return "{\"StreamName\":\"%s\"}".formatted(stream);
    }

    private boolean saysAllPut(Http.Answer answer) {
        return answer.status() == 200 && protocol.saysAllPut(answer, RECORDS_PER_CALL);
    }

    private static boolean saysPut(Http.Answer answer) {
        return answer.status() == 200 && answer.text().contains("SequenceNumber");
    }

    private static boolean saysThereIsNoStream(Http.Answer answer) {
        return answer.status() == 400 && answer.text().contains("ResourceNotFoundException");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
