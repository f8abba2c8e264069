package io.braid.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import io.braid.conformance.Outcomes.End;
import io.braid.conformance.Outcomes.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/// Apache Kafka's published integration tests, each against a fresh Braid: what passes on Kafka passes here,
/// but for what `exclusions.txt` lists. What is listed runs, too, and must not pass: then it does not belong there
/// any more.
class KafkasTestsTest {
    private static final Path REPORTS = Path.of("target", "kafka-tests");

    /// One of Kafka's tests that hangs ends here.
    private static final String LONGEST = "180 s";

    /// Tests with one of these in `Class#method` run; all if it is empty.
    private static final List<String> WANTED =
            List.of(System.getProperty("kafka.test", "").split(","));

    static Stream<GroupOfTests> groups() {
        return GroupOfTests.named(System.getProperty("kafka.tests", "bounded")).stream();
    }

    @ParameterizedTest
    @MethodSource("groups")
    void whatPassesOnKafkaPassesHere(GroupOfTests group) throws IOException {
        var exclusions = Exclusions.read();

        var outcomes = run(group);

        report(group, outcomes);
        assertFalse(WANTED.contains("") && outcomes.runs().isEmpty(), "no test was found");
        assertEquals(List.of(), faults(outcomes, exclusions));
    }

    private static Outcomes run(GroupOfTests group) throws IOException {
        KafkaPatches.install();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(group.tests().stream().map(KafkasTestsTest::selector).toList())
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(isWanted(test)))
                .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
                .configurationParameter("junit.jupiter.execution.timeout.testable.method.default", LONGEST)
                .build();
        var outcomes = new Outcomes(REPORTS.resolve(group.file() + ".log"));
        LauncherFactory.create().execute(request, outcomes);
        return outcomes;
    }

    private static boolean isWanted(TestDescriptor test) {
        var name = Outcomes.name(test.getSource(), test.getUniqueId());
        return WANTED.stream().anyMatch(name::contains);
    }

    private static DiscoverySelector selector(String test) {
        return test.contains("#") ? selectMethod(test) : selectClass(test);
    }

    /// Tests that did not end as the list of exclusions says.
    private static List<String> faults(Outcomes outcomes, Exclusions exclusions) {
        var faults = new ArrayList<String>();
        outcomes.runs().forEach((test, runs) -> {
            boolean excluded = exclusions.has(test);
            boolean passed = runs.stream().allMatch(run -> run.end() == End.PASSED);
            if (excluded && passed) faults.add("%s passes: take it from exclusions.txt".formatted(test));
            if (excluded) return;
            runs.stream()
                    .filter(run -> run.end() == End.FAILED || run.end() == End.ABORTED)
                    .findFirst()
                    .ifPresent(run -> faults.add("%s %s: %s".formatted(test, run.end(), run.why())));
        });
        return faults;
    }

    private static void report(GroupOfTests group, Outcomes outcomes) throws IOException {
        Files.createDirectories(REPORTS);
        var counts = Stream.of(End.values())
                .map(end -> "%s %d".formatted(end, outcomes.count(end)))
                .collect(Collectors.joining(", "));
        var text = new StringBuilder(group + ": " + counts + "\n\n");
        outcomes.runs()
                .forEach((test, runs) -> text.append(test)
                        .append(' ')
                        .append(runs.stream().map(KafkasTestsTest::line).collect(Collectors.joining("; ")))
                        .append('\n'));
        Files.writeString(REPORTS.resolve(group.file() + ".txt"), text);
        var traces = new StringBuilder();
        outcomes.runs()
                .forEach((test, runs) -> runs.stream()
                        .filter(run -> run.end() == End.FAILED)
                        .forEach(run ->
                                traces.append("== ").append(test).append('\n').append(run.trace())));
        Files.writeString(REPORTS.resolve(group.file() + "-failures.txt"), traces);
    }

    private static String line(Run run) {
        return "%s %dms %s".formatted(run.end(), run.millis(), run.why()).strip();
    }
}
