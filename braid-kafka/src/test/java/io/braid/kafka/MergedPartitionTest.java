package io.braid.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.HashKey;
import io.braid.broker.NewStream;
import io.braid.broker.Reshard;
import io.braid.broker.Reshard.Merge;
import io.braid.broker.Reshard.Split;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Kafka's clients see of a partition whose shard was merged into another's.
class MergedPartitionTest {
    private static final HashKey MIDDLE = new HashKey(Long.MIN_VALUE, 0);
    private static final int ROUNDS = 30;
    private static final Duration POLL = Duration.ofSeconds(30);
    private static final int PATIENCE_SECONDS = 60;

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = TestServer.start(directory);
        server.broker().create(NewStream.of("orders", 2));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aProducerIsToldForGoodAndGoesOnElsewhere() throws Exception {
        try (var producer = server.producer(Map.of())) {
            send(producer, 1, "before").get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            reshard(_ -> new Merge(0, 1));

            var refused = send(producer, 1, "refused");
            var elsewhere = send(producer, 0, "elsewhere");

            var failure = assertThrows(ExecutionException.class, () -> refused.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
            assertInstanceOf(PolicyViolationException.class, failure.getCause());
            assertEquals(
                    "partition 1 of orders was merged into another and takes no more records; produce to another"
                            + " partition",
                    failure.getCause().getMessage());
            assertEquals(0, elsewhere.get(PATIENCE_SECONDS, TimeUnit.SECONDS).offset());
            assertEquals(List.of("before"), read(1, 1));

            reshard(_ -> new Split(2, MIDDLE));
            assertEquals(
                    1,
                    send(producer, 1, "again")
                            .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                            .offset());
            assertEquals(List.of("before", "again"), read(1, 2));
        }
    }

    /// A producer whose answer was lost sends again, with the same sequence numbers.
    @Test
    void whatWasWrittenBeforeIsAcknowledgedAgainAfterwardsAndWhatIsNewIsNot() throws Exception {
        try (var producer = server.producer(Map.of())) {
            send(producer, 1, "before").get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        try (var wire = new Wire(server.listener().address())) {
            var first = produce(wire, 0);
            reshard(_ -> new Merge(0, 1));
            var again = produce(wire, 0);
            var next = produce(wire, 1);

            assertEquals(1, first.baseOffset());
            assertEquals(first, again);
            assertEquals(Errors.POLICY_VIOLATION.code(), next.errorCode());
        }
    }

    private static PartitionProduceResponse produce(Wire wire, int sequence) throws IOException {
        var batch = MemoryRecords.withIdempotentRecords(
                Compression.NONE, 7, (short) 0, sequence, new SimpleRecord(1, "again".getBytes(UTF_8)));
        return wire.produce("orders", 1, batch);
    }

    /// What a producer was told is written must be found by Kinesis readers, too, however it met the merge.
    @Test
    void noAcknowledgedRecordLiesOutsideOfAllShards() throws Exception {
        var sent = new ArrayList<Future<RecordMetadata>>();
        try (var producer = server.producer(Map.of("linger.ms", 0, "batch.size", 1))) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < 20; i++) sent.add(send(producer, 1, round + "-" + i));
                reshard(MergedPartitionTest::merge);
                for (int i = 0; i < 5; i++) sent.add(send(producer, 1, round + "+" + i));
                reshard(stream -> new Split(stream.openShards().getFirst().index(), MIDDLE));
            }
        }

        var stream = server.broker().catalog().stream("orders").orElseThrow();
        int acknowledged = 0;
        for (var answer : sent) {
            try {
                long offset = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).offset();
                long holders = stream.shards().stream()
                        .filter(shard -> holds(shard, offset))
                        .count();
                assertEquals(1, holders, "shards with offset " + offset + " among " + stream.shards());
                acknowledged++;
            } catch (ExecutionException e) {
                assertInstanceOf(PolicyViolationException.class, e.getCause());
            }
        }
        assertEquals(2, stream.partitions());
        assertTrue(acknowledged > 0, "nothing was acknowledged");
        assertEquals(
                acknowledged,
                server.broker().partition("orders", 1).orElseThrow().log().end());
    }

    private static Reshard merge(Stream stream) {
        var open = stream.openShards();
        return new Merge(open.get(0).index(), open.get(1).index());
    }

    private static boolean holds(Shard shard, long offset) {
        boolean isBelow = !(shard.extent() instanceof Shard.Closed(long end, Instant _)) || offset < end;
        return shard.partition() == 1 && shard.firstOffset() <= offset && isBelow;
    }

    private void reshard(Function<Stream, Reshard> decide) {
        assertInstanceOf(Done.class, server.broker().reshard("orders", decide));
    }

    private static Future<RecordMetadata> send(KafkaProducer<byte[], byte[]> producer, int partition, String value) {
        return producer.send(new ProducerRecord<>("orders", partition, null, value.getBytes(UTF_8)));
    }

    private List<String> read(int partition, int count) {
        var values = new ArrayList<String>();
        try (var consumer = server.consumer(Map.of("auto.offset.reset", "earliest"))) {
            consumer.assign(List.of(new TopicPartition("orders", partition)));
            while (values.size() < count) {
                var polled = consumer.poll(POLL);
                assertTrue(!polled.isEmpty(), "nothing more after " + values);
                polled.forEach(record -> values.add(new String(record.value(), UTF_8)));
            }
        }
        return values;
    }
}
