package io.braid.bench.load;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// Kafka producers that send at the same time, each on a thread of its own, `acks=all`, as fast as they go.
///
/// @param producers       how many
/// @param recordBytes     of each record, random
/// @param perTransaction  so many records are committed together; 0 sends without transactions
public record Crowd(int producers, int recordBytes, int perTransaction) {
    /// Of one producer. The client's own 32 MiB would be more memory than the loads of fifty need.
    private static final long BUFFER_BYTES = 4L << 20;

    /// From the first record sent to the last one acknowledged or committed.
    ///
    /// @param records  of all producers together
    /// @return records/s
    /// @throws IOException a record was refused
    public double produce(String bootstrap, String topic, long records) throws IOException, InterruptedException {
        var clients = new ArrayList<KafkaProducer<byte[], byte[]>>();
        try (var threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("crowd-", 0).factory())) {
            for (int i = 0; i < producers; i++) clients.add(connected(bootstrap, topic, i));
            long start = System.nanoTime();
            var sending = new ArrayList<Future<?>>();
            for (int i = 0; i < producers; i++) {
                long share = records / producers + (i < records % producers ? 1 : 0);
                var client = clients.get(i);
                sending.add(threads.submit(() -> send(client, topic, share)));
            }
            for (var one : sending) one.get();
            return records * 1e9 / (System.nanoTime() - start);
        } catch (ExecutionException e) {
            throw new IOException("a record was refused: " + e.getCause().getMessage(), e.getCause());
        } finally {
            clients.forEach(KafkaProducer::close);
        }
    }

    /// A client that knows the topic, so that the clock does not see it connect.
    private KafkaProducer<byte[], byte[]> connected(String bootstrap, String topic, int number) {
        var settings = new HashMap<String, Object>();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("buffer.memory", BUFFER_BYTES);
        if (perTransaction > 0) settings.put("transactional.id", "crowd-" + number);
        var client = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        if (perTransaction > 0) client.initTransactions();
        client.partitionsFor(topic);
        return client;
    }

    private void send(KafkaProducer<byte[], byte[]> client, String topic, long records) {
        var value = new byte[recordBytes];
        new Random(1).nextBytes(value);
        if (perTransaction > 0) {
            for (long left = records; left > 0; left -= perTransaction) {
                client.beginTransaction();
                for (long i = 0; i < Math.min(left, perTransaction); i++)
                    client.send(new ProducerRecord<>(topic, value));
                client.commitTransaction(); // throws what a record met
            }
        } else {
            var failure = new AtomicReference<Exception>();
            for (long i = 0; i < records; i++) {
                client.send(new ProducerRecord<>(topic, value), (_, e) -> {
                    if (e != null) failure.compareAndSet(null, e);
                });
            }
            client.flush();
            if (failure.get() != null) throw new KafkaException(failure.get());
        }
    }
}
