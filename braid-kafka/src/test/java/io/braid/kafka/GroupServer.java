package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.server.share.persister.NoOpStatePersister;

/// A server over a directory, and Kafka's own clients for it. It can be started again over the same
/// directory, on the same port, as the clients of a server that was restarted find it.
final class GroupServer implements AutoCloseable {
    private final Path directory;
    private final Map<String, String> settings;
    private final BrokerConfig streams;
    private Log log;
    private Broker broker;
    private KafkaListener listener;
    private int port;

    /// @param settings of consumer groups
    GroupServer(Path directory, Map<String, String> settings) throws IOException {
        this(directory, settings, BrokerConfig.DEFAULT);
    }

    GroupServer(Path directory, Map<String, String> settings, BrokerConfig streams) throws IOException {
        this.directory = directory;
        this.settings = settings;
        this.streams = streams;
        open();
    }

    private void open() throws IOException {
        var random = new SplittableRandom(42);
        log = Log.open(new LogConfig(directory), InstantSource.system());
        broker = Broker.open(log, streams, InstantSource.system(), random);
        var config = new KafkaListener.Config(
                "127.0.0.1", port, new KafkaListener.AsReached(), false, KafkaListener.Limits.DEFAULT, settings);
        listener = KafkaListener.start(broker, config, InstantSource.system(), random);
        port = listener.address().getPort();
    }

    /// The groups of a broker, without a listener.
    static GroupCoordination groups(Broker broker, KafkaListener.Config config) throws IOException {
        var settings = CoordinatorSettings.of(config.coordinators()).groups();
        var configs = new GroupConfigApi(broker, settings);
        var features = new Features(broker, settings.protocols());
        var shares = new NoOpStatePersister();
        return new GroupCoordination(broker, config, configs, shares, features, InstantSource.system());
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

    void restart() throws IOException {
        close();
        open();
    }

    /// A server over a copy of what the disk holds at this moment, as after `kill -9`.
    GroupServer killedAndStartedAgain(Path copy) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.toList()) {
                var target = copy.resolve(directory.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
        return new GroupServer(copy, settings);
    }

    Admin admin() {
        return Admin.create(Map.<String, Object>of("bootstrap.servers", address()));
    }

    void create(String topic, int partitions) throws Exception {
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
        }
    }

    /// `count` records, one after the other over the partitions.
    void produce(String topic, int partitions, int count) {
        var config = Map.<String, Object>of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, address(),
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
        try (var producer = new KafkaProducer<String, String>(config)) {
            for (int i = 0; i < count; i++) producer.send(new ProducerRecord<>(topic, i % partitions, null, "v" + i));
            producer.flush();
        }
    }

    /// @param protocol `classic` or `consumer`
    KafkaConsumer<String, String> consumer(String protocol, String group, Map<String, Object> more) {
        var config = new HashMap<String, Object>(Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                address(),
                ConsumerConfig.GROUP_ID_CONFIG,
                group,
                ConsumerConfig.GROUP_PROTOCOL_CONFIG,
                protocol,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG,
                StringDeserializer.class,
                ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG,
                StringDeserializer.class));
        if (protocol.equals("classic")) config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 200);
        config.putAll(more);
        return new KafkaConsumer<>(config);
    }

    /// What clients have pushed about themselves.
    String metrics() {
        var page = new StringBuilder();
        listener.writeMetrics(page);
        return page.toString();
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() throws IOException {
        listener.close();
        broker.close();
        log.close();
    }
}
