package io.braid.kafka;

import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.APPEND;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.DELETE;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.SET;
import static org.apache.kafka.clients.admin.AlterConfigOp.OpType.SUBTRACT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import io.braid.broker.ServerConfigs.Scope;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.server.config.DynamicBrokerConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Settings of the server that change while it runs (KIP-226).
@Timeout(120)
class ServerConfigTest {
    private static final ConfigResource NODE = new ConfigResource(Type.BROKER, "1");
    private static final ConfigResource ALL = new ConfigResource(Type.BROKER, "");

    @TempDir
    private static Path directory;

    private static volatile Duration ahead = Duration.ZERO;
    private static TestServer server; // one for all, as what is set is taken back after each test
    private static Admin admin;

    @BeforeAll
    static void start() throws IOException {
        InstantSource clock = () -> InstantSource.system().instant().plus(ahead);
        var config = TestServer.config(KafkaListener.Limits.DEFAULT, false);
        server =
                TestServer.start(directory, config, new BrokerConfig(1, 100, Map.of("retention.ms", "7200000")), clock);
        admin = server.admin();
    }

    @AfterEach
    void takeBack() throws IOException {
        for (var scope : Scope.values()) server.broker().configureServer(scope, _ -> Map.of());
    }

    @AfterAll
    static void stop() throws IOException {
        admin.close();
        server.close();
    }

