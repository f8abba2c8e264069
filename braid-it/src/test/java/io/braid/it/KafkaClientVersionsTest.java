package io.braid.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/// Kafka's Java client, unchanged, from 2.8 to the newest: every version passes every check.
@ExtendWith(OneServer.class)
class KafkaClientVersionsTest {
    private static final List<IsolatedClient> OPEN = new ArrayList<>();

    @TestFactory
    Stream<DynamicContainer> everyVersionPassesEveryCheck(RunningServer server) throws Exception {
        var newest = new ClientChecks().apply(setting(server, "v44", "classic,consumer", "transactions,termination"));
        var newestTests = newest.entrySet().stream()
                .map(check -> DynamicTest.dynamicTest(check.getKey(), check.getValue()::call));
        return Stream.of(
                isolated("2.8.2", setting(server, "v28", "classic", "")),
                isolated("3.9.2", setting(server, "v39", "classic", "transactions")),
                isolated("4.3.1", setting(server, "v43", "classic,consumer", "transactions,termination")),
                DynamicContainer.dynamicContainer("4.4.0", newestTests));
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
