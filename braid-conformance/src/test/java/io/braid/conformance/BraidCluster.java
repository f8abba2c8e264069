package io.braid.conformance;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import kafka.server.ControllerServer;
import kafka.server.KafkaBroker;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.test.ClusterInstance;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.apache.kafka.server.authorizer.Authorizer;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.apache.kafka.test.TestUtils;
import org.opentest4j.TestAbortedException;

/// The cluster that Kafka's tests are handed: one fresh Braid. What looks inside of a Kafka broker
/// ([BrokerFromOutside]) or controller, or wants to stop one of several, aborts the test with the reason.
public final class BraidCluster implements ClusterInstance, BrokerFromOutside.Home {
    private static final long PATIENCE_MILLIS = 60_000;

    /// The number that Braid has, as Kafka's first broker.
    private static final int NODE = 0;

    private final ClusterConfig config;
    private final boolean combined;
    private Optional<TemporaryBraid> braid = Optional.empty();
    private boolean stopped;

    public BraidCluster(ClusterConfig config, boolean combined) {
        this.config = config;
        this.combined = combined;
    }

    // ---- its life

    @Override
    public void start() {
        if (braid.isPresent()) return;
        if (config.brokerSecurityProtocol() != SecurityProtocol.PLAINTEXT)
            throw new TestAbortedException("Braid's listener is PLAINTEXT, not " + config.brokerSecurityProtocol());
        if (config.numDisksPerBroker() > 1) throw new TestAbortedException("Braid keeps its data in one directory");
        if (config.perServerOverrideProperties().size() > 1)
            throw new TestAbortedException("properties of several brokers, and Braid is one");
        var asked = new HashMap<>(config.serverProperties());
        config.perServerOverrideProperties().values().forEach(asked::putAll);
        braid = Optional.of(TemporaryBraid.start(asked));
        if (!config.features().isEmpty() || isOfOlderKafka()) setFeatures();
    }

    private boolean isOfOlderKafka() {
        return config.metadataVersion().isLessThan(MetadataVersion.latestProduction());
    }

    /// Features that a test says nothing of have the level that came with its version of the metadata.
    private void setFeatures() {
        try (var admin = admin()) {
            var now = admin.describeFeatures().featureMetadata().get();
            var updates = new HashMap<String, FeatureUpdate>();
            for (var feature : Feature.PRODUCTION_FEATURES) {
                var name = feature.featureName();
                boolean isThere = now.supportedFeatures().containsKey(name);
                var range = now.finalizedFeatures().get(name);
                short has = range == null ? 0 : range.maxVersionLevel();
                short wanted = wanted(feature, has);
                if (!isThere && config.features().containsKey(feature) && wanted != 0)
                    throw new TestAbortedException("wants %s %d, which Braid does not have".formatted(name, wanted));
                if (isThere && wanted != has)
                    updates.put(
                            name,
                            new FeatureUpdate(wanted, wanted < has ? UpgradeType.SAFE_DOWNGRADE : UpgradeType.UPGRADE));
            }
            if (!updates.isEmpty())
                admin.updateFeatures(updates, new UpdateFeaturesOptions()).all().get();
        } catch (ExecutionException | InterruptedException cause) {
            throw new IllegalStateException(cause);
        }
    }

    private short wanted(Feature feature, short has) {
        var asked = config.features().get(feature);
        if (asked != null) return asked;
        return isOfOlderKafka() ? feature.defaultLevel(config.metadataVersion()) : has;
    }

    @Override
    public void stop() {
        stopped = true;
        braid.ifPresent(TemporaryBraid::close);
        braid = Optional.empty();
    }

    @Override
    public boolean started() {
        return braid.isPresent() || stopped;
    }

    @Override
    public boolean stopped() {
        return stopped;
    }

    @Override
    public void waitForReadyBrokers() {
        // It answers since it was started.
    }

    // ---- what it is

    @Override
    public Type type() {
        return combined ? Type.CO_KRAFT : Type.KRAFT;
    }

    @Override
    public ClusterConfig config() {
        return config;
    }

    @Override
    public ListenerName clientListener() {
        return config.brokerListenerName();
    }

    @Override
    public String bootstrapServers() {
        return braid.orElseThrow(() -> new IllegalStateException("the cluster was not started"))
                .kafka();
    }

