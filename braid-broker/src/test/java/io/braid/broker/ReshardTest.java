package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.CatalogOutcome.Field;
import io.braid.broker.CatalogOutcome.Invalid;
import io.braid.broker.CatalogOutcome.NotFound;
import io.braid.broker.Reshard.Merge;
import io.braid.broker.Reshard.Scale;
import io.braid.broker.Reshard.Split;
import io.braid.broker.Reshard.Together;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.BatchBuilder;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Splitting, merging and scaling through the broker: what is durable, what can be written, what is forgotten.
class ReshardTest {
    private static final Instant SECOND = Instant.parse("2026-11-23T10:00:00Z");
    private static final List<HashRange> HALVES = HashRange.even(2);

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(directory);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    private void restart() throws Exception {
        server.close();
        server = new TestServer(directory);
    }

    private Stream reshard(Reshard change) {
        return assertInstanceOf(Done.class, server.broker.reshard("orders", _ -> change)).stream();
    }

    private Stream orders() {
        return server.broker.catalog().stream("orders").orElseThrow();
    }

    private io.braid.log.AppendOutcome append(int partition) {
        var bytes = MemorySegment.ofArray(new byte[] {1});
        var batch = new BatchBuilder(1).add(1, bytes, bytes).build();
        return server.broker
                .partition("orders", partition)
                .orElseThrow()
                .log()
                .append(batch)
                .join();
    }

    @Test
    void aSplitLeavesTheLowerKeysWhereTheyAre() {
        server.create(NewStream.of("orders", 1));
        append(0);
        server.clock.move(Duration.ofSeconds(60));

        var split = reshard(new Split(0, HashKey.of(BigInteger.TEN)));

        var later = SECOND.plusSeconds(60);
        var lower = new HashRange(HashKey.MIN, HashKey.of(BigInteger.valueOf(9)));
        var upper = new HashRange(HashKey.of(BigInteger.TEN), HashKey.MAX);
        assertEquals(
                List.of(
                        new Shard(0, 0, 0, new Shard.Closed(1, later), HashRange.WHOLE, List.of(), SECOND),
                        new Shard(1, 0, 1, new Shard.Open(), lower, List.of(0), later),
                        new Shard(2, 1, 0, new Shard.Open(), upper, List.of(0), later)),
                split.shards());
        assertEquals(2, split.partitions());
    }

    @Test
    void aMergeGoesOnAtTheFirstAndShutsTheOthersPartition() throws Exception {
        server.create(NewStream.of("orders", 2));
        append(0);
        append(1);
        append(1);
        server.clock.move(Duration.ofSeconds(60));

        var merged = reshard(new Merge(0, 1));

        var later = SECOND.plusSeconds(60);
        assertEquals(
                List.of(
                        new Shard(0, 0, 0, new Shard.Closed(1, later), HALVES.get(0), List.of(), SECOND),
                        new Shard(1, 1, 0, new Shard.Closed(2, later), HALVES.get(1), List.of(), SECOND),
                        new Shard(2, 0, 1, new Shard.Open(), HashRange.WHOLE, List.of(0, 1), later)),
                merged.shards());
        assertEquals(2, merged.partitions());
        assertFalse(server.broker.partition("orders", 1).orElseThrow().isWritable());
        assertEquals(
                Reason.NOT_OWNER, assertInstanceOf(Refused.class, append(1)).reason());
        assertEquals(1, assertInstanceOf(Appended.class, append(0)).firstOffset());
        restart();
        assertEquals(merged, orders());
    }

    @Test
    void aPartitionThatWasLeftIsUsedAgainFromItsEndOn() throws Exception {
        server.create(NewStream.of("orders", 2));
        append(1);
        reshard(new Merge(0, 1));

        var split = reshard(new Split(2, HashKey.of(BigInteger.TEN)));

        assertEquals(2, split.partitions());
        assertEquals(1, split.shard(4).orElseThrow().partition());
        assertEquals(1, split.shard(4).orElseThrow().firstOffset());
        assertEquals(1, assertInstanceOf(Appended.class, append(1)).firstOffset());
    }

    @Test
    void splitsAndMergesTogetherAreOneChange() throws Exception {
        server.create(NewStream.of("orders", 4));
        long before = server.broker.catalogChanges();
        var ends = HashRange.even(4).get(0).halves().get(1).first();

        var after = reshard(new Together(List.of(new Split(0, ends)), List.of(new Merge(2, 3))));

        assertEquals(before + 1, server.broker.catalogChanges());
        assertEquals(4, after.openShardCount());
        assertEquals(4, after.partitions());
        assertEquals(3, after.shard(6).orElseThrow().partition(), "which the merge has left");
        restart();
        assertEquals(after, orders());
    }

    @Test
    void noShardIsChangedTwiceAtOnce() {
        server.create(NewStream.of("orders", 3));

        var outcome = server.broker.reshard(
                "orders", _ -> new Together(List.of(), List.of(new Merge(0, 1), new Merge(1, 2))));

        assertEquals(new Invalid(Field.SHARDS, "stream orders: shard 1 is changed twice: once at a time"), outcome);
    }

    @Test
    void nothingTogetherChangesNothing() {
        server.create(NewStream.of("orders", 3));
        long before = server.broker.catalogChanges();

        reshard(new Together(List.of(), List.of()));

        assertEquals(before, server.broker.catalogChanges());
    }