    private static void create(String topic) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }

    @Test
    void aSettingTellsEveryValueItHasAndSoDoTopics() throws Exception {
        create("told");

        alter(ALL, SET, "log.retention.ms", "3600000");
        alter(NODE, SET, "log.retention.ms", "1800000");

        var told = "1800000 [DYNAMIC_BROKER_CONFIG log.retention.ms=1800000,"
                + " DYNAMIC_DEFAULT_BROKER_CONFIG log.retention.ms=3600000,"
                + " STATIC_BROKER_CONFIG log.retention.ms=7200000, DEFAULT_CONFIG log.retention.ms=604800000]";
        assertEquals(told, told().synonyms(NODE, "log.retention.ms"));
        assertEquals(told, told().synonyms(new ConfigResource(Type.TOPIC, "told"), "retention.ms"));
        assertEquals(
                "3600000 [DYNAMIC_DEFAULT_BROKER_CONFIG log.retention.ms=3600000]",
                told().synonyms(ALL, "log.retention.ms"));
        assertEquals(1, told().entries(ALL).size(), "only what was set");
    }

    @Test
    void whatIsSetOutlivesARestartAndCanBeTakenBack() throws Exception {
        alter(NODE, SET, "message.max.bytes", "1000");
        stop();
        start();

        assertEquals("1000 DYNAMIC_BROKER_CONFIG", told().source(NODE, "message.max.bytes"));
        alter(NODE, DELETE, "message.max.bytes", "");
        assertEquals("12582912 DEFAULT_CONFIG", told().source(NODE, "message.max.bytes"));
        alter(NODE, DELETE, "no.such.setting", "");
    }

    @Test
    void aNewLimitOfSizesCountsForTheNextBatch() throws Exception {
        create("sizes");
        try (var producer = server.producer(Map.of())) {
            var record = new ProducerRecord<byte[], byte[]>("sizes", new byte[5000]);
            producer.send(record).get();

            alter(ALL, SET, "message.max.bytes", "1000");

            var refused = assertThrows(
                    ExecutionException.class, () -> producer.send(record).get());
            assertInstanceOf(RecordTooLargeException.class, refused.getCause());
            alter(NODE, SET, "message.max.bytes", "9000");
            producer.send(record).get();
        }
    }

    @Test
    void retentionOfAllTopicsGoesByANewDefault() throws Exception {
        create("retention");
        alter(ALL, SET, "log.segment.bytes", "1048576");
        try (var producer = server.producer(Map.of("batch.size", 1))) {
            for (int i = 0; i < 4; i++)
                producer.send(new ProducerRecord<>("retention", new byte[600_000]))
                        .get();
        }
        var log = server.broker().partition("retention", 0).orElseThrow().log();
        server.tidy();
        assertEquals(0, log.start());

        alter(ALL, SET, "log.retention.bytes", "700000");

        server.tidy();
        assertTrue(log.start() > 0, "the oldest segments are gone");
    }

    @Test
    void producersAreForgottenByANewTime() throws Exception {
        create("producers");
        try (var producer = server.producer(Map.of())) {
            producer.send(new ProducerRecord<>("producers", new byte[1])).get();
        }
        ahead = Duration.ofMinutes(1);
        server.tidy();
        assertEquals(1, producers());

        alter(NODE, SET, "producer.id.expiration.ms", "1000");

        server.tidy();
        assertEquals(0, producers());
    }

    private int producers() throws Exception {
        var partition = new TopicPartition("producers", 0);
        return admin.describeProducers(List.of(partition))
                .all()
                .get()
                .get(partition)
                .activeProducers()
                .size();
    }

    @Test
    void fewerConnectionsAreTakenAndThoseThereAreStay() throws Exception {
        alter(ALL, SET, "max.connections", "1");

        try (var further = new Wire(server.listener().address())) {
            assertThrows(EOFException.class, further::receiveFrame);
        }
        alter(ALL, SET, "max.connections", "20");
        try (var further = new Wire(server.listener().address())) {
            var asked = further.send(ApiKeys.API_VERSIONS, 0, new ApiVersionsRequestData());
            further.receive(asked);
        }
    }

    @Test
    void groupsThatSetNothingHaveTheServersValue() throws Exception {
        alter(ALL, SET, "group.consumer.assignment.interval.ms", "2000");
        alter(NODE, SET, "group.consumer.assignment.interval.ms", "1500");

        assertEquals(
                "1500 [DYNAMIC_BROKER_CONFIG group.consumer.assignment.interval.ms=1500,"
                        + " DYNAMIC_DEFAULT_BROKER_CONFIG group.consumer.assignment.interval.ms=2000,"
                        + " DEFAULT_CONFIG group.consumer.assignment.interval.ms=1000]",
                told().synonyms(new ConfigResource(Type.GROUP, "g"), "consumer.assignment.interval.ms"));
        assertRefused(NODE, SET, "group.consumer.assignment.interval.ms", "99999", "max.assignment.interval.ms");
    }

    @Test
    void coordinatorsAskForTheNewestValue() throws Exception {
        var settings = new GroupSettings(Map.of()).changedBy(settings(Map.of())::ofCoordinators);
        var kafkas = settings.kafka();
        var states = settings.shareStates();
        assertEquals(1_048_588, kafkas.cachedBufferMaxBytes());

        alter(ALL, SET, "group.coordinator.cached.buffer.max.bytes", "600000");

        assertEquals(600_000, kafkas.cachedBufferMaxBytes());
        assertEquals(1_048_588, states.shareCoordinatorCachedBufferMaxBytes());
        alter(ALL, SET, "share.coordinator.cached.buffer.max.bytes", "700000");
        assertEquals(700_000, states.shareCoordinatorCachedBufferMaxBytes());
    }

    /// Or no group could be served after a start with it.
    @Test
    void whatDoesNotFitTheConfigurationAnyMoreDoesNotCount() throws Exception {
        alter(ALL, SET, "group.consumer.assignment.interval.ms", "1500");
        alter(ALL, SET, "max.connections.per.ip", "7");

        var settings = settings(Map.of("group.consumer.max.assignment.interval.ms", "1200"));

        assertEquals(Optional.empty(), settings.ofCoordinators("group.consumer.assignment.interval.ms"));
        assertEquals(Integer.MAX_VALUE, settings.limits().perAddress());
        assertEquals(7, settings(Map.of()).limits().perAddress());
    }

    private static ServerSettings settings(Map<String, String> coordinators) {
        var limits = KafkaListener.Limits.DEFAULT;
        return new ServerSettings(
                server.broker(),
                new KafkaListener.Config("127.0.0.1", 0, new KafkaListener.AsReached(), false, limits, coordinators));
    }

    @Test
    void listsAreAddedToAndTakenFrom() throws Exception {
        alter(NODE, APPEND, "log.cleanup.policy", "compact");
        assertEquals("delete,compact DYNAMIC_BROKER_CONFIG", told().source(NODE, "log.cleanup.policy"));

        alter(NODE, SUBTRACT, "log.cleanup.policy", "delete");
        assertEquals("compact DYNAMIC_BROKER_CONFIG", told().source(NODE, "log.cleanup.policy"));

        var refused = refused(NODE, op(APPEND, "message.max.bytes", "1"));
        assertInstanceOf(InvalidConfigurationException.class, refused);
        assertEquals("Config value append is not allowed for config key: message.max.bytes", refused.getMessage());
    }

    /// As a Kafka 4.4 says it, up to what follows a semicolon.
    @Test
    void whatCannotChangeIsRefusedInKafkasWords() throws Exception {
        for (var each : List.of(NODE, ALL)) {
            assertRefused(each, SET, "node.id", "2", "Cannot update these configs dynamically: [node.id]");
            assertRefused(each, SET, "log.dirs", "/x", "Cannot update these configs dynamically: [log.dirs]");
            assertRefused(
                    each,
                    SET,
                    "log.retention.hours",
                    "7",
                    "[log.retention.hours]; log.retention.hours: did you mean log.retention.ms?");
            assertRefused(each, SET, "num.io.threads", "9", "[num.io.threads]; num.io.threads: there is no such pool");
            assertRefused(each, SET, "log.cleaner.threadzz", "2", "did you mean log.cleaner.threads?");
            assertRefused(each, SET, "listener.name.a.ssl.keystore.password", "s", "[listener.name.a.ssl.keystore");
            assertRefused(
                    each,
                    SET,
                    "message.max.bytes",
                    "abc",
                    "Invalid value abc for configuration message.max.bytes: Not a number of type INT");
            assertRefused(
                    each,
                    SET,
                    "log.cleanup.policy",
                    "fish",
                    "Invalid value fish for configuration log.cleanup.policy: String must be one of: compact, delete");
            assertRefused(each, SET, "log.retention.ms", "0", "log.retention.ms must be unlimited (-1) or, greater");
            assertRefused(each, SET, "max.connections", "0", "max.connections: Value must be at least 1");
            assertRefused(each, SET, "unclean.leader.election.enable", "true", "never given up");
            assertRefused(each, SET, "message.max.bytes", null, "Null value not supported for : message.max.bytes");
        }
        assertEquals(
                "Error due to duplicate config keys",
                refused(NODE, op(SET, "message.max.bytes", "1"), op(SET, "message.max.bytes", "2"))
                        .getMessage());
        assertEquals(Map.of(), server.broker().serverConfigs().thisNode());
        assertEquals(Map.of(), server.broker().serverConfigs().everyNode());
    }

    @Test
    void oneFaultKeepsTheWholeChangeFromBeingMade() throws Exception {
        refused(NODE, op(SET, "message.max.bytes", "115000"), op(SET, "log.retention.bytes", "zzz"));

        assertEquals("12582912 DEFAULT_CONFIG", told().source(NODE, "message.max.bytes"));
    }

    @Test
    void aLongRequestIsAnsweredShortly() throws Exception {
        var many = IntStream.range(0, 1001).mapToObj(i -> op(SET, "k" + i, "v")).toArray(AlterConfigOp[]::new);

        assertInstanceOf(PolicyViolationException.class, refused(NODE, many));
        var shown = refused(NODE, op(SET, "x".repeat(30_000), "v")).getMessage();
        assertTrue(shown.length() < 500, () -> shown.length() + " characters");
        assertTrue(refused(NODE, op(SET, "log.cleanup.policy", "x".repeat(30_000)))
                        .getMessage()
                        .length()
                < 5_000);
    }

    @Test
    void aChangeThatIsOnlyCheckedIsNotMade() throws Exception {
        admin.incrementalAlterConfigs(
                        Map.of(NODE, List.of(op(SET, "message.max.bytes", "1000"))),
                        new AlterConfigsOptions().validateOnly(true))
                .all()
                .get();

        assertEquals("12582912 DEFAULT_CONFIG", told().source(NODE, "message.max.bytes"));
    }

    /// Kafka's Java client asks no node that it has not heard of.
    @Test
    void theOldWayTakesBackWhatItDoesNotNameAndOnlyThisNodeIsThere() throws Exception {
        alter(NODE, SET, "message.max.bytes", "1000");
        try (var wire = new Wire(server.listener().address())) {
            assertEquals("NONE null", replaced(wire, "1", "log.retention.ms", "5000"));
            assertEquals(
                    Map.of("log.retention.ms", "5000"),
                    server.broker().serverConfigs().thisNode());
            assertEquals(
                    "INVALID_REQUEST Unexpected broker id, expected 1, but received 2",
                    replaced(wire, "2", "log.retention.ms", "5"));
            assertEquals(
                    "INVALID_REQUEST Node id must be an integer, but it is: one",
                    replaced(wire, "one", "log.retention.ms", "5"));
            assertEquals(
                    "INVALID_REQUEST Unexpected broker id, expected 1 or empty string, but received 2",
                    described(wire, Type.BROKER, "2"));
            assertEquals(
                    "INVALID_REQUEST Broker id must be an integer, but it is: one",
                    described(wire, Type.BROKER, "one"));
            assertEquals(
                    "INVALID_REQUEST Unexpected broker id, expected 1 but received 2",
                    described(wire, Type.BROKER_LOGGER, "2"));
            assertEquals(
                    "INVALID_REQUEST Broker id must be an integer, but it is: ",
                    described(wire, Type.BROKER_LOGGER, ""));
        }
    }

    private static String replaced(Wire wire, String node, String name, String value) throws IOException {
        var resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(Type.BROKER.id())
                .setResourceName(node);
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(name).setValue(value));
        var body = new AlterConfigsRequestData();
        body.resources().add(resource);
        var answer = ((AlterConfigsResponse) wire.receive(wire.send(ApiKeys.ALTER_CONFIGS, 2, body)))
                .data()
                .responses()
                .getFirst();
        return Errors.forCode(answer.errorCode()) + " " + answer.errorMessage();
    }

    private static String described(Wire wire, Type type, String name) throws IOException {
        var body = new DescribeConfigsRequestData()
                .setResources(List.of(new DescribeConfigsResource()
                        .setResourceType(type.id())
                        .setResourceName(name)
                        .setConfigurationKeys(null)));
        var answer = ((DescribeConfigsResponse) wire.receive(wire.send(ApiKeys.DESCRIBE_CONFIGS, 4, body)))
                .data()
                .results()
                .getFirst();
        return Errors.forCode(answer.errorCode()) + " " + answer.errorMessage();
    }

    @Test
    void everySettingThatKafkaChangesIsChangedOrRefusedWithAReason() {
        var settings = settings(Map.of());
        var kafkas = new TreeSet<>(DynamicBrokerConfig.ALL_DYNAMIC_CONFIGS);
        var ours = new TreeSet<>(settings.changeable());

        var silent = kafkas.stream()
                .filter(name ->
                        !ours.contains(name) && ServerSettingTable.refusal(name).isEmpty())
                .toList();
        assertEquals(List.of(), silent);
        var both = ours.stream()
                .filter(name -> ServerSettingTable.refusal(name).isPresent())
                .toList();
        assertEquals(List.of(), both);
        ours.removeAll(kafkas);
        assertEquals(new TreeSet<>(), ours, "what Kafka does not change");
    }

    private void alter(ConfigResource resource, OpType operation, String name, String value) throws Exception {
        admin.incrementalAlterConfigs(Map.of(resource, List.of(op(operation, name, value))))
                .all()
                .get();
    }

    private static AlterConfigOp op(OpType operation, String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), operation);
    }

    private void assertRefused(ConfigResource resource, OpType operation, String name, String value, String words) {
        var refused = refused(resource, op(operation, name, value));
        assertInstanceOf(InvalidRequestException.class, refused);
        assertTrue(refused.getMessage().contains(words), refused.getMessage());
    }

    private Throwable refused(ConfigResource resource, AlterConfigOp... changes) {
        var answer = admin.incrementalAlterConfigs(Map.of(resource, List.of(changes)));
        return assertThrows(ExecutionException.class, () -> answer.all().get()).getCause();
    }

    private ToldSettings told() {
        return new ToldSettings(admin);
    }
}
