package io.braid.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Payloads;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.log.BatchBuilder;
import io.braid.log.Compression;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionLog;
import io.braid.log.Tier;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Delivery turn by turn, over a real log, by a clock that moves when it is told to, into buckets in memory.
class DeliveryTest {
    private static final Duration FRESHNESS = Duration.ofSeconds(300);
    private static final String ID = "a1b2c3d4-5678-90ab-cdef-000000000001";
    private static final int OBJECT_BYTES_MAX = 1000;

    private Instant now = Instant.parse("2026-07-20T14:30:00Z");
    private final MemoryBuckets buckets = new MemoryBuckets();
    private final List<Channel.Delivered> heard = new ArrayList<>();
    private Path directory;
    private Log log;
    private Broker broker;
    private Delivery delivery;
    private Stream stream;

    /// Objects as texts, in the order in which they were put first.
    private static final class MemoryBuckets implements Buckets {
        final Map<String, byte[]> objects = new LinkedHashMap<>();
        final List<String> puts = new ArrayList<>();
        boolean isAway;
        boolean failsAfterPut;

        @Override
        public void put(Place place, long size, Tier.Source source) throws IOException {
            if (isAway) throw new IOException("it is away");
            var bytes = ByteBuffer.allocate((int) size);
            assertEquals(size, source.read(0, bytes));
            objects.put(place.bucket() + "/" + place.key(), bytes.array());
            puts.add(place.key());
            if (failsAfterPut) throw new IOException("who knows whether it is there");
        }

        List<String> texts() {
            return objects.values().stream()
                    .map(bytes -> new String(bytes, UTF_8))
                    .toList();
        }
    }

    @BeforeEach
    void start(@TempDir Path temporary) throws IOException {
        directory = temporary;
        open();
        stream = created(broker.create(NewStream.of("orders", 1)));
    }

    private void open() throws IOException {
        log = Log.open(new LogConfig(directory), () -> now);
        broker = Broker.open(log, BrokerConfig.DEFAULT, () -> now, new Random(1));
        delivery = delivery();
    }

    private Delivery delivery() {
        return new Delivery(broker, buckets, Delivery.Config.DEFAULT.withObjectBytesMax(OBJECT_BYTES_MAX), () -> now);
    }

    @AfterEach
    void stop() throws IOException {
        delivery.close();
        broker.close();
        log.close();
    }

    private static Stream created(CatalogOutcome outcome) {
        return ((CatalogOutcome.Done) outcome).stream();
    }

    private Channel channel(RecordFormat format, ObjectCompression compression, long from) {
        return channel(now, format, FRESHNESS, compression, from);
    }

    private Channel channel(
            Instant created, RecordFormat format, Duration freshness, ObjectCompression compression, long from) {
        var owner = new KeyTemplate.Owner("to-s3", ID, "orders");
        var bucket = new Channel.Destination("lake", "123456789012", "STANDARD", Optional.empty());
        return new Channel(
                ID,
                "to-s3",
                created,
                format,
                freshness,
                compression,
                KeyTemplate.parse("!{HH}!{mm}!{extension}", compression, owner),
                bucket,
                new Channel.DeadLetters(bucket, "errors/"),
                Map.of(0, from),
                new Channel.Names() {
                    @Override
                    public String stream() {
                        return "the-stream";
                    }

                    @Override
                    public String shard(Shard shard) {
                        return "shard-" + shard.index();
                    }

                    @Override
                    public String sequenceNumber(Shard shard, long offset, long timestampMillis) {
                        return Long.toString(offset);
                    }
                },
                heard::add);
    }

    private void deliverTexts() {
        delivery.keep(stream.id(), List.of(channel(RecordFormat.STRING, ObjectCompression.NONE, 0)));
        assertFalse(delivery.turn());
    }

    private PartitionLog partition(int index) {
        return broker.partition(stream.id(), index).orElseThrow().log();
    }

