package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome.Done;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.BatchBuilder;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthTest {
    private static final Instant SECOND = Instant.parse("2026-11-23T10:00:00Z");

    @TempDir
    Path directory;

    @Test
    void aSplitClosesTheParentWhereItsRecordsEndAndGoesOnFromThere() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));
            for (int i = 0; i < 3; i++) put(server, "orders", "key " + i);
            server.clock.move(Duration.ofSeconds(60));

            var grown = assertInstanceOf(Done.class, server.broker.grow("orders", 2)).stream();

            var later = SECOND.plusSeconds(60);
            var halves = HashRange.even(2);
            assertEquals(
                    List.of(
                            new Shard(0, 0, 0, new Shard.Closed(3, later), HashRange.WHOLE, List.of(), SECOND),
                            new Shard(1, 0, 3, new Shard.Open(), halves.get(0), List.of(0), later),
                            new Shard(2, 1, 0, new Shard.Open(), halves.get(1), List.of(0), later)),
                    grown.shards());
            assertEquals(2, grown.partitions());
            assertTrue(server.broker.partition("orders", 1).orElseThrow().isWritable());
        }
    }

    @Test
    void childrenAreCreatedLaterThanTheirParentsEvenWithinOneSecond() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));

            var grown = assertInstanceOf(Done.class, server.broker.grow("orders", 5)).stream();

            for (var shard : grown.shards())
                for (int parent : shard.parents())
                    assertTrue(
                            shard.created().isAfter(grown.shards().get(parent).created()), shard.toString());
            assertEquals(5, grown.shards().stream().filter(Shard::isOpen).count());
        }
    }

    @Test
    void theWidestShardIsSplitFirst() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));

            server.broker.grow("orders", 3);
            var grown = assertInstanceOf(Done.class, server.broker.grow("orders", 4)).stream();

            var open = grown.shards().stream()
                    .filter(Shard::isOpen)
                    .map(Shard::range)
                    .sorted(java.util.Comparator.comparing(HashRange::first))
                    .toList();
            assertEquals(HashRange.even(4), open);
        }
    }

    @Test
    void noPutByHashKeyLandsInAShardThatDoesNotTakeItsKey() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));
            Map<PlacedAt, HashKey> placed = new ConcurrentHashMap<>();
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var puts = new ArrayList<Future<?>>();
                for (int writer = 0; writer < 8; writer++) {
                    int id = writer;
                    puts.add(threads.submit(() -> {
                        for (int i = 0; i < 100; i++) {
                            var key = "key %d %d".formatted(id, i);
                            placed.put(put(server, "orders", key), hash(key));
                        }
                    }));
                }
                for (int partitions = 2; partitions <= 8; partitions++) server.broker.grow("orders", partitions);
                for (var put : puts) put.get(60, TimeUnit.SECONDS);
            }

            var stream = server.broker.catalog().stream("orders").orElseThrow();
            assertEquals(800, placed.size());
            placed.forEach((at, key) -> assertTrue(shardAt(stream, at).range().contains(key), at + " has " + key));
        }
    }

    @Test
    void aSplitWaitsForPutsThatHoldTheShards() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));
            CompletableFuture<CatalogOutcome> grown;
            try (var hold = server.broker.hold("orders").orElseThrow()) {
                grown = CompletableFuture.supplyAsync(() -> server.broker.grow("orders", 2));
                append(hold, hold.stream().shards().getFirst(), "late");
                assertEquals(
                        1,
                        server.broker.catalog().stream("orders").orElseThrow().partitions());
            }

            var stream = assertInstanceOf(Done.class, grown.get(60, TimeUnit.SECONDS)).stream();

            assertEquals(1, stream.shards().get(1).firstOffset(), "the late record is the parent's");
        }
    }

    private record PlacedAt(int partition, long offset) {}

    private static Shard shardAt(Stream stream, PlacedAt at) {
        return stream.shards().stream()
                .filter(shard -> shard.partition() == at.partition() && shard.firstOffset() <= at.offset())
                .filter(shard -> !(shard.extent() instanceof Shard.Closed(long end, Instant _)) || at.offset() < end)
                .findFirst()
                .orElseThrow();
    }

    private static PlacedAt put(TestServer server, String stream, String key) {
        try (var hold = server.broker.hold(stream).orElseThrow()) {
            return append(hold, hold.stream().shardFor(hash(key)), key);
        }
    }

    private static PlacedAt append(ShardHold hold, Shard shard, String key) {
        var bytes = MemorySegment.ofArray(key.getBytes(StandardCharsets.UTF_8));
        var batch = new BatchBuilder(1).add(1, bytes, bytes).build();
        var outcome = hold.partition(shard).log().append(batch).join();
        return new PlacedAt(
                shard.partition(), assertInstanceOf(Appended.class, outcome).firstOffset());
    }

    private static HashKey hash(String key) {
        return HashKey.ofPartitionKey(key.getBytes(StandardCharsets.UTF_8));
    }
}
