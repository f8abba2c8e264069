package org.apache.kafka.common.test;

import io.braid.conformance.TemporaryBraid;
import java.util.AbstractMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import kafka.server.BrokerServer;
import org.opentest4j.TestAbortedException;

/// Stands on the class path before Kafka's class of this name, for the tests that build their cluster by hand, as those
/// of
/// Kafka Streams do: it has what they call, and starts a Braid.
public final class KafkaClusterTestKit implements AutoCloseable {
    private final Map<String, String> properties;
    private final int brokers;
    private final MockFaultHandler faults = new MockFaultHandler("faults");
    private TemporaryBraid braid;

    private KafkaClusterTestKit(Map<String, String> properties, int brokers) {
        this.properties = Map.copyOf(properties);
        this.brokers = brokers;
    }

    /// Takes what is said of the cluster.
    public static final class Builder {
        private final Map<String, String> properties = new HashMap<>();
        private final int brokers;

        public Builder(TestKitNodes nodes) {
            brokers = nodes.brokerNodes().size();
            var own = nodes.brokerNodes().values().stream()
                    .map(TestKitNode::propertyOverrides)
                    .filter(overrides -> !overrides.isEmpty())
                    .toList();
            if (own.size() > 1) throw new TestAbortedException("properties of several brokers, and Braid is one");
            own.forEach(properties::putAll);
        }

        public Builder setConfigProp(String name, Object value) {
            properties.put(name, value.toString());
            return this;
        }

        public KafkaClusterTestKit build() {
            return new KafkaClusterTestKit(properties, brokers);
        }
    }

    public void format() {
        // An empty directory needs nothing.
    }

    public void startup() {
        braid = TemporaryBraid.start(properties);
    }

    public void waitForReadyBrokers() {
        // It answers since it was started.
    }

    public String bootstrapServers() {
        return braid.kafka();
    }

    public MockFaultHandler fatalFaultHandler() {
        return faults;
    }

    public MockFaultHandler nonFatalFaultHandler() {
        return faults;
    }

    /// As many as were asked for, as far as anybody only counts them.
    public Map<Integer, BrokerServer> brokers() {
        return new AbstractMap<>() {
            @Override
            public int size() {
                return brokers;
            }

            @Override
            public Set<Entry<Integer, BrokerServer>> entrySet() {
                throw new TestAbortedException("looks inside of a Kafka broker");
            }
        };
    }

    @Override
    public void close() {
        if (braid != null) braid.close();
    }
}
