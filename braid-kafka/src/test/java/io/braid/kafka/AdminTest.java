package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreatePartitionsOptions;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicaAssignmentException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Kafka's own admin client against the listener.
@Timeout(120)
class AdminTest {
    @TempDir
    private Path directory;

    private TestServer server;
    private Admin admin;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(directory);
        admin = server.admin();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    @Test
    void theClusterIsThisNodeAtTheAddressItWasReachedBy() throws Exception {
        var cluster = admin.describeCluster();

        var node = cluster.nodes().get().iterator().next();
        assertEquals("127.0.0.1:" + server.listener().address().getPort(), node.host() + ":" + node.port());
        assertEquals(node, cluster.controller().get());
        assertEquals(server.broker().clusterId(), cluster.clusterId().get());
    }

    @Test
    void topicsAreCreatedDescribedAndDeleted() throws Exception {
        var created = create(new NewTopic("a", 3, (short) 1).configs(Map.of("retention.ms", "1000000")));
        assertEquals(3, created.numPartitions("a").get());
        assertEquals("1000000", created.config("a").get().get("retention.ms").value());
        create(new NewTopic("b", Optional.empty(), Optional.empty()));
        create(new NewTopic("c", Map.of(0, List.of(1), 1, List.of(1))));

        assertEquals(Set.of("a", "b", "c"), admin.listTopics().names().get());
        var described =
                admin.describeTopics(List.of("a", "b", "c")).allTopicNames().get();
        assertEquals(3, described.get("a").partitions().size());
        assertEquals(1, described.get("b").partitions().size());
        assertEquals(2, described.get("c").partitions().size());
        assertEquals(created.topicId("a").get(), described.get("a").topicId());
        assertEquals(1, described.get("a").partitions().getFirst().leader().id());

        admin.deleteTopics(List.of("a")).all().get();
        admin.deleteTopics(TopicCollection.ofTopicIds(List.of(described.get("b").topicId())))
                .all()
                .get();
        assertEquals(Set.of("c"), admin.listTopics().names().get());
        refused(
                UnknownTopicOrPartitionException.class,
                admin.deleteTopics(List.of("a")).all());
        refused(
                UnknownTopicIdException.class,
                admin.deleteTopics(TopicCollection.ofTopicIds(
                                List.of(described.get("b").topicId())))
                        .all());
        refused(
                UnknownTopicOrPartitionException.class,
                admin.describeTopics(List.of("a")).allTopicNames());
    }

    @Test
    void whatTheServerKeepsForItselfIsShownOnlyToWhoAsksForIt() throws Exception {
        create(new NewTopic("a", 1, (short) 1));
        server.broker().create(new NewStream("__own", Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, Map.of()));
        server.broker()
                .create(new NewStream(
                        "__consumer_offsets", Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, Map.of()));

        var all = admin.listTopics(new ListTopicsOptions().listInternal(true));

        assertEquals(Set.of("a", "__consumer_offsets"), all.names().get());
        var own = admin.describeTopics(List.of("__own")).allTopicNames().get().get("__own");
        assertTrue(own.isInternal());
    }

    @Test
    void whatCannotBeCreatedIsRefusedForItsReason() throws Exception {
        create(new NewTopic("there", 1, (short) 1));

        refused(TopicExistsException.class, creation(new NewTopic("there", 1, (short) 1)));
        refused(InvalidTopicException.class, creation(new NewTopic("no/name", 1, (short) 1)));
        refused(InvalidPartitionsException.class, creation(new NewTopic("x", 0, (short) 1)));
        refused(InvalidReplicationFactorException.class, creation(new NewTopic("x", 1, (short) 3)));
        refused(InvalidReplicaAssignmentException.class, creation(new NewTopic("x", Map.of(0, List.of(2)))));
        refused(InvalidReplicaAssignmentException.class, creation(new NewTopic("x", Map.of(1, List.of(1)))));
        refused(
                InvalidConfigurationException.class,
                creation(new NewTopic("x", 1, (short) 1).configs(Map.of("no.such", "1"))));
        assertEquals(Set.of("there"), admin.listTopics().names().get());
    }

