package io.braid.conformance;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import kafka.network.DynamicConnectionQuotaTest;
import kafka.network.SocketServer;
import kafka.server.BaseRequestTest;
import kafka.server.ControllerServer;
import kafka.server.EdgeCaseRequestTest;
import kafka.server.KafkaBroker;
import kafka.server.QuorumTestHarness;
import kafka.utils.TestUtils$;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.TestInfo;
import scala.Option;
import scala.collection.immutable.Nil$;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/// What Kafka's older integration tests inherit from classes written in Scala, where that starts a KRaft cluster or
/// looks into it. The methods stand in for those of the same name and type of their first parameter ([KafkaPatches]).
public final class HarnessSteps {
    private HarnessSteps() {}

    /// No controller: each test's brokers are one Braid ([BraidQuorum]).
    public static void setUp(QuorumTestHarness harness, TestInfo test) {
        try {
            var info = QuorumTestHarness.class.getDeclaredField("testInfo"); // it looks up its parameters there
            info.setAccessible(true);
            info.set(harness, new AsBefore(test));
        } catch (ReflectiveOperationException cause) {
            throw new IllegalStateException(cause);
        }
        harness.implementation_$eq(new BraidQuorum());
    }

    /// Harnesses find their parameters in the name of a test, as JUnit 5 wrote it.
    private record AsBefore(TestInfo test) implements TestInfo {
        @Override
        public String getDisplayName() {
            return test.getDisplayName().replace("\"", "").replace(" = ", "=");
        }

        @Override
        public Set<String> getTags() {
            return test.getTags();
        }

        @Override
        public Optional<Class<?>> getTestClass() {
            return test.getTestClass();
        }

        @Override
        public Optional<Method> getTestMethod() {
            return test.getTestMethod();
        }
    }

    public static ControllerServer controllerServer(QuorumTestHarness harness) {
        return null; // what looks into it fails
    }

    @SuppressWarnings("unchecked") // there are none
    public static scala.collection.Seq<ControllerServer> controllerServers(QuorumTestHarness harness) {
        return (Seq<ControllerServer>) (Seq<?>) Nil$.MODULE$;
    }

    /// What is answered is known to every connection.
    public static void ensureConsistentKRaftMetadata(
            TestUtils$ utils, scala.collection.Seq<KafkaBroker> brokers, ControllerServer controller, String message) {
        // Nothing to wait for.
    }

    /// There is one, which knows of itself.
    public static void waitUntilBrokerMetadataIsPropagated(
            TestUtils$ utils, scala.collection.Seq<KafkaBroker> brokers, long timeoutMillis) {
        // Nothing to wait for.
    }

    /// Asked for in the metadata, and not in what the brokers hold.
    public static int waitUntilLeaderIsKnown(
            TestUtils$ utils, scala.collection.Seq<KafkaBroker> brokers, TopicPartition partition, long timeoutMillis) {
        return utils.waitForPartitionMetadata(brokers, partition.topic(), partition.partition(), timeoutMillis)
                .leader();
    }

    /// Asked for as a client.
    public static scala.collection.immutable.Map<String, Uuid> getTopicIds(BaseRequestTest test) {
        return scala(ids(test));
    }

    public static scala.collection.immutable.Map<String, Uuid> getTopicIds(
            BaseRequestTest test, scala.collection.Seq<String> names) {
        var ids = ids(test);
        ids.keySet().retainAll(CollectionConverters.asJava(names));
        return scala(ids);
    }

    public static scala.collection.immutable.Map<Uuid, String> getTopicNames(BaseRequestTest test) {
        var names = new HashMap<Uuid, String>();
        ids(test).forEach((name, id) -> names.put(id, name));
        return scala(names);
    }

    private static Map<String, Uuid> ids(BaseRequestTest test) {
        return new HashMap<>(test.brokers().head().metadataCache().topicNamesToIds());
    }

    private static <K, V> scala.collection.immutable.Map<K, V> scala(Map<K, V> map) {
        return scala.collection.immutable.Map.from(CollectionConverters.asScala(map));
    }

    // ---- the sockets of wire-level tests: which server they name does not matter, there is one

    public static SocketServer anySocketServer(BaseRequestTest test) {
        return null; // as far as Kafka's own types go
    }

    public static SocketServer brokerSocketServer(BaseRequestTest test, int broker) {
        return null;
    }

    public static SocketServer controllerSocketServer(BaseRequestTest test) {
        return null;
    }

    public static Socket connect(BaseRequestTest test, SocketServer server, ListenerName listener) throws IOException {
        return connect(test.brokers().head());
    }

    public static SocketServer socketServer(EdgeCaseRequestTest test) {
        return null;
    }

    public static Socket connect(EdgeCaseRequestTest test, SocketServer server, SecurityProtocol security)
            throws IOException {
        return connect(test.brokers().head());
    }

    public static Socket connect(DynamicConnectionQuotaTest test, String listener) throws IOException {
        return connect(test.brokers().head());
    }

    // ---- limits of connections

    public static int connectionCount(DynamicConnectionQuotaTest test) throws IOException {
        return ((BraidQuorum) test.implementation()).connections();
    }

    /// What is answered counts already.
    public static void updateIpConnectionRate(DynamicConnectionQuotaTest test, Option<String> address, int rate)
            throws ExecutionException, InterruptedException {
        var entity = new HashMap<String, String>();
        entity.put(ClientQuotaEntity.IP, address.isEmpty() ? null : address.get());
        var change = new ClientQuotaAlteration.Op("connection_creation_rate", (double) rate);
        test.admin()
                .alterClientQuotas(List.of(new ClientQuotaAlteration(new ClientQuotaEntity(entity), List.of(change))))
                .all()
                .get();
    }

    private static Socket connect(KafkaBroker broker) throws IOException {
        var listener = ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
        return new Socket(InetAddress.getLoopbackAddress(), broker.boundPort(listener));
    }
}
