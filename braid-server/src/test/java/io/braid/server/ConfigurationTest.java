package io.braid.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.aws.AwsConfig;
import io.braid.kafka.KafkaListener;
import io.braid.server.BadSettings.Fault;
import io.braid.server.Configuration.Given;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
    @Test
    void nothingSaidMeansTheTable() throws BadSettings {
        var configuration = of("", Map.of());

        assertEquals(Path.of("data"), configuration.value(Settings.DATA));
        assertEquals(new HostPort("127.0.0.1", 9092), configuration.value(Settings.KAFKA_LISTEN));
        assertEquals(new HostPort("127.0.0.1", 4566), configuration.value(Settings.HTTP_LISTEN));
    }

    @Test
    void theDefaultsAreThoseOfTheModules() throws BadSettings {
        var configuration = of("", Map.of());

        assertEquals(KafkaListener.Config.DEFAULT, configuration.kafka());
        assertEquals(AwsConfig.DEFAULT, configuration.http());
        assertEquals(new io.braid.log.LogConfig(Path.of("data")), configuration.log());
        assertEquals(io.braid.broker.BrokerConfig.DEFAULT, configuration.broker());
    }

    @Test
    void aVariableReplacesTheFileAndAFlagReplacesBoth() throws BadSettings {
        var file = "data: from-file\nkafka.listen: 127.0.0.1:1\nhttp.listen: 127.0.0.1:2\n";
        var environment = Map.of("BRAID_DATA", "from-variable", "BRAID_KAFKA_LISTEN", "127.0.0.1:3", "PATH", "/bin");

        var configuration = of(file, environment, new Given("data", "from-flag", "--data"));

        assertEquals(Path.of("from-flag"), configuration.value(Settings.DATA));
        assertEquals(3, configuration.value(Settings.KAFKA_LISTEN).port());
        assertEquals(2, configuration.value(Settings.HTTP_LISTEN).port());
    }

    @Test
    void kinesisIsLikeAmazonsIfItShallBe() throws BadSettings {
        var configuration = of("kinesis.limits: amazon\nkinesis.lifecycle-delay: 300ms\n", Map.of());

        assertEquals(
                new AwsConfig.KinesisConfig(AwsConfig.Limits.AMAZON, Duration.ofMillis(300), Optional.empty()),
                configuration.http().kinesis());
    }

    @Test
    void aSecretThatIsNoneIsReportedAndNotShown() {
        assertEquals(
                List.of("kinesis.iterator-secret = (a secret): must have at least 20 characters"),
                faults("kinesis.iterator-secret: hunter2\n", Map.of()).stream()
                        .map(Fault::text)
                        .toList());
    }

    @Test
    void nestedMapsMeanDottedKeys() throws BadSettings {
        var configuration = of("kafka:\n  listen: 127.0.0.1:0\n  idle: 90s\n", Map.of());

        assertEquals(0, configuration.value(Settings.KAFKA_LISTEN).port());
        assertEquals(Duration.ofSeconds(90), configuration.kafka().limits().idle());
    }

    @Test
    void kafkasNamesOfServersSettingsAreUnderstood() throws BadSettings {
        var configuration = of(
                "auto.create.topics.enable: false\nconnections.max.idle.ms: 1500\nnum.partitions: 3\n"
                        + "delete.topic.enable: false\n",
                Map.of());

        assertEquals(
                new KafkaListener.Topics(false, false, false),
                configuration.kafka().topics());
        assertEquals(Duration.ofMillis(1500), configuration.kafka().limits().idle());
        assertEquals(3, configuration.broker().defaultPartitions());
    }

    @Test
    void aTimeMayBeKafkasMinusOneForNeverAndIsElseNotBelowZero() throws BadSettings {
        assertEquals(
                Duration.ofDays(36_500),
                of("connections.max.idle.ms: -1\n", Map.of()).kafka().limits().idle());
        assertEquals(
                List.of("kafka.idle = -1s: must not be below 0", "connections.max.idle.ms = -2: must not be below 0"),
                faults("kafka.idle: -1s\nconnections.max.idle.ms: -2\n", Map.of()).stream()
                        .map(Fault::text)
                        .toList());
    }

    @Test
    void theNodesNumberHasKafkasNamesAndIsSaidOnce() throws BadSettings {
        assertEquals(1, of("", Map.of()).kafka().nodeId());
        assertEquals(0, of("broker.id: 0\n", Map.of()).kafka().nodeId());
        assertEquals(7, of("node.id: 7\n", Map.of()).kafka().nodeId());
        assertEquals(
                List.of("node.id = -1: must be a whole number, at least 0"),
                faults("node.id: -1\n", Map.of()).stream().map(Fault::text).toList());
        assertEquals(1, faults("broker.id: 7\nnode.id: 8\n", Map.of()).size());
    }

    @Test
    void filesOfACertificateAreNamedWhereTheyAreUsedAndOnlyThere() throws BadSettings {
        var both = "http.tls.certificate: c.pem\nhttp.tls.key: k.pem\n";

        assertEquals(
                Optional.of(Path.of("c.pem")),
                of(both + "http:\n  tls:\n    mode: files\n", Map.of()).value(Settings.HTTP_TLS_CERTIFICATE));
        assertEquals(
                List.of(
                        "http.tls.certificate = c.pem: is not used: it needs http.tls.mode = files",
                        "http.tls.key = k.pem: is not used: it needs http.tls.mode = files"),
                faults(both, Map.of()).stream().map(Fault::text).toList());
        assertEquals(
                List.of("http.tls.mode = files: needs a file in http.tls.key"),
                faults("http.tls.mode: files\nhttp.tls.certificate: c.pem\n", Map.of()).stream()
                        .map(Fault::text)
                        .toList());
        assertEquals(
                List.of("http.tls.mode = on: must be one of off, self-signed, files"),
                faults("http.tls.mode: on\n", Map.of()).stream()
                        .map(Fault::text)
                        .toList());
    }

    @Test
    void httpsHasAPortOfItsOwnAndAnAddressThatMayBeReached() throws BadSettings {
        var made = "http.tls.mode: self-signed\n";

        assertEquals(new HostPort("127.0.0.1", 4567), of(made, Map.of()).value(Settings.HTTP_TLS_LISTEN));
        assertEquals(
                List.of("http.tls.listen = 127.0.0.1:4566: is http.listen, too; each needs a port of its own"),
                faults(made + "http.tls.listen: 127.0.0.1:4566\n", Map.of()).stream()
                        .map(Fault::text)
                        .toList());
        assertEquals(
                1, faults(made + "http.tls.listen: 0.0.0.0:4567\n", Map.of()).size());
        assertEquals(
                0,
                of("http.tls.listen: 0.0.0.0:0\n", Map.of())
                        .value(Settings.HTTP_TLS_LISTEN)
                        .port()); // nobody listens there
    }

    @Test
    void moreCopiesThanThereAreAreRefusedUnlessTheyAreClamped() throws BadSettings {
        var copies = "offsets.topic.replication.factor: 3\ntransaction.state.log.min.isr: 2\n";

        assertEquals(
                List.of(
                        "offsets.topic.replication.factor = 3: must be 1, as there is one node",
                        "transaction.state.log.min.isr = 2: must be 1, as there is one node"),
                faults(copies, Map.of()).stream().map(Fault::text).toList());
        assertEquals(
                Map.of("offsets.topic.replication.factor", "1", "transaction.state.log.min.isr", "1"),
                of(copies + "kafka.clamp-replication: true\n", Map.of()).kafka().coordinators());
    }

    @Test
    void allMistakesAreNamedAtOnceWithTheirPlaces() {
        var file = """
            kafka:
              lisen: 127.0.0.1:9092
              idle: 10
            log:
              writers: many
            """;
        var environment = Map.of("BRAID_HTTP_LISTEN", "4566", "BRAID_DATUM", "x");

        var faults = faults(file, environment, new Given("stream.durabillity", "os", "--set"));

        assertEquals(
                List.of(
                        new Fault("BRAID_DATUM", "there is no such setting; did you mean BRAID_DATA?"),
                        new Fault("braid.yaml:2", "there is no setting kafka.lisen; did you mean kafka.listen?"),
                        new Fault("braid.yaml:3", "kafka.idle = 10: must end with a unit: ms, s, m, h or d"),
                        new Fault("braid.yaml:5", "log.writers = many: must be a whole number from 1 to 64"),
                        new Fault("BRAID_HTTP_LISTEN", "http.listen = 4566: must be HOST:PORT, as in 127.0.0.1:9092"),
                        new Fault("--set", "there is no setting stream.durabillity; did you mean stream.durability?")),
                faults);
    }

    @Test
    void rulesAboutSettingsTogetherNameThePlaceToo() {
        var faults = faults("log.journal-bytes: 8MiB\n", Map.of());

        assertEquals(List.of("braid.yaml:1"), faults.stream().map(Fault::origin).toList());
    }

    @Test
    void whatIsMergedByLoadMayNotBeSplitAgain() {
        assertEquals(
                List.of("kinesis.scaling.cold-percent 30: must be less than half of kinesis.scaling.hot-percent, or"
                        + " what is merged would be split again"),
                faults("kinesis.scaling.cold-percent: 30\n", Map.of()).stream()
                        .map(Fault::text)
                        .toList());
    }

    @Test
    void streamsCannotTakeMoreByDefaultThanTheLogDoes() {
        assertEquals(
                List.of(new Fault(
                        "braid.yaml:1",
                        "stream.max.message.bytes = 12582912: must be at most log.batch-bytes-max, which is 8388608")),
                faults("log.batch-bytes-max: 8MiB\n", Map.of()));
        assertEquals(
                List.of(new Fault(
                        "--set",
                        "stream.max.message.bytes = 33554433: must be at most log.batch-bytes-max, which is 33554432")),
                faults("", Map.of(), new Given("stream.max.message.bytes", "33554433", "--set")));
    }

    @Test
    void settingsOfConsumerGroupsHaveKafkasNamesAndRules() throws BadSettings {
        var file = "group:\n  initial.rebalance.delay.ms: 0\n";

        assertEquals(
                Map.of("group.initial.rebalance.delay.ms", "0"),
                of(file, Map.of()).kafka().coordinators());
        assertEquals(
                List.of(new Fault("--set", "group.max.size = 0: Value must be at least 1")),
                faults(file, Map.of(), new Given("group.max.size", "0", "--set")));
    }

    @Test
    void aTierIsABucketOrADirectory() throws BadSettings {
        assertEquals(
                Optional.of("s3://bucket/prefix"),
                of("storage.tier: s3://bucket/prefix\n", Map.of()).value(Settings.STORAGE_TIER));
        assertEquals(Optional.empty(), of("", Map.of()).value(Settings.STORAGE_TIER));
        assertEquals(
                List.of(new Fault(
                        "braid.yaml:1",
                        "storage.tier = bucket: must be s3://bucket/prefix (the prefix may be missing) or"
                                + " file:///directory")),
                faults("storage.tier: bucket\n", Map.of()));
    }

    @Test
    void streamsAreNotTieredByDefaultWhereThereIsNoTier() throws BadSettings {
        var file = "stream.remote.storage.enable: true\n";

        assertEquals(
                List.of(new Fault(
                        "braid.yaml:1",
                        "stream.remote.storage.enable = true: there is no tier for them: set storage.tier")),
                faults(file, Map.of()));
        of(file + "storage.tier: file:///tier\n", Map.of());
    }

    @Test
    void anOpenAddressIsRefusedUntilSomebodySaysItIsFine() throws BadSettings {
        var open = new Given("kafka.listen", "0.0.0.0:9092", "--kafka");

        var faults = faults("", Map.of(), open);

        assertEquals(
                List.of(new Fault(
                        "--kafka",
                        "kafka.listen = 0.0.0.0:9092: other machines could reach this and nobody has to say who they"
                                + " are; where that is fine (a container, a trusted network), set"
                                + " security.allow-unauthenticated = true")),
                faults);
        of("", Map.of("BRAID_SECURITY_ALLOW_UNAUTHENTICATED", "true"), open);
    }

    @Test
    void aStreamsSettingBecomesTheDefaultOfAllStreams() throws BadSettings {
        var configuration = of("stream:\n  retention.ms: 1000\n", Map.of());

        assertEquals(Map.of("retention.ms", "1000"), configuration.broker().settings());
    }

    @Test
    void defaultsOfStreamsMayHaveTheNamesOfKafkasServers() throws BadSettings {
        var file = "log.retention.hours: 24\nlog:\n  roll.hours: 2\nmessage.max.bytes: 1000000\n";
        var environment = Map.of("BRAID_LOG_MESSAGE_TIMESTAMP_TYPE", "LogAppendTime");

        var configuration = of(file, environment, new Given("log.retention.hours", "-1", "--set"));

        assertEquals(
                Map.of(
                        "retention.ms", "-1",
                        "segment.ms", "7200000",
                        "max.message.bytes", "1000000",
                        "message.timestamp.type", "LogAppendTime"),
                configuration.broker().settings());
    }

    @Test
    void oneSettingUnderTwoNamesIsRefused() {
        var file = "log.retention.hours: 24\nstream.retention.ms: 1000\nlog.roll.hours: 9999999999999\n";

        assertEquals(
                List.of(
                        new Fault(
                                "braid.yaml:2",
                                "stream.retention.ms means stream.retention.ms, which was said as log.retention.hours"
                                        + " at braid.yaml:1 already: leave one out"),
                        new Fault(
                                "braid.yaml:3",
                                "log.roll.hours = 9999999999999: must be a whole number up to 2562047788015, is"
                                        + " '9999999999999'")),
                faults(file, Map.of()));
    }

    @Test
    void whatKubernetesPutsIntoTheEnvironmentIsNotMeantForUs() throws BadSettings {
        of(
                "",
                Map.of(
                        "BRAID_SERVICE_HOST", "10.0.0.1",
                        "BRAID_SERVICE_PORT", "9092",
                        "BRAID_SERVICE_PORT_HTTP", "4566",
                        "BRAID_PORT", "tcp://10.0.0.1:9092",
                        "BRAID_PORT_9092_TCP_ADDR", "10.0.0.1",
                        "BRAID_KAFKA_SERVICE_HOST", "10.0.0.1",
                        "BRAID_JVM_ARGS", "-Xmx1g"));
    }

    @Test
    void aKeySaidTwiceIsRefused() {
        var faults = faults("data: one\nkafka:\n  listen: 127.0.0.1:0\nkafka.listen: 127.0.0.1:1\n", Map.of());

        assertEquals(List.of(new Fault("braid.yaml:4", "kafka.listen was said at braid.yaml:3 already")), faults);
    }

    @Test
    void aFileThatIsNotYamlNamesTheLine() {
        var faults = faults("data: one\n  kafka: [\n", Map.of());

        assertEquals(List.of("braid.yaml:2"), faults.stream().map(Fault::origin).toList());
    }

    @Test
    void aFileThatIsMissingIsSaid() {
        var refused = assertThrows(BadSettings.class, () -> YamlFile.read(Path.of("target", "nowhere.yaml")));

        assertEquals("1 setting is not right:\n  target/nowhere.yaml: there is no such file", refused.getMessage());
    }

    private static Configuration of(String file, Map<String, String> environment, Given... flags) throws BadSettings {
        return Configuration.of(YamlFile.parse("braid.yaml", file), environment, List.of(flags));
    }

    private static List<Fault> faults(String file, Map<String, String> environment, Given... flags) {
        return assertThrows(BadSettings.class, () -> of(file, environment, flags))
                .faults();
    }
}
