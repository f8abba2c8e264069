package io.braid.bench.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// Puts and gets 500 records at a time over several connections, one thread each.
///
/// Every record has [#DATA_BYTES] random bytes and a partition key of its own, so that puts spread over all shards.
/// Every answer is checked: its status, that no record of a put failed, and how many records a get brought.
///
/// @param connections  how many at once; a stream has as many shards
public record KinesisLoad(InetSocketAddress server, String stream, int connections) {
    public static final int DATA_BYTES = 1024;
    public static final int RECORDS_PER_CALL = 500; // Amazon's limit for PutRecords
    private static final int DATA_CHARS = (DATA_BYTES + 2) / 3 * 4;
    private static final Duration ACTIVE_MAX = Duration.ofSeconds(30);
    private static final byte[] NONE_FAILED = "\"FailedRecordCount\":0".getBytes(StandardCharsets.US_ASCII);
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
        try (var http = new Http(server)) {
            call(http, "CreateStream", "{\"StreamName\":\"%s\",\"ShardCount\":%d}".formatted(stream, connections));
            long deadline = System.nanoTime() + ACTIVE_MAX.toNanos();
            while (!call(http, "DescribeStreamSummary", named()).contains("\"ACTIVE\"")) {
                if (System.nanoTime() > deadline) {
                    throw new IOException("stream %s is not ACTIVE after %s".formatted(stream, ACTIVE_MAX));
                }
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
    }

    /// Deletes the stream.
    public void delete() throws IOException {
        try (var http = new Http(server)) {
            call(http, "DeleteStream", named());
        }
    }

    /// Puts until the time is up or the records are enough.
    public Done put(Duration time, long recordsMax) throws IOException, InterruptedException {
        var bodies = bodies();
        long each = Math.ceilDiv(recordsMax, connections);
        return everyConnection(time, (http, index, deadline) -> {
            long put = 0;
            while (put < each && System.nanoTime() < deadline) {
                var answer = http.exchange(bodies.get(index));
                if (answer.status() != 200 || !noneFailed(answer)) {
                    throw new IOException("PutRecords answered %d: %s".formatted(answer.status(), answer.text()));
                }
                put += RECORDS_PER_CALL;
            }
            return put;
        });
    }

    /// Reads every shard from its oldest record to its newest, again and again, until the time is up.
    public Done get(Duration time) throws IOException, InterruptedException {
        var first = oldest();
        return everyConnection(time, (http, index, deadline) -> {
            long got = 0;
            var iterator = first.get(index);
            while (System.nanoTime() < deadline) {
                var body = "{\"Limit\":%d,\"ShardIterator\":\"%s\"}".formatted(RECORDS_PER_CALL, iterator);
                var answer = http.exchange(Http.request("GetRecords", bytes(body)));
                if (answer.status() != 200) {
                    throw new IOException("GetRecords answered %d: %s".formatted(answer.status(), answer.text()));
                }
                var page = Page.of(answer, DATA_CHARS);
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
        try (var http = new Http(server)) {
            for (var iterator : oldest()) {
                Page page;
                do {
                    var body = "{\"ShardIterator\":\"%s\"}".formatted(iterator);
                    page = Page.of(http.exchange(Http.request("GetRecords", bytes(body))), DATA_CHARS);
                    iterator = page.nextIterator();
                    records += page.records();
                } while (page.records() > 0);
            }
        }
        return records;
    }

    private Done everyConnection(Duration time, Worker worker) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long deadline = start + time.toNanos();
        var tasks = new ArrayList<Callable<Long>>();
        for (int i = 0; i < connections; i++) {
            int index = i;
            tasks.add(() -> {
                try (var http = new Http(server)) {
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
            throw new IOException("a connection failed: " + e.getCause().getMessage(), e.getCause());
        }
    }

    /// A request for each connection, made before the clock starts.
    private List<ByteBuffer> bodies() {
        var random = new Random(1);
        var bodies = new ArrayList<ByteBuffer>();
        for (int i = 0; i < connections; i++) {
            bodies.add(Http.request("PutRecords", bytes(putBody(random))));
        }
        return bodies;
    }

    private String putBody(RandomGenerator random) {
        var data = new byte[DATA_BYTES];
        var body = new StringBuilder("{\"StreamName\":\"" + stream + "\",\"Records\":[");
        for (int i = 0; i < RECORDS_PER_CALL; i++) {
            random.nextBytes(data);
            body.append(i == 0 ? "{\"Data\":\"" : ",{\"Data\":\"")
                    .append(Base64.getEncoder().encodeToString(data))
                    .append("\",\"PartitionKey\":\"%016x\"}".formatted(random.nextLong()));
        }
        return body.append("]}").toString();
    }

    /// An iterator at the oldest record of each shard.
    private List<String> oldest() throws IOException {
        var iterators = new ArrayList<String>();
        try (var http = new Http(server)) {
            var shards = SHARD.matcher(call(http, "ListShards", named()));
            while (shards.find()) {
                var body = "{\"StreamName\":\"%s\",\"ShardId\":\"%s\",\"ShardIteratorType\":\"TRIM_HORIZON\"}"
                        .formatted(stream, shards.group(1));
                var answer = ITERATOR.matcher(call(http, "GetShardIterator", body));
                if (!answer.find()) {
                    throw new IOException("GetShardIterator answered without an iterator");
                }
                iterators.add(answer.group(1));
            }
        }
        return iterators;
    }

    private static String call(Http http, String operation, String body) throws IOException {
        var answer = http.exchange(Http.request(operation, bytes(body)));
        if (answer.status() != 200) {
            throw new IOException("%s answered %d: %s".formatted(operation, answer.status(), answer.text()));
        }
        return answer.text();
    }

    private String named() {
        return "{\"StreamName\":\"%s\"}".formatted(stream);
    }

    /// The count stands at the beginning or at the end of the answer, as the server likes.
    private static boolean noneFailed(Http.Answer answer) {
        int last = answer.end() - NONE_FAILED.length;
        for (int distance = 0; distance < 64 && distance <= last - answer.start(); distance++) {
            if (matches(answer, answer.start() + distance) || matches(answer, last - distance)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(Http.Answer answer, int at) {
        int end = at + NONE_FAILED.length;
        return java.util.Arrays.equals(answer.bytes(), at, end, NONE_FAILED, 0, NONE_FAILED.length)
                && !Character.isDigit(answer.bytes()[end]);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
