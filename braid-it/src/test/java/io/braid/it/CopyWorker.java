package io.braid.it;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// A program that copies one topic to another, exactly once, together with others in its group, until its standard
/// input ends or it is killed. It runs in a process of its own, with the client of a version of its own.
///
/// Some transactions it aborts on purpose; what they had is marked, so that nobody who reads committed records may
/// ever see it.
///
///     CopyWorker BOOTSTRAP SOURCE TARGET PROTOCOL ID
public final class CopyWorker {
    static final String ABORTED = "aborted ";

    private static final int ABORTED_PERCENT = 20;
    private static final Duration POLL = Duration.ofMillis(50);

    private final String bootstrap;
    private final String source;
    private final String target;
    private final String protocol;
    private final String id;
    private final Random random = new Random();
    private volatile boolean ending;

    private CopyWorker(String[] arguments) {
        bootstrap = arguments[0];
        source = arguments[1];
        target = arguments[2];
        protocol = arguments[3];
        id = arguments[4];
    }

    /// Runs until standard input ends.
    ///
    /// @param arguments as in the class comment
    public static void main(String[] arguments) {
        var worker = new CopyWorker(arguments);
        Thread.ofPlatform().daemon().start(worker::awaitEnd);
        while (!worker.ending) worker.session();
    }

    private void awaitEnd() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            System.err.println("standard input: " + e);
        }
        ending = true;
    }

    /// One producer and one consumer, until one of them can do no more: the next session goes on from what was
    /// committed, and its producer aborts what this one left open. Being fenced ends the program: every id has one
    /// process that lives.
    private void session() {
        try (var consumer = consumer();
                var producer = producer()) {
            producer.initTransactions();
            consumer.subscribe(List.of(source));
            while (!ending) {
                var records = AsyncConsumer.poll(consumer, POLL);
                if (!records.isEmpty()) copy(records, consumer, producer);
            }
        } catch (ProducerFencedException e) {
            throw e; // nobody else who lives has this id
        } catch (KafkaException e) {
            System.err.println(Instant.now() + " session ended");
            e.printStackTrace();
        }
    }

    private void copy(
            ConsumerRecords<String, String> records,
            Consumer<String, String> consumer,
            Producer<String, String> producer) {
        boolean isAborted = random.nextInt(100) < ABORTED_PERCENT;
        var mark = isAborted ? ABORTED : "";
        var next = new HashMap<TopicPartition, OffsetAndMetadata>();
        producer.beginTransaction();
        for (var record : records) {
            producer.send(new ProducerRecord<>(target, record.key(), mark + record.value()));
            next.put(
                    new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(next, consumer.groupMetadata());
        if (isAborted) {
            producer.flush();
            producer.abortTransaction();
            goBack(records, consumer);
        } else {
            producer.commitTransaction();
        }
    }

    private static void goBack(ConsumerRecords<String, String> records, Consumer<String, String> consumer) {
        for (var partition : records.partitions())
            consumer.seek(partition, records.records(partition).get(0).offset());
    }

    private Consumer<String, String> consumer() {
        var settings = settings();
        settings.put("group.id", target);
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("max.poll.records", "100");
        if (protocol.equals("classic")) {
            settings.put("session.timeout.ms", "2000");
            settings.put("heartbeat.interval.ms", "300");
        } else {
            settings.put("group.protocol", protocol);
        }
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private Producer<String, String> producer() {
        var settings = settings();
        settings.put("transactional.id", id);
        settings.put("transaction.timeout.ms", "120000");
        settings.put("linger.ms", "0");
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private Properties settings() {
        var settings = new Properties();
        settings.putAll(Map.of("bootstrap.servers", bootstrap, "reconnect.backoff.max.ms", "200"));
        return settings;
    }
}
