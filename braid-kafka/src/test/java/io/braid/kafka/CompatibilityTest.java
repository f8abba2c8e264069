package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the listener advertises, held against what a stock Kafka broker advertises (one with a plugin for
/// telemetry), and the document that tells users of the difference.
class CompatibilityTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "kafka-compatibility.md");
    private static final String TABLE_BEGINS = "<!-- The table below is made by CompatibilityTest. -->\n";

    @TempDir
    private Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void everyGapHasAReasonAndEveryReasonAGap() throws IOException {
        var unexplained = new ArrayList<String>();
        for (var row : rows()) {
            var reason = ApiGaps.reason(ApiKeys.forId(row.stock().apiKey()));
            if (row.isWhole() && reason.isPresent())
                unexplained.add(row.name() + " is served, and yet: " + reason.get());
            if (!row.isWhole() && reason.isEmpty()) unexplained.add(row.name() + " is not served whole: why?");
        }

        assertEquals(List.of(), unexplained);
    }

    @Test
    void nothingIsServedThatKafkaDoesNotServe() throws IOException {
        var stock = byKey(stock());
        var more = new ArrayList<String>();
        for (var served : byKey(served()).values()) {
            var kafka = stock.get(served.apiKey());
            if (kafka == null || served.minVersion() < kafka.minVersion() || served.maxVersion() > kafka.maxVersion())
                more.add(served.toString());
        }

        assertEquals(List.of(), more);
    }

    @Test
    void theDocumentEndsWithTheTable() throws IOException {
        var written = Files.readString(DOCUMENT);
        int begin = written.indexOf(TABLE_BEGINS) + TABLE_BEGINS.length();
        var expected = written.substring(0, begin) + table();
        if (System.getProperty("rewrite") != null) Files.writeString(DOCUMENT, expected);

        assertEquals(expected, Files.readString(DOCUMENT), "run with -Drewrite and read the diff");
    }

    private record Row(ApiVersion stock, Optional<ApiVersion> served) {
        String name() {
            return ApiKeys.forId(stock.apiKey()).name;
        }

        boolean isWhole() {
            return served.isPresent()
                    && served.get().minVersion() <= stock.minVersion()
                    && served.get().maxVersion() >= stock.maxVersion();
        }

        String line() {
            var reason = ApiGaps.reason(ApiKeys.forId(stock.apiKey())).orElse("");
            return "| %d | %s | %s | %s | %s |\n"
                    .formatted(
                            stock.apiKey(),
                            name(),
                            range(stock),
                            served.map(Row::range).orElse("no"),
                            reason);
        }

        private static String range(ApiVersion versions) {
            return versions.minVersion() == versions.maxVersion()
                    ? String.valueOf(versions.maxVersion())
                    : "%d to %d".formatted(versions.minVersion(), versions.maxVersion());
        }
    }

    private String table() throws IOException {
        var rows = rows();
        long whole = rows.stream().filter(Row::isWhole).count();
        var text = new StringBuilder("\n%d of %d are served in all versions.\n\n".formatted(whole, rows.size()));
        text.append("| key | API | Kafka 4.4 | Braid | why not |\n|--:|---|---|---|---|\n");
        rows.forEach(row -> text.append(row.line()));
        return text.toString();
    }

    private List<Row> rows() throws IOException {
        var served = byKey(served());
        return byKey(stock()).values().stream()
                .map(api -> new Row(api, Optional.ofNullable(served.get(api.apiKey()))))
                .toList();
    }

    private static ApiVersionCollection stock() {
        return ApiVersionsResponse.brokerApiVersions(ListenerType.BROKER, false, true);
    }

    private ApiVersionCollection served() throws IOException {
        try (var wire = new Wire(server.listener().address())) {
            var asked =
                    new ApiVersionsRequestData().setClientSoftwareName("table").setClientSoftwareVersion("1");
            return wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 4, asked)
                    .data()
                    .apiKeys();
        }
    }

    private static Map<Short, ApiVersion> byKey(ApiVersionCollection apis) {
        var sorted = new TreeMap<Short, ApiVersion>();
        for (var api : apis) sorted.put(api.apiKey(), api);
        return sorted;
    }
}
