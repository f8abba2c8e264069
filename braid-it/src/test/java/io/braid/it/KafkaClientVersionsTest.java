package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Kafka's Java client, unchanged, from 0.11 to the newest: every version from 2.8 on passes every check, and the older
/// ones do all that they can, in a program of their own.
@ExtendWith(OneServer.class)
class KafkaClientVersionsTest {
    private static final Duration OLD_MAX = Duration.ofSeconds(120);
    private static final List<IsolatedClient> OPEN = new ArrayList<>();

    @TestFactory
    Stream<DynamicContainer> everyVersionPassesEveryCheck(RunningServer server) throws Exception {
        var newest = new ClientChecks().apply(setting(server, "v44", "classic,consumer", "transactions,termination"));
        var newestTests = newest.entrySet().stream()
                .map(check -> DynamicTest.dynamicTest(check.getKey(), check.getValue()::call));
        return Stream.of(
                isolated("2.8.2", setting(server, "v28", "classic", "")),
                isolated("3.0.2", setting(server, "v30", "classic", "")),
                isolated("3.9.2", setting(server, "v39", "classic", "transactions")),
                isolated("4.0.2", setting(server, "v40", "classic,consumer", "transactions")),
                isolated("4.3.1", setting(server, "v43", "classic,consumer", "transactions,termination")),
                DynamicContainer.dynamicContainer("4.4.0", newestTests));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.11.0.3", "1.1.1", "2.1.1"})
    void oldVersionsProduceConsumeTransactAndAdminister(String version, RunningServer server) throws IOException {
        var command = new ArrayList<>(ClientProcess.jvm());
        command.addAll(List.of("-cp", Recipes.classPath("kafka-" + version), Recipes.program("OldClient")));
        command.addAll(List.of(server.kafka(), Names.fresh("v" + version)));

        var run = Finished.run(command, "", OLD_MAX).successfully();

        assertEquals(
                List.of(
                        "created, listed and described",
                        "produced none",
                        "produced gzip",
                        "produced snappy",
                        "produced lz4",
                        "consumed 200 records in a group, and committed",
                        "went on after the commit",
                        "kept all that was acknowledged behind what was refused",
                        "committed 3 transactions and aborted 3",
                        "consumed and produced in one transaction",
                        "fenced a predecessor",
                        "deleted"),
                run.lines());
    }

    private static DynamicContainer isolated(String version, Map<String, String> setting) throws Exception {
        var client = new IsolatedClient(version);
        OPEN.add(client);
        var tests = client.checks(setting).entrySet().stream()
                .map(check -> DynamicTest.dynamicTest(check.getKey(), () -> client.run(check.getValue())));
        return DynamicContainer.dynamicContainer(version, tests);
    }

    private static Map<String, String> setting(
            RunningServer server, String prefix, String protocols, String administrators) {
        return Map.of(
                "bootstrap",
                server.kafka(),
                "prefix",
                prefix,
                "protocols",
                protocols,
                "administrators",
                administrators);
    }

    @AfterAll
    static void closeLoaders() throws IOException {
        for (var client : OPEN) client.close();
    }
}
