package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Kafka's Java client as version 2.8 already had it: bytes in, bytes out, settings by name.
///
/// @param bootstrap where the server listens
/// @param prefix    of every topic and group it names
record OldestClient(String bootstrap, String prefix) {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger NEXT = new AtomicInteger();

    Admin admin() {
        return Admin.create(Map.of(
                "bootstrap.servers", bootstrap, "request.timeout.ms", "10000", "default.api.timeout.ms", "20000"));
    }

    Producer<byte[], byte[]> producer(Map<String, String> more) {
        var config = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
        config.putAll(Map.of("delivery.timeout.ms", "30000", "request.timeout.ms", "10000", "linger.ms", "0"));
        config.putAll(more);
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    Consumer<byte[], byte[]> consumer(Map<String, String> more) {
        var config = new HashMap<String, Object>(Map.of("bootstrap.servers", bootstrap));
        config.putAll(Map.of("default.api.timeout.ms", "20000", "auto.offset.reset", "earliest"));
        if (!more.containsKey("group.id")) config.put("enable.auto.commit", "false");
        config.putAll(more);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    String name(String purpose) {
        return "%s-%s-%d".formatted(prefix, purpose, NEXT.incrementAndGet());
    }

    String createTopic(String purpose, int partitions) throws ExecutionException, InterruptedException {
        return createTopicNamed(name(purpose), partitions);
    }

    String createTopicNamed(String topic, int partitions) throws ExecutionException, InterruptedException {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                    .all()
                    .get();
        }
        return topic;
    }

    /// Sends `v0`, `v1` ... to a partition and waits until all are acknowledged.
    void produce(String topic, int partition, int count) throws ExecutionException, InterruptedException {
        try (var producer = producer(Map.of())) {
            for (int i = 0; i < count; i++)
                producer.send(new ProducerRecord<>(topic, partition, bytes("k" + i), bytes("v" + i)));
            producer.flush();
        }
    }

    /// The next `count` records from `offset` on; fails if they do not come.
    List<ConsumerRecord<byte[], byte[]>> read(String topic, int partition, long offset, int count) {
        var assignment = new TopicPartition(topic, partition);
        try (var consumer = consumer(Map.of())) {
            consumer.assign(List.of(assignment));
            consumer.seek(assignment, offset);
            return poll(consumer, count);
        }
    }

    /// What is there from `offset` on at this moment, as texts of the values.
    List<String> readNow(String topic, int partition, long offset) {
        var assignment = new TopicPartition(topic, partition);
        try (var consumer = consumer(Map.of())) {
            long end = consumer.endOffsets(List.of(assignment)).get(assignment);
            return read(topic, partition, offset, (int) Math.max(0, end - offset)).stream()
                    .map(record -> text(record.value()))
                    .toList();
        }
    }

    /// Polls until `count` records have come; fails if they do not, or more do.
    List<ConsumerRecord<byte[], byte[]>> poll(Consumer<byte[], byte[]> consumer, int count) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (records.size() < count && System.nanoTime() < end)
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        assertEquals(count, records.size(), "records read");
        return records;
    }

    byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    String text(byte[] bytes) {
        return bytes == null ? "null" : new String(bytes, StandardCharsets.UTF_8);
    }

    String pair(ConsumerRecord<byte[], byte[]> record) {
        return text(record.key()) + "=" + text(record.value());
    }
}
