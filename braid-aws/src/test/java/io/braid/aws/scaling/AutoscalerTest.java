package io.braid.aws.scaling;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.HashKey;
import io.braid.broker.NewStream;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Turns taken by hand on a real broker, with a clock that moves when told to.
class AutoscalerTest {
    private static final int CEILING = 10;
    private static final int COLD = 10;
    private static final Duration KAFKA_QUIET = Duration.ofHours(3);
    private static final ScalingPolicy POLICY = new ScalingPolicy(
            Duration.ofSeconds(1), Duration.ofSeconds(2), 50, 16, Duration.ofSeconds(COLD), CEILING, KAFKA_QUIET);
    private static final int KEYS = 500;
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path directory;

    private volatile Instant now = Instant.parse("2026-11-27T10:00:00Z");
    private long ready;
    private Runnable whileDeciding = () -> {};
    private Log log;
    private Broker broker;
    private Autoscaler scaling;

    @BeforeEach
    void open() throws IOException {
        open(BrokerConfig.DEFAULT);
    }

    private void open(BrokerConfig config) throws IOException {
        log = Log.open(new LogConfig(directory), () -> now);
        broker = Broker.open(log, config, () -> now, new Random(1));
        scaling = new Autoscaler(broker, new PlainService(), POLICY, 1_000, () -> now);
    }

    @AfterEach
    void close() throws IOException {
        scaling.close();
        broker.close();
        log.close();
    }

    private final class PlainService implements Autoscaler.Service {
        @Override
        public String name(Stream stream) {
            return stream.name();
        }

        @Override
        public long readyShards(Stream stream) {
            return ready;
        }

        @Override
        public KeySample keys(Stream stream, Shard shard) {
            whileDeciding.run();
            return new KeySample();
        }
    }

    private void create(Stream.Mode mode, int shards) {
        var created = broker.create(new NewStream("s", Stream.Kind.USER, mode, shards, Map.of(), Map.of()));
        assertInstanceOf(Done.class, created);
    }

    private Stream stream() {
        return broker.catalog().stream("s").orElseThrow();
    }

    private int open(Stream stream) {
        return stream.openShardCount();
    }

    /// Lets a second pass and takes a turn.
    private void turn() {
        now = now.plusSeconds(1);
        scaling.turn();
    }

    private void turns(int count) {
        for (int i = 0; i < count; i++) turn();
    }

    /// One record of each key, in one batch for each shard, as PutRecords does it.
    private void writeRound(int number) {
        try (var hold = broker.hold("s").orElseThrow()) {
            var builders = new TreeMap<Integer, BatchBuilder>();
            var value = bytes(Integer.toString(number));
            for (int k = 0; k < KEYS; k++) {
                var key = ("k" + k).getBytes(UTF_8);
                var shard = hold.stream().shardFor(HashKey.ofPartitionKey(key));
                builders.computeIfAbsent(shard.index(), _ -> new BatchBuilder(now.toEpochMilli()))
                        .add(now.toEpochMilli(), MemorySegment.ofArray(key), value);
            }
            var answers = new ArrayList<Future<?>>();
            builders.forEach((index, builder) ->
                    answers.add(hold.partition(hold.stream().shard(index).orElseThrow())
                            .log()
                            .append(builder.build())
                            .thenAccept(outcome -> assertInstanceOf(Appended.class, outcome))));
            for (var answer : answers) answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("round " + number, e);
        }
    }

    private static MemorySegment bytes(String text) {
        return MemorySegment.ofArray(text.getBytes(UTF_8));
    }

    /// What the broker does with a batch of a Kafka producer.
    private void kafkaWrites() {
        var batch = new BatchBuilder(now.toEpochMilli())
                .add(now.toEpochMilli(), bytes("k"), bytes("v"))
                .build();
        broker.partition("s", 0).orElseThrow().admit(batch, now.toEpochMilli());
    }

