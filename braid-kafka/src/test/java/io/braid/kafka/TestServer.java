package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.Payloads;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/// A listener on a free port over a log of its own, and clients for it.
final class TestServer implements AutoCloseable {
    private final Log log;
    private final Broker broker;
    private final KafkaListener listener;

    private TestServer(Log log, Broker broker, KafkaListener listener) {
        this.log = log;
        this.broker = broker;
        this.listener = listener;
    }

    static TestServer start(Path directory) throws IOException {
        return start(directory, config(KafkaListener.Limits.DEFAULT, true));
    }

    static KafkaListener.Config config(KafkaListener.Limits limits, boolean autoCreate) {
        return new KafkaListener.Config("127.0.0.1", 0, new KafkaListener.AsReached(), autoCreate, limits, Map.of());
    }

    static TestServer start(Path directory, KafkaListener.Config config) throws IOException {
        return start(directory, config, BrokerConfig.DEFAULT, InstantSource.system());
    }

    static TestServer start(Path directory, KafkaListener.Config config, BrokerConfig streams, InstantSource clock)
            throws IOException {
        return start(Log.open(new LogConfig(directory), clock, Payloads.CODECS), config, streams, clock);
    }

    static TestServer start(Log log, KafkaListener.Config config, BrokerConfig streams, InstantSource clock)
            throws IOException {
        var random = new SplittableRandom(1);
        var broker = Broker.open(log, streams, clock, random);
        return new TestServer(log, broker, KafkaListener.start(broker, config, clock, random));
    }

    /// Does what the log's keeper does from time to time.
    void tidy() throws IOException {
        log.tidy();
    }

    Broker broker() {
        return broker;
    }

    /// Compacts all that is due, and waits until something is.
    void compact() throws IOException {
        do {
            log.tidy();
            log.checkpoint();
        } while (!log.compact());
        while (log.compact()) {}
    }

    KafkaListener listener() {
        return listener;
    }

    String bootstrap() {
        return "127.0.0.1:" + listener.address().getPort();
    }

    KafkaProducer<byte[], byte[]> producer(Map<String, Object> settings) {
        var all = new HashMap<String, Object>(settings);
        all.put("bootstrap.servers", bootstrap());
        return new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        var all = new HashMap<String, Object>();
        all.put("auto.offset.reset", "earliest");
        all.put("enable.auto.commit", false);
        all.putAll(settings);
        all.put("bootstrap.servers", bootstrap());
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", bootstrap()));
    }

    @Override
    public void close() throws IOException {
        listener.close();
        broker.close();
        log.close();
    }
}