    @Test
    void itIsKnownWhenAClientsBatchWasLetIn() {
        var stream = server.create(NewStream.of("orders", 1));
        assertEquals(OptionalLong.empty(), server.broker.lastClientBatch(stream.id()));
        var bytes = MemorySegment.ofArray(new byte[] {1});
        var batch = new BatchBuilder(7).add(7, bytes, bytes).build();

        server.broker.partition("orders", 0).orElseThrow().admit(batch, 5_000);
        server.broker.partition("orders", 0).orElseThrow().admit(batch, 5_999);
        reshard(new Split(0, HashKey.of(BigInteger.TEN)));

        assertEquals(OptionalLong.of(5_000), server.broker.lastClientBatch(stream.id()), "to a second");
        server.broker.partition("orders", 1).orElseThrow().admit(batch, 6_000);
        assertEquals(OptionalLong.of(6_000), server.broker.lastClientBatch(stream.id()));
    }

    @Test
    void aPartitionIsOpenAfterARestartIfAShardLiesOnIt() throws Exception {
        server.create(NewStream.of("orders", 2));
        reshard(new Merge(0, 1));
        restart();

        reshard(new Scale(2));

        assertInstanceOf(Appended.class, append(1));
    }

    @Test
    void growthAddsPartitionsAndLeavesTheShutOneAlone() {
        server.create(NewStream.of("orders", 2));
        reshard(new Merge(0, 1));

        var grown = assertInstanceOf(Done.class, server.broker.grow("orders", 3)).stream();

        assertEquals(3, grown.partitions());
        assertTrue(grown.isWritable(0));
        assertFalse(grown.isWritable(1));
        assertTrue(grown.isWritable(2));
    }

    @Test
    void scalingEvensOutAndLeavesWhatIsEvenAlone() {
        server.create(NewStream.of("orders", 1));

        assertEquals(HashRange.even(2), ranges(reshard(new Scale(2))));
        reshard(new Split(1, HashKey.of(BigInteger.TEN)));
        var uneven = reshard(new Scale(4));
        var same = reshard(new Scale(4));

        assertEquals(HashRange.even(4), ranges(uneven));
        assertEquals(uneven, same);
        assertEquals(4, uneven.partitions());
    }

    private static List<HashRange> ranges(Stream stream) {
        return stream.openShards().stream().map(Shard::range).toList();
    }

    @Test
    void fourToFiveShardsIsFourSplitsAndThreeMerges() {
        server.create(NewStream.of("orders", 4));

        var scaled = reshard(new Scale(5));

        assertEquals(15, scaled.shards().size());
        assertEquals(HashRange.even(5), ranges(scaled));
        assertEquals(5, scaled.partitions());
    }

    @Test
    void whatDoesNotFitIsSaidAndChangesNothing() {
        server.create(NewStream.of("orders", 2));
        reshard(new Merge(0, 1));
        var before = orders();

        refused("stream orders: has no shard 7: list its shards", new Split(7, HashKey.MAX));
        refused("stream orders: shard 0 is closed: only open shards are split and merged", new Split(0, HashKey.MAX));
        refused(
                "stream orders: shard 2 cannot be split at 0: its keys are 0 to " + HashKey.MAX,
                new Split(2, HashKey.MIN));
        refused("stream orders: shard 2 does not end where shard 2 begins: merge neighbours", new Merge(2, 2));
        refused("stream orders: asks for 0 shards: at least 1", new Scale(0));
        assertEquals(new NotFound("none"), server.broker.reshard("none", _ -> new Scale(1)));
        assertEquals(before, orders());
    }

    private void refused(String detail, Reshard change) {
        assertEquals(new Invalid(Field.SHARDS, detail), server.broker.reshard("orders", _ -> change));
    }

    @Test
    void aChangeForgetsShardsThatHaveExpired() throws Exception {
        server.create(new NewStream(
                "orders", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, Map.of("retention.ms", "3600000")));
        reshard(new Scale(2));
        server.clock.move(Duration.ofMinutes(50));
        reshard(new Scale(4));
        server.clock.move(Duration.ofMinutes(20));

        var merged = reshard(new Scale(2));

        assertEquals(Optional.empty(), merged.shard(0));
        assertEquals(Optional.empty(), merged.shard(-1));
        assertEquals(1, merged.shards().getFirst().index());
        assertEquals(
                List.of(7, 8), merged.openShards().stream().map(Shard::index).toList());
        restart();
        assertEquals(merged, orders());
    }

    @Test
    void longerRetentionBringsNoShardBack() {
        server.create(new NewStream(
                "orders", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, Map.of("retention.ms", "3600000")));
        reshard(new Scale(2));
        server.clock.move(Duration.ofHours(2));

        server.broker.configure("orders", Map.of("retention.ms", Optional.of("86400000")));

        assertEquals(List.of(1, 2), orders().shards().stream().map(Shard::index).toList());
    }

    @Test
    void whatIsKeptForEverForgetsNoShard() {
        server.create(new NewStream(
                "orders", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, Map.of("cleanup.policy", "compact")));
        reshard(new Scale(2));
        server.clock.move(Duration.ofDays(400));

        assertEquals(4 + 3, reshard(new Scale(4)).shards().size());
    }
}
