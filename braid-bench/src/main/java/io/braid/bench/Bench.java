package io.braid.bench;

import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// `./braid bench`: runs measurements by name, and ends each with its one line.
final class Bench implements Callable<Integer> {
    private static final String ALL = "all";

    private final PrintStream out;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec list = OptionSpec.builder("--list")
            .type(boolean.class)
            .arity("0")
            .description("Name the measurements and leave.")
            .build();
    private final OptionSpec pairs = OptionSpec.builder("--pairs")
            .type(Integer.class)
            .paramLabel("N")
            .defaultValue("3")
            .description("How often each server has its turn (default: 3); figures are medians.")
            .build();
    private final OptionSpec records = OptionSpec.builder("--records")
            .type(Long.class)
            .paramLabel("N")
            .description("Records of a turn, instead of the measurement's own number.")
            .build();
    private final OptionSpec seconds = OptionSpec.builder("--seconds")
            .type(Integer.class)
            .paramLabel("N")
            .defaultValue("5")
            .description("How long a turn lasts in the Kinesis measurements, and the load before a crash in scale "
                    + "(default: 5).")
            .build();
    private final OptionSpec svg = OptionSpec.builder("--svg")
            .type(Path.class)
            .paramLabel("FILE")
            .description("Where latency draws its distributions.")
            .build();
    private final PositionalParamSpec names = PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("0..*")
            .paramLabel("NAME")
            .description("Measurements to run; \"all\" is every one.")
            .build();

    Bench(PrintStream out) {
        this.out = out;
    }

    CommandSpec spec() {
        spec.mixinStandardHelpOptions(true);
        spec.addOption(list)
                .addOption(pairs)
                .addOption(records)
                .addOption(seconds)
                .addOption(svg);
        spec.addPositional(names);
        spec.usageMessage()
                .description("Measure Braid beside a named peer on this machine. Each measurement ends with one line: "
                        + "figure, the peer's figure, their ratio, and whether that is the target. Where there is no "
                        + "peer, the figure itself is the target.");
        return spec;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var isList = Optional.<Boolean>ofNullable(list.getValue()).orElse(false);
        if (isList) {
            Measurement.all().forEach(this::describe);
            return 0;
        }
        var measurements = chosen();
        var setting = setting();
        if (setting.svg().isPresent() && !measurements.contains(new Latency())) {
            throw misused("--svg draws what latency finds; name latency too");
        }
        run(measurements, setting);
        return 0;
    }

    private void describe(Measurement measurement) {
        var targets = measurement.targets().stream().map(Target::described).collect(Collectors.joining(", "));
        out.println("%-12s %s".formatted(measurement.name(), measurement.about()));
        out.println("%-12s targets: %s".formatted("", targets));
    }

    /// The named measurements, in the order of the list.
    private List<Measurement> chosen() {
        var wanted = Optional.<List<String>>ofNullable(names.getValue()).orElse(List.of());
        var known = Measurement.all().stream().map(Measurement::name).toList();
        if (wanted.isEmpty()) {
            throw misused("name a measurement (%s), or all".formatted(String.join(", ", known)));
        }
        for (var name : wanted) {
            if (!name.equals(ALL) && !known.contains(name)) {
                throw misused("no measurement is named %s; there are %s".formatted(name, String.join(", ", known)));
            }
        }
        return Measurement.all().stream()
                .filter(measurement -> wanted.contains(ALL) || wanted.contains(measurement.name()))
                .toList();
    }

    private Setting setting() {
        try {
            return new Setting(
                    pairs.<Integer>getValue(),
                    Optional.<Long>ofNullable(records.getValue()),
                    Duration.ofSeconds(seconds.<Integer>getValue()),
                    Optional.<Path>ofNullable(svg.getValue()));
        } catch (IllegalArgumentException e) {
            throw misused(e.getMessage());
        }
    }

    private void run(List<Measurement> measurements, Setting setting) throws IOException, InterruptedException {
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
            out.println();
        }
        lines.forEach(out::println);
    }

    private ParameterException misused(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }
}
