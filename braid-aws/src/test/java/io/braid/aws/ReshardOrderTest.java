package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Batch;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The promise of Kinesis to its readers, while the stream is split, merged and scaled under them all the time: who
/// finishes a shard before its children gets each key's records in the order in which they were put, all of them,
/// once. Writers number the records of each key and put the next when the last is acknowledged; readers do as the
/// KCL does. `-Dbraid.reshard.records=100000` makes it long, `-Dbraid.reshard.seed=7` another one.
class ReshardOrderTest {
    private static final int RECORDS = Integer.getInteger("braid.reshard.records", 300); // of each writer
    private static final long SEED = Long.getLong("braid.reshard.seed", 1);
    private static final int WRITERS = 3;
    private static final int KEYS = 10; // of each writer
    private static final int SHARDS_MAX = 12;
    private static final int PATIENCE_SECONDS = 600;

    private static final Pattern SHARD = Pattern.compile(
            "\"ShardId\":\"shardId-(\\d+)\"(?:,\"ParentShardId\":\"shardId-(\\d+)\")?(?:,\"AdjacentParentShardId\":\"shardId-(\\d+)\")?"
                + ",\"HashKeyRange\":\\{\"StartingHashKey\":\"(\\d+)\",\"EndingHashKey\":\"(\\d+)\"}");
    private static final Pattern CHILD = Pattern.compile("\"ShardId\":\"shardId-(\\d+)\",\"ParentShards\"");
    private static final Pattern RECORD = Pattern.compile(
            "\"SequenceNumber\":\"(\\d+)\",\"ApproximateArrivalTimestamp\":[^,]+,\"Data\":\"([^\"]*)\",\"PartitionKey\":\"([^\"]*)\"");
    private static final Pattern NEXT = Pattern.compile("\"NextShardIterator\":\"([^\"]+)\"");

    private final AtomicBoolean isWritten = new AtomicBoolean();
    private final Map<Integer, List<Integer>> finished = new ConcurrentHashMap<>(); // shards, and their children
    private final Map<String, List<Integer>> seen = new ConcurrentHashMap<>(); // numbers by key, in reading order
    private final Map<String, BigInteger> newest = new ConcurrentHashMap<>(); // sequence number by key

    private record Listed(int index, Set<Integer> parents, BigInteger first, BigInteger last) {}

    @Test
    void eachKeyIsReadInOrderOnceWhileTheStreamIsResharded(@TempDir Path directory) throws Exception {
        try (var server = new TestServer(directory);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":2}");
            var writers = new ArrayList<Future<?>>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                writers.add(threads.submit(() -> write(server, writer)));
            }
            var reader = threads.submit(() -> readAll(server, threads));
            var resharder = threads.submit(() -> reshard(server));

            for (var writer : writers) writer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            isWritten.set(true);
            int changes = resharder.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            reader.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

