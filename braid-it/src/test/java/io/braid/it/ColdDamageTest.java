package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// A disk flips a bit in a segment while the server is down. Clients of both protocols get all but the damaged batch,
/// and are told of it; the server's log tells the operator once.
class ColdDamageTest {
    private static final int RECORDS = 20;
    private static final int DAMAGED = 7;
    private static final Pattern NEXT = Pattern.compile("AT_SEQUENCE_NUMBER (\\d+)");

    @Test
    void aFlippedBitCostsTheBatchItIsInAndNothingElse() throws Exception {
        try (var server = RunningServer.startToBeKilled("cold")) {
            var kafka = new OldestClient(server.kafka(), "cold");
            var topic = kafka.createTopic("topic", 2);
            for (int partition = 0; partition < 2; partition++) oneBatchEach(kafka, topic, partition);
            assertEquals(0, server.stop(), "exit code after SIGTERM");
            flip(server.data(), "value 0/%d.".formatted(DAMAGED));
            server.live();

            kafkaReadsAround(kafka, topic);
            kinesisReadsAround(server, topic);

            assertEquals(RECORDS, kafka.read(topic, 1, 0, RECORDS).size(), "the other partition");
            kafka.produce(topic, 0, 1);
            assertEquals("v0", kafka.readNow(topic, 0, RECORDS).getFirst());
            var errors = server.newErrors();
            assertEquals(1, errors.size(), errors::toString);
            assertTrue(
                    errors.getFirst().contains(" offsets=%d..%d: checksum ".formatted(DAMAGED, DAMAGED)),
                    errors::toString);
            assertTrue(errors.getFirst().contains("00000000000000000000.log at "), errors::toString);
        }
    }

    private static void kafkaReadsAround(OldestClient kafka, String topic) {
        var partition = new TopicPartition(topic, 0);
        try (var consumer = kafka.consumer(Map.of())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var values = texts(kafka, consumer, DAMAGED);
            assertEquals("value 0/%d.".formatted(DAMAGED - 1), values.getLast());

            var told = assertThrows(KafkaException.class, () -> texts(kafka, consumer, 1));
            assertTrue(told.getMessage().contains("corrupt message when fetching offset 7 "), told::toString);
            assertEquals(DAMAGED, consumer.position(partition));
            var byTime = consumer.offsetsForTimes(Map.of(partition, 0L)).get(partition);
            assertEquals(0, byTime.offset());

            consumer.seek(partition, DAMAGED + 1);
            values = texts(kafka, consumer, RECORDS - DAMAGED - 1);
            assertEquals("value 0/%d.".formatted(DAMAGED + 1), values.getFirst());
        }
    }

    private static List<String> texts(OldestClient kafka, Consumer<byte[], byte[]> consumer, int count) {
        return kafka.poll(consumer, count).stream()
                .map(record -> kafka.text(record.value()))
                .toList();
    }

    private static void kinesisReadsAround(RunningServer server, String stream) {
        var shard = "shardId-000000000000";
        try (var kinesis = Kinesis.sync(server.endpoint())) {
            var start = Kinesis.iterator(kinesis, stream, shard, ShardIteratorType.TRIM_HORIZON);
            var before = kinesis.getRecords(request -> request.shardIterator(start));
            assertEquals(DAMAGED, before.records().size());

            var at = before.nextShardIterator();
            var told = assertThrows(
                    KinesisException.class, () -> kinesis.getRecords(request -> request.shardIterator(at)));
            assertEquals(500, told.statusCode());
            assertEquals("InternalFailure", told.awsErrorDetails().errorCode());
            assertTrue(told.getMessage().contains("damaged on the disk here, 1 of them."), told::getMessage);

            var next = NEXT.matcher(told.getMessage());
            assertTrue(next.find(), told::getMessage);
            var behind = kinesis.getShardIterator(request -> request.streamName(stream)
                            .shardId(shard)
                            .shardIteratorType(ShardIteratorType.AT_SEQUENCE_NUMBER)
                            .startingSequenceNumber(next.group(1)))
                    .shardIterator();
            var after = kinesis.getRecords(request -> request.shardIterator(behind));
            assertEquals(
                    "value 0/%d.".formatted(DAMAGED + 1),
                    Kinesis.text(after.records().getFirst()));
            assertEquals(RECORDS - DAMAGED - 1, after.records().size());
        }
    }

    private static void oneBatchEach(OldestClient kafka, String topic, int partition)
            throws ExecutionException, InterruptedException {
        try (var producer = kafka.producer(Map.of())) {
            for (int i = 0; i < RECORDS; i++) {
                var value = kafka.bytes("value %d/%d.".formatted(partition, i));
                producer.send(new ProducerRecord<>(topic, partition, kafka.bytes("k"), value))
                        .get();
            }
        }
    }

    /// Flips a bit of this text, which stands in one segment.
    private static void flip(Path data, String text) throws IOException {
        var found = new ArrayList<Path>();
        try (var files = Files.walk(data.resolve("partitions"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".log")).toList()) {
                int at = Files.readString(file, StandardCharsets.ISO_8859_1).indexOf(text);
                if (at < 0) continue;
                found.add(file);
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.wrap(new byte[] {(byte) (text.charAt(0) ^ 1)}), at);
                }
            }
        }
        assertEquals(1, found.size(), found::toString);
    }
}
