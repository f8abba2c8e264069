package io.braid.aws.kinesis;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.aws.cloudwatch.MetricStore;
import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.delivery.Delivery;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is served, held against what the service has, and the document that tells users of the difference.
class KinesisCompatibilityTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "kinesis-compatibility.md");
    private static final String TABLE_BEGINS = "<!-- The table below is made by KinesisCompatibilityTest. -->\n";

    private Set<String> served;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        served = served(directory);
    }

    static Set<String> served(Path directory) throws IOException {
        var clock = InstantSource.system();
        try (var log = Log.open(new LogConfig(directory), clock);
                var broker = Broker.open(log, BrokerConfig.DEFAULT, clock, new Random(1))) {
            var minute = Duration.ofMinutes(1);
            var limits = new Subscriptions.Limits(1, minute, minute, minute);
            var metrics = new MetricStore(clock, minute);
            var rules = new Kinesis.Rules(false, Duration.ZERO, Optional.empty());
            var retention = Duration.ofDays(400);
            var delivery = new Delivery(broker, (_, _, _) -> {}, Delivery.Config.DEFAULT, clock);
            var settings = new Kinesis.Settings("000000000000", "us-east-1", 1, limits, rules, retention);
            var kinesis = new Kinesis(broker, clock, settings, metrics, delivery);
            return new TreeSet<>(kinesis.served());
        }
    }

    @Test
    void everyGapHasAReasonAndEveryReasonAGap() {
        var unexplained = new ArrayList<String>();
        for (var operation : Compatibility.OPERATIONS) {
            boolean isServed = served.contains(operation);
            var reason = Compatibility.gap(operation);
            if (isServed && reason.isPresent()) unexplained.add(operation + " is served, and yet: " + reason.get());
            if (!isServed && reason.isEmpty()) unexplained.add(operation + " is not served: why?");
            if (!isServed && Compatibility.difference(operation).isPresent())
                unexplained.add(operation + " is not served, but different?");
        }

        assertEquals(List.of(), unexplained);
    }

    @Test
    void nothingIsServedThatAmazonDoesNotServe() {
        var more = new TreeSet<>(served);
        more.removeAll(Compatibility.OPERATIONS);

        assertEquals(Set.of(), more);
    }

    @Test
    void theDocumentEndsWithTheTable() throws IOException {
        var written = Files.readString(DOCUMENT);
        int begin = written.indexOf(TABLE_BEGINS) + TABLE_BEGINS.length();
        var expected = written.substring(0, begin) + table();
        if (System.getProperty("rewrite") != null) Files.writeString(DOCUMENT, expected);

        assertEquals(expected, Files.readString(DOCUMENT), "run with -Drewrite and read the diff");
    }

    private String table() {
        var text = new StringBuilder(
                "\n%d of %d operations are served.\n\n".formatted(served.size(), Compatibility.OPERATIONS.size()));
        text.append("| operation | served | why not, or what is different |\n|---|---|---|\n");
        for (var operation : Compatibility.OPERATIONS)
            text.append("| %s | %s | %s |\n"
                    .formatted(
                            operation,
                            served.contains(operation) ? "yes" : "no",
                            Compatibility.gap(operation)
                                    .or(() -> Compatibility.difference(operation))
                                    .orElse("")));
        return text.toString();
    }
}