    @Test
    void aCreationIsOnlyCheckedIfThatIsAsked() throws Exception {
        var checkOnly = new CreateTopicsOptions().validateOnly(true);
        admin.createTopics(List.of(new NewTopic("x", 2, (short) 1)), checkOnly)
                .all()
                .get();
        refused(
                InvalidPartitionsException.class,
                admin.createTopics(List.of(new NewTopic("x", 0, (short) 1)), checkOnly)
                        .all());
        assertEquals(Set.of(), admin.listTopics().names().get());
    }

    @Test
    void partitionsAreAdded() throws Exception {
        create(new NewTopic("t", 2, (short) 1));

        admin.createPartitions(
                        Map.of("t", NewPartitions.increaseTo(9)), new CreatePartitionsOptions().validateOnly(true))
                .all()
                .get();
        assertEquals(2, partitions("t"));
        admin.createPartitions(Map.of("t", NewPartitions.increaseTo(5))).all().get();
        assertEquals(5, partitions("t"));
        refused(
                InvalidPartitionsException.class,
                admin.createPartitions(Map.of("t", NewPartitions.increaseTo(5))).all());
        refused(
                UnknownTopicOrPartitionException.class,
                admin.createPartitions(Map.of("none", NewPartitions.increaseTo(5)))
                        .all());
        try (var producer = server.producer(Map.of())) {
            for (int p = 0; p < 5; p++)
                assertEquals(
                        0,
                        producer.send(new ProducerRecord<>("t", p, null, new byte[1]))
                                .get()
                                .offset());
        }
    }

    @Test
    void aTopicWithMorePartitionsThanOneResponseHoldsIsDescribedInParts() throws Exception {
        create(new NewTopic("big", 2100, (short) 1));
        create(new NewTopic("tail", 3, (short) 1));

        assertEquals(2100, partitions("big"));
        assertEquals(3, partitions("tail"));
    }

    @Test
    void settingsTellTheirValueAndWhereItComesFrom() throws Exception {
        create(new NewTopic("t", 1, (short) 1).configs(Map.of("retention.ms", "5000000")));

        assertEquals("5000000 DYNAMIC_TOPIC_CONFIG", setting("t", "retention.ms"));
        assertEquals(
                ConfigEntry.ConfigSource.DEFAULT_CONFIG,
                entry("t", "segment.bytes").source());
        assertNull(entry("t", "segment.bytes").documentation()); // nobody asked for it
        refused(
                UnknownTopicOrPartitionException.class,
                admin.describeConfigs(List.of(topic("none"))).all());
        refused(
                InvalidTopicException.class,
                admin.describeConfigs(List.of(topic("no/ne"))).all());
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        var entries = admin.describeConfigs(List.of(broker)).all().get().get(broker);
        assertEquals("true", entries.get("auto.create.topics.enable").value());
        assertTrue(entries.get("auto.create.topics.enable").isReadOnly());
    }

    @Test
    void settingsAreChangedOneByOne() throws Exception {
        create(new NewTopic("t", 1, (short) 1).configs(Map.of("retention.ms", "5000000")));

        alter("t", new AlterConfigOp(new ConfigEntry("retention.bytes", "9000000"), OpType.SET))
                .get();
        alter("t", new AlterConfigOp(new ConfigEntry("retention.ms", ""), OpType.DELETE))
                .get();

        assertEquals("9000000 DYNAMIC_TOPIC_CONFIG", setting("t", "retention.bytes"));
        assertEquals("604800000 DEFAULT_CONFIG", setting("t", "retention.ms"));
        refused(
                InvalidConfigurationException.class,
                alter("t", new AlterConfigOp(new ConfigEntry("retention.ms", "soon"), OpType.SET)));
        refused(
                InvalidConfigurationException.class,
                alter("t", new AlterConfigOp(new ConfigEntry("retention.ms", "1"), OpType.APPEND)));
        refused(
                UnknownTopicOrPartitionException.class,
                alter("none", new AlterConfigOp(new ConfigEntry("retention.ms", "1"), OpType.SET)));
        refused(
                InvalidRequestException.class,
                alter("", new AlterConfigOp(new ConfigEntry("retention.ms", "1"), OpType.SET)));
    }

