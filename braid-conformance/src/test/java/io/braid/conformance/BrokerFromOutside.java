package io.braid.conformance;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import kafka.server.KafkaBroker;
import kafka.server.KafkaConfig;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.metadata.LeaderAndIsr;
import org.apache.kafka.metadata.MetadataCache;
import org.opentest4j.TestAbortedException;

/// What Kafka's tests call a broker, as far as anybody can see it from outside: the properties that the test gave it,
/// and
/// the topics, asked for as a client. What else they look for inside aborts the test.
final class BrokerFromOutside {
    /// Kafka's broker does not read its properties without these; none of them is Braid's.
    private static final Map<String, String> KRAFT = Map.of(
            "process.roles", "broker",
            "controller.quorum.voters", "2@127.0.0.1:9093",
            "controller.listener.names", "CONTROLLER",
            "listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "listeners", "PLAINTEXT://127.0.0.1:9092");

    /// What such brokers belong to.
    interface Home {
        /// host:port
        String bootstrapServers();

        boolean isRunning(int id);

        void start(int id);

        void stop(int id);
    }

    private final Home home;
    private final int id;
    private final Supplier<KafkaConfig> config;

    private BrokerFromOutside(Home home, int id, Supplier<KafkaConfig> config) {
        this.home = home;
        this.id = id;
        this.config = config;
    }

    /// @param id     its number
    /// @param config asked for only by tests that look at it
    static KafkaBroker of(Home home, int id, Supplier<KafkaConfig> config) {
        var outside = new BrokerFromOutside(home, id, config);
        return proxy(KafkaBroker.class, outside::broker);
    }

    /// What a test says to its brokers.
    static KafkaConfig config(int id, Map<String, String> serverProperties) {
        var properties = new Properties();
        properties.putAll(KRAFT);
        properties.put("node.id", Integer.toString(id));
        properties.putAll(serverProperties);
        return KafkaConfig.fromProps(properties, false);
    }

    private Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, home.bootstrapServers()));
    }

    private Object broker(Method method, Object[] arguments) throws Exception {
        return switch (method.getName()) {
            case "config" -> config.get();
            case "clusterId" -> clusterId();
            case "boundPort" -> {
                var address = home.bootstrapServers();
                yield Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
            }
            case "startup" -> {
                home.start(id);
                yield null;
            }
            case "shutdown" -> {
                home.stop(id);
                yield null;
            }
            case "isShutdown" -> !home.isRunning(id);
            case "awaitShutdown" -> null; // to stop is to wait
            case "metadataCache" -> proxy(MetadataCache.class, this::metadata);
            case "groupCoordinator" -> proxy(GroupCoordinator.class, BrokerFromOutside::groups);
            default -> throw looksInside(method);
        };
    }

    private String clusterId() throws Exception {
        try (var admin = admin()) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private Object metadata(Method method, Object[] arguments) throws Exception {
        try (var admin = admin()) {
            return switch (method.getName()) {
                case "getAliveBrokerNodes", "getBrokerNodes" ->
                    List.copyOf(admin.describeCluster().nodes().get());
                case "getAllTopics" -> ids(admin).keySet();
                case "topicNamesToIds" -> ids(admin);
                case "getTopicId" -> ids(admin).getOrDefault(arguments[0], Uuid.ZERO_UUID);
                case "numPartitions" -> partitions(admin, arguments[0]);
                case "contains" -> isThere(admin, arguments[0]);
                case "getLeaderAndIsr" ->
                    isThere(admin, new TopicPartition((String) arguments[0], (int) arguments[1]))
                            ? Optional.of(new LeaderAndIsr(id, List.of(id)))
                            : Optional.empty();
                default -> throw looksInside(method);
            };
        }
    }

    private static boolean isThere(Admin admin, Object topicOrPartition) throws Exception {
        return switch (topicOrPartition) {
            case TopicPartition partition ->
                partitions(admin, partition.topic()).orElse(0) > partition.partition();
            case Object topic -> partitions(admin, topic).isPresent();
        };
    }

    private static Map<String, Uuid> ids(Admin admin) throws Exception {
        var ids = new HashMap<String, Uuid>();
        var all = new ListTopicsOptions().listInternal(true);
        for (var topic : admin.listTopics(all).listings().get()) ids.put(topic.name(), topic.topicId());
        return ids;
    }

    private static Optional<Integer> partitions(Admin admin, Object topic) throws Exception {
        int count = BraidCluster.partitions(admin, (String) topic);
        return count == 0 ? Optional.empty() : Optional.of(count);
    }

    private static Object groups(Method method, Object[] arguments) {
        if (method.getName().equals("groupMetadataTopicConfigs")) return new Properties(); // Braid knows how it is kept
        throw looksInside(method);
    }

    private static TestAbortedException looksInside(Method method) {
        return new TestAbortedException("looks inside of a Kafka broker: " + method.getName());
    }

    private interface Answers {
        Object answer(Method method, Object[] arguments) throws Exception;
    }

    private static <T> T proxy(Class<T> type, Answers answers) {
        InvocationHandler handler = (self, method, arguments) -> switch (method.getName()) {
            case "toString" -> type.getSimpleName() + " from outside";
            case "hashCode" -> System.identityHashCode(self);
            case "equals" -> self == arguments[0];
            default -> answers.answer(method, arguments);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
