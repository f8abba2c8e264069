package io.braid.kafka;

import io.braid.broker.Broker;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.ControllerIdNotRegisteredException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.NodeCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.apache.kafka.common.requests.DescribeQuorumResponse;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;
import org.apache.kafka.common.requests.UnregisterControllerRequest;

/// What administrators ask of Kafka's controllers: this node is the only one, its own controller, and healthy.
/// The catalog stands for the metadata log: its end is the number of changes so far.
final class QuorumApi {
    private static final int LEADER_EPOCH = 1; // there never was another leader
    private static final String LISTENER = "CONTROLLER";

    private final Broker broker;
    private final KafkaListener.Config config;
    private final int nodeId;
    private final InstantSource clock;

    QuorumApi(Broker broker, KafkaListener.Config config, InstantSource clock) {
        this.broker = broker;
        this.config = config;
        this.nodeId = config.nodeId();
        this.clock = clock;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.DESCRIBE_QUORUM, 0, 2, this::describeQuorum)
                .serve(ApiKeys.UNREGISTER_BROKER, 0, 0, this::unregisterBroker)
                .serve(ApiKeys.UNREGISTER_CONTROLLER, 0, 0, this::unregisterController)
                .serve(ApiKeys.ADD_RAFT_VOTER, 0, 1, this::voters)
                .serve(ApiKeys.REMOVE_RAFT_VOTER, 0, 0, this::voters);
    }

    // ---- DescribeQuorum

    private Answer describeQuorum(Request request) {
        var body = ((DescribeQuorumRequest) request.body()).data();
        if (!isOfMetadata(body.topics()))
            return Answer.of(new DescribeQuorumResponse(
                    DescribeQuorumRequest.getPartitionLevelErrorResponse(body, Errors.UNKNOWN_TOPIC_OR_PARTITION)));
        long end = broker.catalogChanges();
        long now = clock.millis();
        var self = new ReplicaState()
                .setReplicaId(nodeId)
                .setLogEndOffset(end)
                .setLastFetchTimestamp(now)
                .setLastCaughtUpTimestamp(now);
        var partition = new PartitionData()
                .setErrorMessage(null)
                .setLeaderId(nodeId)
                .setLeaderEpoch(LEADER_EPOCH)
                .setHighWatermark(end)
                .setCurrentVoters(List.of(self));
        return Answer.of(new DescribeQuorumResponse(new DescribeQuorumResponseData()
                .setErrorMessage(null)
                .setTopics(List.of(new TopicData()
                        .setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME)
                        .setPartitions(List.of(partition))))
                .setNodes(nodes(request))));
    }

    /// There is one topic with a quorum behind it, and it has one partition.
    private static boolean isOfMetadata(
            List<org.apache.kafka.common.message.DescribeQuorumRequestData.TopicData> topics) {
        return topics.size() == 1
                && topics.getFirst().topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                && topics.getFirst().partitions().size() == 1
                && topics.getFirst().partitions().getFirst().partitionIndex() == 0;
    }

    /// Known to the response from version 2 on.
    private NodeCollection nodes(Request request) {
        var nodes = new NodeCollection();
        if (request.version() < 2) return nodes;
        var self = Endpoint.of(config, request);
        var listeners = new ListenerCollection();
        listeners.add(new Listener().setName(LISTENER).setHost(self.host()).setPort(self.port()));
        nodes.add(new Node().setNodeId(nodeId).setListeners(listeners));
        return nodes;
    }

    // ---- nodes that come and go

    private Answer unregisterBroker(Request request) {
        int id = ((UnregisterBrokerRequest) request.body()).data().brokerId();
        if (id != nodeId)
            throw new BrokerIdNotRegisteredException("Broker ID %d is not currently registered".formatted(id));
        throw new InvalidRequestException("broker %d is the only one and serves this request".formatted(id));
    }

    private Answer unregisterController(Request request) {
        int id = ((UnregisterControllerRequest) request.body()).data().controllerId();
        if (id != nodeId)
            throw new ControllerIdNotRegisteredException("Controller ID %d is not currently registered.".formatted(id));
        throw new InvalidRequestException("controller %d is the only one and serves this request".formatted(id));
    }

    /// As a Kafka whose `kraft.version` is 0: its controllers stand in its configuration.
    private Answer voters(Request request) {
        throw new UnsupportedVersionException(
                "this cluster is one node, number %d: controllers are neither added nor removed".formatted(nodeId));
    }
}
