package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.CatalogOutcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Puts and reads while the stream is split: every record is in the shard its answer names, once.
class PutDuringSplitTest {
    private static final int WRITERS = 3;
    private static final int REQUESTS = 60;
    private static final Pattern PUT = Pattern.compile("\"SequenceNumber\":\"(\\d+)\",\"ShardId\":\"(shardId-\\d+)\"");
    private static final Pattern GOT = Pattern.compile("\"SequenceNumber\":\"(\\d+)\",\"Approximate");
    private static final Pattern NEXT = Pattern.compile("\"NextShardIterator\":\"([^\"]+)\"");
    private static final Pattern CHILD = Pattern.compile("\"ShardId\":\"(shardId-\\d+)\",\"ParentShards\"");

    @Test
    void noRecordIsLostDoubledOrInAnothersShard(@TempDir Path directory) throws Exception {
        try (var server = new TestServer(directory)) {
            server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
            var halfway = new CountDownLatch(WRITERS);
            var writers = new ArrayList<CompletableFuture<List<String>>>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                var answers = new CompletableFuture<List<String>>();
                Thread.ofVirtual().start(() -> write(server, writer, halfway, answers));
                writers.add(answers);
            }

            for (int shards = 2; shards <= 8; shards *= 2)
                Assertions.assertInstanceOf(
                        CatalogOutcome.Done.class, server.broker().grow("s", shards));
            halfway.await();
            Assertions.assertInstanceOf(
                    CatalogOutcome.Done.class, server.broker().grow("s", 16));

            var put = new ArrayList<String>();
            for (var writer : writers) put.addAll(writer.get());
            var got = new ArrayList<String>();
            var seen = new TreeSet<String>();
            read(server, "shardId-000000000000", got, seen);
            assertEquals(WRITERS * REQUESTS * 2, put.size());
            assertEquals(put.stream().sorted().toList(), got.stream().sorted().toList());
        }
    }

    private static void write(
            TestServer server, int writer, CountDownLatch halfway, CompletableFuture<List<String>> answers) {
        var put = new ArrayList<String>();
        try {
            for (int i = 0; i < REQUESTS; i++) {
                if (i == REQUESTS / 2) halfway.countDown();
                var records =
                        "{\"Data\":\"MQ==\",\"PartitionKey\":\"%d-%d\"},{\"Data\":\"Mg==\",\"PartitionKey\":\"%d %d\"}"
                                .formatted(writer, i, writer, i);
                var body = server.call("PutRecords", "{\"StreamName\":\"s\",\"Records\":[" + records + "]}")
                        .body();
                PUT.matcher(body).results().forEach(match -> put.add(match.group(2) + " " + match.group(1)));
            }
            answers.complete(put);
        } catch (Exception e) {
            answers.completeExceptionally(e);
        }
    }

    /// Reads a shard to its end, and then its children.
    private static void read(TestServer server, String shard, List<String> got, TreeSet<String> seen) throws Exception {
        if (!seen.add(shard)) return;
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"" + shard + "\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];
        while (true) {
            var body = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                    .body();
            var records = GOT.matcher(body)
                    .results()
                    .map(match -> shard + " " + match.group(1))
                    .toList();
            got.addAll(records);
            var next = NEXT.matcher(body);
            if (!next.find()) {
                for (var child : CHILD.matcher(body)
                        .results()
                        .map(match -> match.group(1))
                        .toList()) read(server, child, got, seen);
                return;
            }
            if (records.isEmpty() && body.contains("\"MillisBehindLatest\":0")) return; // open, and read to its end
            iterator = next.group(1);
        }
    }
}