    @Test
    void shardsFollowAWriterWhoseRecordsStayInOrder() throws Exception {
        create(Stream.Mode.ON_DEMAND, 4);
        var permits = new Semaphore(0); // of rounds
        var done = new Semaphore(0);
        int rounds = 9 * 10 + 4 * COLD;
        int most = 0;
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var writer = threads.submit(() -> {
                for (int number = 0; number < rounds; number++) {
                    permits.acquireUninterruptibly();
                    writeRound(number);
                    done.release();
                }
            });
            for (int second = 0; second < 9; second++) { // 5,000 records a second: ten shards' half
                permits.release(10);
                turn(); // while they are written
                done.tryAcquire(10, PATIENCE_SECONDS, TimeUnit.SECONDS);
                most = Math.max(most, open(stream()));
            }
            for (int second = 0; second < 4 * COLD; second++) { // 500: a twentieth of each shard
                permits.release();
                turn();
                done.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
            writer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        assertTrue(most >= 8 && most <= CEILING, most + " shards at the most");
        assertEquals(ScalingPolicy.FLOOR, open(stream()));
        var numbers = numbersByKey();
        assertEquals(KEYS, numbers.size());
        var expected = new ArrayList<Integer>();
        for (int number = 0; number < rounds; number++) expected.add(number);
        numbers.forEach((key, found) -> assertEquals(expected, found, key));
    }

    /// As somebody reads them who reads parents before their children.
    private Map<String, List<Integer>> numbersByKey() throws IOException {
        var numbers = new HashMap<String, List<Integer>>();
        for (var shard : stream().shards()) { // a child has a higher index
            var log = broker.partition("s", shard.partition()).orElseThrow().log();
            long end = shard.extent() instanceof Shard.Closed(long closed, var _) ? closed : log.end();
            for (long at = shard.firstOffset(); at < end; ) {
                try (var slice = assertInstanceOf(ReadOutcome.Found.class, log.read(at, end, 1))
                        .slice()) {
                    var batch = new Batch(slice.load());
                    var records = new RecordCursor(batch, batch.payload());
                    while (records.next()) {
                        var key = records.key().toArray(ValueLayout.JAVA_BYTE);
                        assertTrue(shard.range().contains(HashKey.ofPartitionKey(key)), "in another's shard");
                        numbers.computeIfAbsent(new String(key, UTF_8), _ -> new ArrayList<>())
                                .add(Integer.parseInt(
                                        new String(records.value().toArray(ValueLayout.JAVA_BYTE), UTF_8)));
                    }
                    at = batch.nextOffset();
                }
            }
        }
        return numbers;
    }

    private void hotSeconds(int count) {
        for (int i = 0; i < count; i++) {
            for (int round = 0; round < 10; round++) writeRound(round);
            turn();
        }
    }

    @Test
    void everyDecisionIsToldWithItsReason() {
        create(Stream.Mode.ON_DEMAND, 4);
        turn();
        hotSeconds(2);

        var page = scaling.page();
        assertTrue(page.contains("    8  s\n"), page);
        assertTrue(
                page.matches("(?s).*\n2026-11-27T10:00:03Z s: split shard \\d at \\d+: "
                        + "[0-9.]+ KiB/s and 1\\d\\d\\d records/s for 2s, more than 50 % of a shard\n.*"),
                page);
        var metrics = new StringBuilder();
        scaling.writeMetrics(metrics);
        assertTrue(metrics.indexOf("\nbraid_scaling_splits_total 4\n") > 0, metrics::toString);
        assertTrue(metrics.indexOf("\nbraid_scaling_open_shards{stream=\"s\"} 8\n") > 0, metrics::toString);
    }

    @Test
    void aProvisionedStreamIsLeftToItsOwner() {
        create(Stream.Mode.PROVISIONED, 4);
        turn();
        hotSeconds(3);

        assertEquals(4, open(stream()));
        assertTrue(scaling.page().contains("newest first (200 are kept):\n\n")
                && !scaling.page().contains("  s\n"));
    }

    @Test
    void asManyShardsAsAreToBeReadyAreMadeAtOnce() {
        create(Stream.Mode.ON_DEMAND, 4);
        ready = 1_000;
        turn();
        assertEquals(8, open(stream()));
        turn();

        assertEquals(CEILING, open(stream()));
    }

    @Test
    void whatAKafkaProducerWritesLatelyIsNotMergedAwayFromIt() throws Exception {
        create(Stream.Mode.ON_DEMAND, 8);
        kafkaWrites();
        turns(3 * COLD);

        assertEquals(8, open(stream()));
        assertTrue(
                scaling.page()
                        .contains(
                                "leave 7 pairs of cold shards: Kafka's producers may have written in the last 3 hours"),
                scaling.page());

        now = now.plus(Duration.ofMinutes(30));
        long changes = broker.catalogChanges();
        kafkaWrites();
        turn();
        assertEquals(changes, broker.catalogChanges(), "written down once an hour");

        close(); // and it is known after a restart
        now = now.plus(KAFKA_QUIET).minusSeconds(60);
        open();
        turns(2 * COLD);
        assertEquals(8, open(stream()));

        now = now.plus(Duration.ofHours(1)); // it is known to an hour
        turns(2 * COLD);
        assertEquals(4, open(stream()));
    }

    @Test
    void aStreamThatNoKafkaProducerEverWroteToIsMergedAfterARestartToo() throws Exception {
        create(Stream.Mode.ON_DEMAND, 8);
        turn();
        close();
        open();
        turns(2 * COLD);

        assertEquals(4, open(stream()));
    }

    /// What happened to it before it was in On-Demand mode nobody has written down.
    @Test
    void aStreamOfAnEarlierLifeCountsAsWrittenByKafkaUntilThatIsKnown() throws Exception {
        create(Stream.Mode.PROVISIONED, 8);
        turn();
        close();
        now = now.plusSeconds(10);
        open();
        broker.describe(stream().id(), stream -> new StreamDescription(Stream.Mode.ON_DEMAND, Map.of()));
        turns(2 * COLD);
        assertEquals(8, open(stream()));

        now = now.plus(KAFKA_QUIET).plus(Duration.ofHours(1));
        turns(2 * COLD);
        assertEquals(4, open(stream()));
    }

    /// Kafka's CreatePartitions comes between the look and the change.
    @Test
    void whatWasDecidedOfShardsThatHaveChangedMeanwhileIsNotDone() {
        create(Stream.Mode.ON_DEMAND, 4);
        turn();
        hotSeconds(1);
        whileDeciding = () -> {
            whileDeciding = () -> {};
            assertInstanceOf(Done.class, broker.grow("s", 5));
        };
        hotSeconds(1);

        assertEquals(5, open(stream()));
        var metrics = new StringBuilder();
        scaling.writeMetrics(metrics);
        assertTrue(metrics.indexOf("\nbraid_scaling_splits_total 0\n") > 0, metrics::toString);
        assertTrue(metrics.indexOf("\nbraid_scaling_refused_total 0\n") > 0, metrics::toString);
    }

    @Test
    void asManyPartitionsAsThereMayBeAreACeilingToo() throws Exception {
        close();
        open(new BrokerConfig(1, 5, Map.of()));
        create(Stream.Mode.ON_DEMAND, 4);
        turn();
        hotSeconds(4);

        assertEquals(5, open(stream()));
        assertTrue(scaling.page().contains("s: leave hot shards: 4 of 4 shards are hot"), scaling.page());
    }

    @Test
    void aChangeThatTheBrokerDoesNotMakeIsToldAndNotTriedAtOnce() throws Exception {
        create(Stream.Mode.ON_DEMAND, 4);
        turn();
        hotSeconds(1);
        for (int round = 0; round < 10; round++) writeRound(round);
        broker.close();
        turns(5);

        assertEquals(4, open(stream()));
        var page = scaling.page();
        assertEquals(2, page.split("s: not done: the server is stopping").length, page);
        var metrics = new StringBuilder();
        scaling.writeMetrics(metrics);
        assertTrue(metrics.indexOf("\nbraid_scaling_refused_total 1\n") > 0, metrics::toString);
    }
}
