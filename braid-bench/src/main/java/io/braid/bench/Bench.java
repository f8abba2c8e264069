package io.braid.bench;

import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `./braid bench`: runs measurements by name, and ends each with its one line.
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measure Braid beside a named peer on this machine. Each measurement ends with one line.")
final class Bench implements Callable<Integer> {
    private static final int MISUSED = 2;

    @Option(names = "--list", description = "Name the measurements and leave.")
    private boolean list;

    @Option(
            names = "--pairs",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each server has its turn (default: ${DEFAULT-VALUE}); figures are medians.")
    private int pairs;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "Records of a turn, instead of the measurement's own number.")
    private Optional<Long> records = Optional.empty();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long a turn lasts in the Kinesis measurements (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Measurements to run; \"all\" runs every one.")
    private List<String> names = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var out = System.out;
        if (list || names.isEmpty()) {
            list(out);
            return list ? 0 : MISUSED;
        }
        var chosen = chosen();
        if (chosen.isEmpty()) {
            System.err.println("no measurement is named %s; there are: %s"
                    .formatted(
                            String.join(" ", names),
                            Measurement.all().stream().map(Measurement::name).collect(Collectors.joining(", "))));
            return MISUSED;
        }
        run(chosen, new Setting(pairs, records, Duration.ofSeconds(seconds)), out);
        return 0;
    }

    private static void list(PrintStream out) {
        for (var measurement : Measurement.all()) {
            out.println("%-12s %s".formatted(measurement.name(), measurement.about()));
            out.println("%-12s beside %s; targets: %s"
                    .formatted(
                            "",
                            measurement.peer(),
                            measurement.targets().stream()
                                    .map(target -> target.metric().title() + " " + target)
                                    .collect(Collectors.joining(", "))));
        }
    }

    /// The named measurements in the order of the list; empty if any name is unknown.
    private List<Measurement> chosen() {
        var all = Measurement.all();
        if (names.contains("all")) {
            return all;
        }
        var known = all.stream().map(Measurement::name).collect(Collectors.toSet());
        return known.containsAll(names)
                ? all.stream()
                        .filter(measurement -> names.contains(measurement.name()))
                        .toList()
                : List.of();
    }

    private static void run(List<Measurement> measurements, Setting setting, PrintStream out)
            throws IOException, InterruptedException {
        var home = Home.find();
        var launcher = List.of(home.launcher().toString());
        var lines = new ArrayList<String>();
        for (var measurement : measurements) {
            out.println("%s: %s".formatted(measurement.name(), measurement.about()));
            try (var workplace = new Workplace(home)) {
                lines.add(measurement
                        .run(Lab.at(home, workplace, launcher, out), setting)
                        .line());
            }
            if (measurements.size() > 1) {
                out.println(lines.getLast());
            }
        }
        lines.forEach(out::println);
    }
}