    @Override
    public List<Integer> brokerBoundPorts() {
        var address = bootstrapServers();
        return List.of(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
    }

    @Override
    public Set<Integer> brokerIds() {
        return Set.of(NODE);
    }

    @Override
    public String clusterId() {
        try (var admin = admin()) {
            return admin.describeCluster().clusterId().get();
        } catch (Exception cause) {
            throw new IllegalStateException(cause);
        }
    }

    @Override
    public Set<GroupProtocol> supportedGroupProtocols() {
        return Set.of(GroupProtocol.CLASSIC, GroupProtocol.CONSUMER);
    }

    @Override
    public Optional<FaultHandlerException> firstFatalException() {
        return Optional.empty();
    }

    @Override
    public Optional<FaultHandlerException> firstNonFatalException() {
        return Optional.empty();
    }

    // ---- what it creates and waits for

    /// A topic that is refused is waited for by nobody.
    @Override
    public void createTopic(String topic, int partitions, short replicas, Map<String, String> settings)
            throws InterruptedException {
        create(new NewTopic(topic, partitions, replicas).configs(settings));
    }

    @Override
    public void createTopicWithAssignment(String topic, Map<Integer, List<Integer>> assignment)
            throws InterruptedException {
        create(new NewTopic(topic, assignment));
    }

    private void create(NewTopic topic) throws InterruptedException {
        try (var admin = admin()) {
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException refused) {
            if (!(refused.getCause() instanceof TopicExistsException))
                throw new IllegalStateException("topic %s was not created".formatted(topic.name()), refused.getCause());
        }
    }

    @Override
    public void waitTopicCreation(String topic, int partitions) throws InterruptedException {
        try (var admin = admin()) {
            TestUtils.waitForCondition(
                    () -> partitions(admin, topic) == partitions,
                    PATIENCE_MILLIS,
                    "topic %s does not have %d partitions".formatted(topic, partitions));
        }
    }

    @Override
    public void waitTopicDeletion(String topic) throws InterruptedException {
        try (var admin = admin()) {
            TestUtils.waitForCondition(
                    () -> partitions(admin, topic) == 0, PATIENCE_MILLIS, "topic %s is still there".formatted(topic));
        }
    }

    /// @return 0 if there is no such topic
    static int partitions(Admin admin, String topic) throws Exception {
        try {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .size();
        } catch (ExecutionException unknown) {
            if (unknown.getCause() instanceof UnknownTopicOrPartitionException) return 0;
            throw unknown;
        }
    }

    @Override
    public void ensureConsistentMetadata() {
        // What is answered is known to every connection.
    }

    @Override
    public void ensureConsistentMetadata(Collection<KafkaBroker> brokers, Collection<ControllerServer> controllers) {
        // As above.
    }

    // ---- what it has not

    @Override
    public Map<Integer, KafkaBroker> brokers() {
        return Map.of(
                NODE,
                BrokerFromOutside.of(this, NODE, () -> BrokerFromOutside.config(NODE, config.serverProperties())));
    }

    @Override
    public Map<Integer, KafkaBroker> aliveBrokers() {
        return isRunning() ? brokers() : Map.of();
    }

    private boolean isRunning() {
        return braid.filter(TemporaryBraid::isRunning).isPresent();
    }

    @Override
    public boolean isRunning(int id) {
        return isRunning();
    }

    @Override
    public void start(int id) {
        startBroker(id);
    }

    @Override
    public void stop(int id) {
        shutdownBroker(id);
    }

    /// There is none, so nobody needs to wait for it.
    @Override
    public Map<Integer, ControllerServer> controllers() {
        return Map.of();
    }

    @Override
    public Set<Integer> controllerIds() {
        throw new TestAbortedException("looks inside of a KRaft controller");
    }

    @Override
    public ListenerName controllerListenerName() {
        throw new TestAbortedException("wants the listener of a KRaft controller");
    }

    @Override
    public String bootstrapControllers() {
        throw new TestAbortedException("wants the listener of a KRaft controller");
    }

    @Override
    public List<Integer> controllerBoundPorts() {
        throw new TestAbortedException("wants the listener of a KRaft controller");
    }

    @Override
    public List<Authorizer> authorizers() {
        throw new TestAbortedException("looks into an authorizer");
    }

    // ---- stopping

    /// Braid, which keeps what it has.
    @Override
    public void shutdownBroker(int brokerId) {
        if (config.numBrokers() > 1) throw new TestAbortedException("stops one broker of several");
        braid.ifPresent(TemporaryBraid::stop);
    }

    @Override
    public void startBroker(int brokerId) {
        if (config.numBrokers() > 1) throw new TestAbortedException("starts one broker of several");
        braid.ifPresent(TemporaryBraid::startAgain);
    }
}