            assertTrue(changes >= 10, "only " + changes + " changes while records came");
            assertEquals(expected(), new TreeMap<>(seen));
            assertEquals(
                    expected(), new TreeMap<>(onPartitions(server)), "what a Kafka consumer of all partitions gets");
            server.restart();
            assertEquals(expected(), new TreeMap<>(onPartitions(server)), "after a restart");
        }
    }

    private static Map<String, List<Integer>> expected() {
        var expected = new TreeMap<String, List<Integer>>();
        for (int writer = 0; writer < WRITERS; writer++)
            for (int number = 0; number < RECORDS; number++)
                expected.computeIfAbsent(key(writer, number), _ -> new ArrayList<>())
                        .add(number);
        return expected;
    }

    private static String key(int writer, int number) {
        return "w%d-k%d".formatted(writer, number % KEYS);
    }

    private Void write(TestServer server, int writer) throws Exception {
        for (int number = 0; number < RECORDS; number++) {
            var data =
                    Base64.getEncoder().encodeToString(Integer.toString(number).getBytes(UTF_8));
            var put = server.call(
                    "PutRecord",
                    "{\"StreamName\":\"s\",\"PartitionKey\":\"%s\",\"Data\":\"%s\"}"
                            .formatted(key(writer, number), data));
            assertEquals(200, put.statusCode(), put.body());
        }
        return null;
    }

    /// Any of the three operations, on what ListShards has just said, until everything is written. Nobody else
    /// changes the stream, so none may be refused but for being the eleventh scaling of the day.
    private int reshard(TestServer server) throws Exception {
        var random = new Random(SEED);
        int changes = 0;
        while (!isWritten.get()) {
            var open = list(server, ",\"ShardFilter\":{\"Type\":\"AT_LATEST\"}").stream()
                    .sorted((a, b) -> a.first().compareTo(b.first()))
                    .toList();
            int place = random.nextInt(open.size());
            int kind = random.nextInt(3);
            if (kind == 0 && open.size() < SHARDS_MAX) {
                var shard = open.get(place);
                var width = shard.last().subtract(shard.first());
                var at = shard.first().add(width.shiftRight(1 + random.nextInt(2)));
                done(server.call(
                        "SplitShard",
                        "{\"StreamName\":\"s\",\"ShardToSplit\":\"shardId-%012d\",\"NewStartingHashKey\":\"%s\"}"
                                .formatted(shard.index(), at)));
            } else if (kind == 1 && place + 1 < open.size()) {
                done(server.call(
                        "MergeShards",
                        "{\"StreamName\":\"s\",\"ShardToMerge\":\"shardId-%012d\",\"AdjacentShardToMerge\":\"shardId-%012d\"}"
                                .formatted(
                                        open.get(place).index(),
                                        open.get(place + 1).index())));
            } else {
                int target = Math.min(SHARDS_MAX, (open.size() + 1) / 2 + random.nextInt(open.size() + 1));
                var answer = server.call(
                        "UpdateShardCount",
                        "{\"StreamName\":\"s\",\"TargetShardCount\":%d,\"ScalingType\":\"UNIFORM_SCALING\"}"
                                .formatted(target));
                if (answer.body().contains("times in 24 hours")) continue;
                done(answer);
            }
            server.pass(Duration.ofMillis(300));
            changes++;
        }
        return changes;
    }

    private static void done(HttpResponse<String> answer) {
        assertEquals(200, answer.statusCode(), answer.body());
    }

    private static List<Listed> list(TestServer server, String more) throws Exception {
        var listed = new ArrayList<Listed>();
        var body =
                server.call("ListShards", "{\"StreamName\":\"s\"" + more + "}").body();
        while (true) {
            SHARD.matcher(body).results().forEach(match -> {
                var parents = new HashSet<Integer>();
                for (int group = 2; group <= 3; group++)
                    if (match.group(group) != null) parents.add(Integer.parseInt(match.group(group)));
                listed.add(new Listed(
                        Integer.parseInt(match.group(1)),
                        parents,
                        new BigInteger(match.group(4)),
                        new BigInteger(match.group(5))));
            });
            var token = Pattern.compile("\"NextToken\":\"([^\"]+)\"").matcher(body);
            if (!token.find()) return listed;
            body = server.call("ListShards", "{\"NextToken\":\"" + token.group(1) + "\"}")
                    .body();
        }
    }

    /// Begins a reader for each shard all of whose parents are finished, until nothing more can come. What a shard
    /// says of its children at its end must be in the list, too.
    private Void readAll(TestServer server, ExecutorService threads) throws Exception {
        Map<Integer, Future<?>> readers = new HashMap<>();
        while (true) {
            boolean isLast = isWritten.get() && readers.values().stream().allMatch(Future::isDone);
            int before = readers.size();
            var ended = Map.copyOf(finished); // before the list is asked for: their children must be in it
            var listed = list(server, "");
            var children = new HashMap<Integer, Set<Integer>>();
            for (var shard : listed) {
                for (int parent : shard.parents())
                    children.computeIfAbsent(parent, _ -> new LinkedHashSet<>()).add(shard.index());
                if (readers.containsKey(shard.index()) || !ended.keySet().containsAll(shard.parents())) continue;
                Callable<Void> read = () -> read(server, shard);
                readers.put(shard.index(), threads.submit(read));
            }
            for (var reader : readers.values()) if (reader.isDone()) reader.get();
            for (var shard : ended.entrySet())
                assertEquals(children.get(shard.getKey()), new LinkedHashSet<>(shard.getValue()));
            if (isLast && readers.size() == before) return null;
            Thread.yield();
        }
    }

    private Void read(TestServer server, Listed shard) throws Exception {
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"shardId-%012d\",\"ShardIteratorType\":\"TRIM_HORIZON\"}"
                                .formatted(shard.index()))
                .body()
                .split("\"")[3];
        while (true) {
            boolean isLast = isWritten.get();
            var body = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                    .body();
            var records = RECORD.matcher(body).results().toList();
            for (var record : records) note(shard, record.group(3), record.group(2), new BigInteger(record.group(1)));
            var next = NEXT.matcher(body);
            if (!next.find()) {
                finished.put(
                        shard.index(),
                        CHILD.matcher(body)
                                .results()
                                .map(match -> Integer.parseInt(match.group(1)))
                                .toList());
                return null;
            }
            if (isLast && records.isEmpty() && body.contains("\"MillisBehindLatest\":0")) return null; // open
            iterator = next.group(1);
        }
    }

    private void note(Listed shard, String key, String data, BigInteger sequence) {
        var hash = new BigInteger(1, md5(key));
        assertTrue(
                shard.first().compareTo(hash) <= 0 && hash.compareTo(shard.last()) <= 0, key + " is not of " + shard);
        var before = newest.put(key, sequence);
        assertTrue(before == null || before.compareTo(sequence) < 0, "sequence numbers of " + key + " fell");
        seen.computeIfAbsent(key, _ -> new ArrayList<>())
                .add(Integer.parseInt(new String(Base64.getDecoder().decode(data), UTF_8)));
    }

    private static byte[] md5(String key) {
        try {
            return MessageDigest.getInstance("MD5").digest(key.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The numbers of each key on all partitions together, sorted: Kafka promises no order across partitions.
    private static Map<String, List<Integer>> onPartitions(TestServer server) throws Exception {
        var found = new HashMap<String, List<Integer>>();
        int partitions = server.broker().catalog().stream("s").orElseThrow().partitions();
        assertTrue(partitions <= SHARDS_MAX, "partitions were not used again: " + partitions);
        for (int p = 0; p < partitions; p++) {
            var log = server.broker().partition("s", p).orElseThrow().log();
            for (long at = 0; at < log.end(); ) {
                try (var slice = ((ReadOutcome.Found) log.read(at, log.end(), 1)).slice()) {
                    var batch = new Batch(slice.load());
                    var records = new RecordCursor(batch, batch.payload());
                    while (records.next())
                        found.computeIfAbsent(text(records.key()), _ -> new ArrayList<>())
                                .add(Integer.parseInt(text(records.value())));
                    at = batch.nextOffset();
                }
            }
        }
        found.values().forEach(numbers -> numbers.sort(null));
        return found;
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }
}