    private void put(int partition, String... values) {
        var batch = new BatchBuilder(now.toEpochMilli());
        for (var value : values)
            batch.add(now.toEpochMilli(), BatchBuilder.ABSENT, MemorySegment.ofArray(value.getBytes(UTF_8)));
        partition(partition).append(batch.build()).join();
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private int turns() {
        int count = 0;
        while (delivery.turn()) count++;
        return count;
    }

    @Test
    void recordsAreDeliveredWhenTheOldestIsOldEnough() {
        deliverTexts();
        put(0, "a", "b");
        assertFalse(delivery.turn());
        pass(FRESHNESS.minusSeconds(1));
        put(0, "c");
        assertFalse(delivery.turn());
        pass(Duration.ofSeconds(1));

        assertEquals(1, turns());

        assertEquals(List.of("a\nb\nc\n"), buckets.texts());
        assertEquals(List.of("1430-a1b2c3d4567-00000000-0000000000000000"), buckets.puts);
        put(0, "d");
        assertFalse(delivery.turn());
        pass(FRESHNESS);
        assertEquals(1, turns());
        assertEquals(List.of("a\nb\nc\n", "d\n"), buckets.texts());
    }

    @Test
    void aChangedFreshnessIsThatOfWhatWaitsAlready() {
        deliverTexts();
        put(0, "a");
        assertFalse(delivery.turn());
        pass(Duration.ofSeconds(10));
        var changed = channel(now, RecordFormat.STRING, Duration.ofSeconds(10), ObjectCompression.NONE, 0);
        delivery.keep(stream.id(), List.of(changed));

        assertEquals(1, turns());
    }

    @Test
    void nothingOfBeforeTheChannelIsDelivered() {
        put(0, "old", "older");
        delivery.keep(stream.id(), List.of(channel(RecordFormat.STRING, ObjectCompression.NONE, 2)));
        put(0, "new");
        assertFalse(delivery.turn());
        pass(FRESHNESS);

        assertEquals(1, turns());

        assertEquals(List.of("new\n"), buckets.texts());
    }

    @Test
    void aFullObjectGoesBeforeItsTime() {
        deliverTexts();
        var text = "x".repeat(OBJECT_BYTES_MAX / 4);
        put(0, text, text, text, text, "rest");

        assertTrue(turns() >= 1);

        assertEquals((text + "\n").repeat(4), buckets.texts().getFirst());
        pass(FRESHNESS);
        turns();
        assertEquals("rest\n", buckets.texts().getLast());
    }

    @Test
    void aRecordLargerThanAnObjectIsAnObject() {
        deliverTexts();
        var large = "x".repeat(3 * OBJECT_BYTES_MAX);
        put(0, large, large);

        assertEquals(2, turns());

        assertEquals(List.of(large + "\n", large + "\n"), buckets.texts());
    }

    @Test
    void whatWasStoredAndNotNotedIsStoredAgainUnderItsNameWithAllThatItHad() {
        deliverTexts();
        put(0, "a");
        delivery.turn();
        pass(FRESHNESS);
        buckets.failsAfterPut = true;
        assertTrue(delivery.turn());
        assertEquals(List.of("a\n"), buckets.texts());
        put(0, "b");
        pass(Duration.ofMinutes(2));
        buckets.failsAfterPut = false;

        assertEquals(1, turns());

        assertEquals(List.of("a\nb\n"), buckets.texts());
        assertEquals(2, buckets.puts.size());
    }

    @Test
    void aBucketThatIsAwayIsTriedMoreAndMoreSlowlyAndSaidSo() {
        deliverTexts();
        put(0, "a");
        delivery.turn();
        pass(FRESHNESS);
        buckets.isAway = true;
        assertEquals(1, turns());
        assertEquals(Optional.of("it is away"), delivery.trouble(ID));
        assertTrue(metrics().contains("braid_delivery_failing{channel=\"to-s3\",id=\"" + ID + "\"} 1\n"));
        int tries = 0;
        for (int second = 0; second < 600; second++) {
            pass(Duration.ofSeconds(1));
            tries += turns();
        }
        assertTrue(tries >= 10 && tries <= 20, "tried " + tries + " times in ten minutes");

        buckets.isAway = false;
        pass(Duration.ofMinutes(1));

        assertEquals(1, turns());
        assertEquals(List.of("a\n"), buckets.texts());
        assertEquals(Optional.empty(), delivery.trouble(ID));
        assertTrue(metrics().contains("braid_delivery_records_total{channel=\"to-s3\",id=\"" + ID + "\"} 1\n"));
    }

    private String metrics() {
        var page = new StringBuilder();
        delivery.writeMetrics(page);
        return page.toString();
    }

    @Test
    void deliveryGoesOnAfterARestartWhereItWasAndAtOnce() throws IOException {
        deliverTexts();
        put(0, "a");
        delivery.turn();
        pass(FRESHNESS);
        turns();
        put(0, "b");
        stop();
        open();
        pass(FRESHNESS);
        var created = now.minus(Duration.ofDays(1));
        var again = channel(created, RecordFormat.STRING, FRESHNESS, ObjectCompression.NONE, 0);
        delivery.keep(stream.id(), List.of(again));

        assertEquals(1, turns());

        assertEquals(List.of("a\n", "b\n"), buckets.texts());
    }

    @Test
    void childrenBeginWhenTheirParentsAreDelivered() {
        deliverTexts();
        put(0, "parent");
        stream = created(broker.grow("orders", 2));
        put(0, "child that goes on there");
        put(1, "child on a new partition");
        delivery.turn();
        pass(FRESHNESS);
        buckets.isAway = true;
        turns();
        assertEquals(List.of(), buckets.texts());
        pass(Duration.ofMinutes(1));
        buckets.isAway = false;

        turns();

        assertEquals("parent\n", buckets.texts().getFirst());
        assertEquals(
                List.of("child on a new partition\n", "child that goes on there\n"),
                buckets.texts().stream().skip(1).sorted().toList());
    }

    @Test
    void onlyWhatIsCommittedIsDelivered() {
        deliverTexts();
        transaction(7, "aborted");
        put(0, "behind it");
        pass(FRESHNESS);
        turns();
        pass(FRESHNESS);
        assertEquals(0, turns());
        partition(0).endTransaction(7, (short) 0, false, false, 0).join();
        transaction(8, "committed");
        partition(0).endTransaction(8, (short) 0, true, false, 0).join();
        turns();
        pass(FRESHNESS);

        assertEquals(1, turns());

        assertEquals(List.of("behind it\ncommitted\n"), buckets.texts());
    }

    private void transaction(long producer, String value) {
        var batch = new BatchBuilder(now.toEpochMilli())
                .producer(producer, (short) 0, 0)
                .transactional()
                .add(now.toEpochMilli(), BatchBuilder.ABSENT, MemorySegment.ofArray(value.getBytes(UTF_8)))
                .build();
        var log = partition(0);
        log.append(batch, log.transaction(producer)).join();
    }

    @Test
    void recordsThatAreNotWhatTheChannelSaysAreDeadLetters() {
        delivery.keep(stream.id(), List.of(channel(RecordFormat.JSON, ObjectCompression.NONE, 0)));
        put(0, "{\"a\":1}", "{\"a\"", "2");
        delivery.turn();
        pass(FRESHNESS);

        turns();

        assertEquals(
                List.of(
                        "errors/2026/07/20/14/to-s3-a1b2c3d4567-00000000-0000000000000000.json",
                        "1430-a1b2c3d4567-00000000-0000000000000000"),
                buckets.puts);
        assertEquals(List.of("""
            {"streamARN":"the-stream","shardId":"shard-0","sequenceNumber":"1",\
            "approximateArrivalTimestamp":1784557800000,"errorCode":"InvalidRecordFormat",\
            "errorMessage":"The record is no JSON text: at byte 4 ':' is expected, its end was found.",\
            "rawData":"eyJhIg=="}
            """, "{\"a\":1}\n2\n"), buckets.texts());
        assertEquals(List.of(new Channel.Delivered(2, 1, 12, 10, FRESHNESS)), heard);
    }

    @Test
    void objectsArePacked() throws IOException {
        delivery.keep(stream.id(), List.of(channel(RecordFormat.STRING, ObjectCompression.GZIP, 0)));
        put(0, "a", "b");
        delivery.turn();
        pass(FRESHNESS);
        turns();
        var zipped = buckets.objects.get("lake/1430-a1b2c3d4567-00000000-0000000000000000.gz");
        try (var unpacked = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
            assertEquals("a\nb\n", new String(unpacked.readAllBytes(), UTF_8));
        }
    }

    @Test
    void objectsArePackedByZstdToo() throws IOException {
        delivery.keep(stream.id(), List.of(channel(RecordFormat.BYTE_ARRAY, ObjectCompression.ZSTD, 0)));
        put(0, "a", "b");
        delivery.turn();
        pass(FRESHNESS);
        turns();

        var packed = buckets.objects.get("lake/1430-a1b2c3d4567-00000000-0000000000000000.zst");
        var bytes = Payloads.decompressed(Compression.ZSTD, packed, 100).orElseThrow();
        assertEquals("ab", new String(bytes.toArray(ValueLayout.JAVA_BYTE), UTF_8));
    }

    @Test
    void recordsThatExpireBeforeTheyAreDeliveredAreCounted() {
        deliverTexts();
        put(0, "a", "b");
        put(0, "c");
        delivery.turn();
        partition(0).deleteBefore(2).join();
        pass(FRESHNESS);

        turns();

        assertEquals(List.of("c\n"), buckets.texts());
        assertTrue(metrics().contains("braid_delivery_expired_total{channel=\"to-s3\",id=\"" + ID + "\"} 2\n"));
    }

    @Test
    void whatWaitsForAChannelThatHasGoneIsNotDeliveredAndItsPositionForgotten() throws IOException {
        deliverTexts();
        put(0, "a");
        delivery.turn();
        pass(FRESHNESS);
        turns();
        put(0, "b");
        delivery.keep(stream.id(), List.of());
        pass(FRESHNESS);

        assertEquals(0, turns());

        assertEquals(List.of("a\n"), buckets.texts());
        assertTrue(new Positions(broker, () -> now).of(ID, 0).isEmpty());
    }

    /// Busy channels take turns.
    @Test
    void channelsTakeTurns() {
        var ids = IntStream.range(0, 2)
                .mapToObj(i -> created(broker.create(NewStream.of("s" + i, 1))).id())
                .toList();
        for (int i = 0; i < 2; i++) {
            var like = channel(RecordFormat.STRING, ObjectCompression.NONE, 0);
            var id = i + ID.substring(1);
            var owner = new KeyTemplate.Owner("c" + i, id, "s" + i);
            delivery.keep(
                    ids.get(i),
                    List.of(new Channel(
                            id,
                            "c" + i,
                            now,
                            like.format(),
                            FRESHNESS,
                            ObjectCompression.NONE,
                            KeyTemplate.parse("!{stream-name}", ObjectCompression.NONE, owner),
                            like.destination(),
                            like.deadLetters(),
                            like.from(),
                            like.names(),
                            like.watcher())));
        }
        assertEquals(0, turns());
        var large = "x".repeat(2 * OBJECT_BYTES_MAX);
        for (var id : ids) {
            stream = broker.catalog().stream(id).orElseThrow();
            put(0, large, large);
        }
        turns();

        var order = buckets.puts.stream().map(key -> key.substring(0, 2)).toList();
        assertEquals(4, order.size());
        assertEquals(order.subList(0, 2), order.subList(2, 4));
        assertNotEquals(order.get(0), order.get(1));
    }
}
