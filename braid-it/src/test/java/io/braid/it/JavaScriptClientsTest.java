package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients for JavaScript: kafkajs, @platformatic/kafka, node-rdkafka, and the AWS SDK v2 and v3. Each script prints a
/// line per thing that it has seen to work, and fails at the first that does not.
@ExtendWith(OneServer.class)
class JavaScriptClientsTest {
    private static final List<String> SUBSCRIBED =
            List.of("registered ACTIVE", "got a,b and ResourceNotFoundException", "0 consumers", "deleted");

    @Test
    void kafkajsAdministersProducesAndConsumesInAGroup(RunningServer server) throws IOException {
        var run = Npm.PLAIN.run("kafkajs.mjs", server.kafka(), Names.fresh("kafkajs"));

        assertEquals(
                List.of(
                        "created with 3 partitions",
                        "produced none",
                        "produced gzip",
                        "consumed 200 records in order per key",
                        "committed 200",
                        "went on after the commit",
                        "deleted"),
                run.lines());
    }

    @Test
    void platformaticKafkaAdministersProducesAndConsumesInAGroup(RunningServer server) throws IOException {
        var run = Npm.PLAIN.run("platformatic.mjs", server.kafka(), Names.fresh("platformatic"));

        assertEquals(
                List.of(
                        "created with 3 partitions",
                        "produced none",
                        "produced gzip",
                        "consumed 200 records in order per key",
                        "committed 200",
                        "went on after the commit",
                        "deleted"),
                run.lines());
    }

    @Test
    void nodeRdkafkaDoesSoTooAndHasTransactions(RunningServer server) throws IOException {
        var run = Npm.NATIVE.run("node-rdkafka.mjs", server.kafka(), Names.fresh("rdkafka"));

        assertEquals(
                List.of(
                        "created",
                        "produced none",
                        "produced gzip",
                        "produced snappy",
                        "produced lz4",
                        "consumed 400 records in order per key",
                        "consumed 400 records by the newer group protocol",
                        "went on after the commit, with what was committed",
                        "deleted"),
                run.lines());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http2", "http1"})
    void theAwsSdkPutsAndGetsOverBothTransports(String transport, RunningServer server) throws IOException {
        var run = Npm.PLAIN.run("kinesis.mjs", server.endpoint().toString(), transport, Names.fresh("aws-js"));

        assertEquals(
                List.of(
                        "created and active",
                        "listed",
                        "2 shards",
                        "put one",
                        "put 10",
                        "got 11 from TRIM_HORIZON",
                        "got 1 from AT_SEQUENCE_NUMBER",
                        "got 0 from LATEST",
                        "got 1 from AFTER_SEQUENCE_NUMBER",
                        "ResourceInUseException",
                        "ResourceNotFoundException",
                        "InvalidArgumentException",
                        "deleted"),
                run.lines());
    }

    @Test
    void theAwsSdkSubscribesToAShard(RunningServer server) throws IOException {
        var run = Npm.PLAIN.run("fanout.mjs", server.endpoint().toString(), Names.fresh("aws-js-fan-out"));

        assertEquals(SUBSCRIBED, run.lines());
    }

    @Test
    void theAwsSdkSubscribesToAShardOverTls(RunningServer server) throws IOException {
        var run = Npm.PLAIN.runTrusting(
                server.certificate(),
                "fanout.mjs",
                server.secureEndpoint().toString(),
                Names.fresh("aws-js-fan-out-tls"));

        assertEquals(SUBSCRIBED, run.lines());
    }

    @Test
    void everyOperationThatTheAwsSdkKnowsIsKnown(RunningServer server) throws IOException {
        var run = Npm.PLAIN.run("operations.mjs", server.endpoint().toString(), Names.fresh("aws-js-operations"));

        assertEquals(
                List.of(
                        "45 operations, unknown: []",
                        "distributes by USER_PARTITION_KEY",
                        "distributes by AUTO",
                        "put 8 without keys",
                        "deleted"),
                run.lines());
    }

    @Test
    void theAwsSdkOfVersion2PutsAndGetsOverTls(RunningServer server) throws IOException {
        var run = Npm.PLAIN.runTrusting(
                server.certificate(), "kinesis-v2.mjs", server.secureEndpoint().toString(), Names.fresh("aws-js-v2"));

        assertEquals(
                List.of(
                        "created and active",
                        "listed",
                        "put 1 and 10",
                        "got 11 from TRIM_HORIZON",
                        "got 5 from AFTER_SEQUENCE_NUMBER",
                        "got 11 from AT_TIMESTAMP",
                        "got 0 from LATEST",
                        "400 ResourceInUseException",
                        "400 ResourceNotFoundException",
                        "deleted"),
                run.lines());
    }
}
