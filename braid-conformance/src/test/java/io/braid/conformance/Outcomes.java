package io.braid.conformance;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/// How tests ended, by `Class#method`; a method may run several times, each with a cluster of its own.
final class Outcomes implements TestExecutionListener {
    enum End {
        PASSED,
        FAILED,
        /// It said itself that it cannot run here.
        ABORTED,
        /// Kafka has disabled it, or it runs with another kind of cluster that is the same here.
        DISABLED
    }

    /// @param why empty if it passed
    record Run(End end, String why, String trace, long millis) {}

    /// Some exceptions say a page.
    private static final int SENTENCE_MAX = 300;

    private final Map<String, List<Run>> runs = new TreeMap<>(); // the launcher's thread only
    private final Map<String, Long> begun = new HashMap<>();
    private final Path log;

    /// @param log gets a line for each run as it ends, so that a run that is cut short can be read
    Outcomes(Path log) throws IOException {
        this.log = log;
        Files.createDirectories(log.getParent());
        Files.writeString(log, "");
    }

    @Override
    public void executionStarted(TestIdentifier id) {
        begun.put(id.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionFinished(TestIdentifier id, TestExecutionResult result) {
        boolean passed = result.getStatus() == TestExecutionResult.Status.SUCCESSFUL;
        if (!id.isTest() && passed) return;
        var end = switch (result.getStatus()) {
            case SUCCESSFUL -> End.PASSED;
            case ABORTED -> End.ABORTED;
            case FAILED -> End.FAILED;
        };
        var why = result.getThrowable().map(Outcomes::sentence).orElse("");
        var trace = result.getThrowable().map(Outcomes::trace).orElse("");
        long millis = (System.nanoTime() - begun.getOrDefault(id.getUniqueId(), System.nanoTime())) / 1_000_000;
        add(id, new Run(end, why, trace, millis));
    }

    @Override
    public void executionSkipped(TestIdentifier id, String reason) {
        add(id, new Run(End.DISABLED, reason, "", 0));
    }

    private void add(TestIdentifier id, Run run) {
        runs.computeIfAbsent(name(id), _ -> new ArrayList<>()).add(run);
        try {
            var line = "%s %s %dms %s\n".formatted(name(id), run.end(), run.millis(), run.why());
            Files.writeString(log, line, StandardOpenOption.APPEND);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    private static String name(TestIdentifier id) {
        return name(id.getSource(), id.getUniqueIdObject());
    }

    /// `Class#method`, or `Class#class` for what is said of all of them.
    static String name(Optional<TestSource> source, UniqueId id) {
        return switch (source.orElse(null)) {
            case MethodSource method -> simple(method.getClassName()) + "#" + method.getMethodName();
            case ClassSource type -> simple(type.getClassName()) + "#class";
            case null, default -> id + "#";
        };
    }

    private static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    Map<String, List<Run>> runs() {
        return runs;
    }

    /// Runs that ended so.
    long count(End end) {
        return runs.values().stream()
                .flatMap(List::stream)
                .filter(run -> run.end() == end)
                .count();
    }

    private static String sentence(Throwable thrown) {
        var line = thrown.toString().lines().map(String::strip).collect(Collectors.joining(" "));
        var text = line.substring(0, Math.min(line.length(), SENTENCE_MAX));
        var cause = thrown.getCause();
        return cause == null ? text : text + " <- " + sentence(cause);
    }

    private static String trace(Throwable thrown) {
        var text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