    @Test
    void whatCannotBeSetIsTakenBackAlready() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        var unknown = new ConfigEntry("no.such.setting", "1");

        alter("t", new AlterConfigOp(unknown, OpType.DELETE)).get();

        refused(InvalidConfigurationException.class, alter("t", new AlterConfigOp(unknown, OpType.SET)));
        var broker = new ConfigResource(ConfigResource.Type.BROKER, "1");
        admin.incrementalAlterConfigs(Map.of(broker, List.of(new AlterConfigOp(unknown, OpType.DELETE))))
                .all()
                .get();
    }

    @Test
    void listsAreAddedToAndTakenFrom() throws Exception {
        create(new NewTopic("t", 1, (short) 1));

        alter("t", new AlterConfigOp(new ConfigEntry("cleanup.policy", "delete"), OpType.APPEND))
                .get();
        assertEquals("delete DYNAMIC_TOPIC_CONFIG", setting("t", "cleanup.policy"));
    }

    @Test
    void aChangeIsOnlyCheckedIfThatIsAsked() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        var checkOnly = new AlterConfigsOptions().validateOnly(true);
        Map<ConfigResource, Collection<AlterConfigOp>> good =
                Map.of(topic("t"), List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "99999"), OpType.SET)));
        Map<ConfigResource, Collection<AlterConfigOp>> bad =
                Map.of(topic("t"), List.of(new AlterConfigOp(new ConfigEntry("retention.ms", "x"), OpType.SET)));

        admin.incrementalAlterConfigs(good, checkOnly).all().get();
        refused(
                InvalidConfigurationException.class,
                admin.incrementalAlterConfigs(bad, checkOnly).all());
        assertEquals("604800000 DEFAULT_CONFIG", setting("t", "retention.ms"));
    }

    @Test
    void offsetsAreFoundByTime() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        try (var producer = server.producer(Map.of("compression.type", "zstd", "linger.ms", 100))) {
            for (long time : new long[] {100, 200, 150, 400, 300})
                producer.send(new ProducerRecord<>("t", 0, time, null, new byte[10]));
        }

        assertEquals("0 -1", found(OffsetSpec.earliest()));
        assertEquals("5 -1", found(OffsetSpec.latest()));
        assertEquals("3 400", found(OffsetSpec.maxTimestamp()));
        assertEquals("0 100", found(OffsetSpec.forTimestamp(0)));
        assertEquals("1 200", found(OffsetSpec.forTimestamp(101)));
        assertEquals("3 400", found(OffsetSpec.forTimestamp(201)));
        assertEquals("-1 -1", found(OffsetSpec.forTimestamp(401)));
        assertEquals("0 -1", found(OffsetSpec.earliestLocal()));
        assertEquals("-1 -1", found(OffsetSpec.latestTiered()));
    }

    @Test
    void recordsBeforeAnOffsetAreDeleted() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        try (var producer = server.producer(Map.of())) {
            for (int i = 0; i < 10; i++)
                producer.send(new ProducerRecord<>("t", 0, null, new byte[10])).get();
        }
        var partition = new TopicPartition("t", 0);

        var deleted = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(4)));
        assertEquals(4, deleted.lowWatermarks().get(partition).get().lowWatermark());
        assertEquals("4 -1", found(OffsetSpec.earliest()));
        refused(
                OffsetOutOfRangeException.class,
                admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(11)))
                        .all());
        var all = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1)));
        assertEquals(10, all.lowWatermarks().get(partition).get().lowWatermark());
    }

    @Test
    void partitionsTellWhatTheyHold() throws Exception {
        create(new NewTopic("t", 2, (short) 1));
        try (var producer = server.producer(Map.of())) {
            producer.send(new ProducerRecord<>("t", 1, null, new byte[5000])).get();
        }

        var directory = admin.describeLogDirs(List.of(1))
                .allDescriptions()
                .get()
                .get(1)
                .values()
                .iterator()
                .next();

        var disk = Files.getFileStore(this.directory);
        assertEquals(disk.getTotalSpace(), directory.totalBytes().orElseThrow());
        assertTrue(directory.usableBytes().orElseThrow() <= disk.getTotalSpace());
        assertEquals(0, directory.replicaInfos().get(new TopicPartition("t", 0)).size());
        assertEquals(0, directory.replicaInfos().get(new TopicPartition("t", 1)).offsetLag());
        assertTrue(directory.replicaInfos().get(new TopicPartition("t", 1)).size() > 5000);
    }

    @Test
    void resourcesWithSettingsAreListed() throws Exception {
        create(new NewTopic("t", 1, (short) 1));
        var listed = new TreeSet<String>();
        for (var resource : admin.listConfigResources().all().get()) listed.add(resource.toString());
        assertEquals(
                new TreeSet<>(Set.of(
                        "ConfigResource(type=BROKER, name='1')",
                        "ConfigResource(type=BROKER_LOGGER, name='1')",
                        "ConfigResource(type=TOPIC, name='t')")),
                listed);
    }

    @Test
    void noPartitionIsEverBeingReassigned() throws Exception {
        assertEquals(
                Map.of(), admin.listPartitionReassignments().reassignments().get());
    }

    @Test
    void askingForATopicCreatesItUnlessThatIsOff() throws Exception {
        try (var producer = server.producer(Map.of())) {
            assertEquals(1, producer.partitionsFor("fresh").size());
        }
        assertTrue(admin.listTopics().names().get().contains("fresh"));

        var off = TestServer.config(KafkaListener.Limits.DEFAULT, false);
        try (var strict = TestServer.start(directory.resolve("strict"), off);
                var producer = strict.producer(Map.of("max.block.ms", 1500));
                var client = strict.admin()) {
            var refused = assertThrows(
                    Exception.class,
                    () -> producer.send(new ProducerRecord<>("fresh", 0, null, new byte[1]))
                            .get());
            assertTrue(refused.getMessage().contains("not present in metadata"), refused.toString());
            assertFalse(client.listTopics(new ListTopicsOptions().listInternal(true))
                    .names()
                    .get()
                    .contains("fresh"));
        }
    }

    private org.apache.kafka.clients.admin.CreateTopicsResult create(NewTopic topic) throws Exception {
        var created = admin.createTopics(List.of(topic));
        created.all().get();
        return created;
    }

    private KafkaFuture<Void> creation(NewTopic topic) {
        return admin.createTopics(List.of(topic)).all();
    }

    private KafkaFuture<Void> alter(String name, AlterConfigOp change) {
        return admin.incrementalAlterConfigs(Map.of(topic(name), List.of(change)))
                .all();
    }

    private static ConfigResource topic(String name) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private ConfigEntry entry(String topic, String name) throws Exception {
        return admin.describeConfigs(List.of(topic(topic)))
                .all()
                .get()
                .get(topic(topic))
                .get(name);
    }

    private String setting(String topic, String name) throws Exception {
        var entry = entry(topic, name);
        return entry.value() + " " + entry.source();
    }

    private int partitions(String topic) throws Exception {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .get()
                .get(topic)
                .partitions()
                .size();
    }

    private String found(OffsetSpec spec) throws Exception {
        var partition = new TopicPartition("t", 0);
        var found = admin.listOffsets(Map.of(partition, spec))
                .partitionResult(partition)
                .get();
        return found.offset() + " " + found.timestamp();
    }

    private static void refused(Class<? extends Exception> reason, KafkaFuture<?> future) {
        var refused = assertThrows(ExecutionException.class, future::get);
        assertInstanceOf(reason, refused.getCause());
    }
}
