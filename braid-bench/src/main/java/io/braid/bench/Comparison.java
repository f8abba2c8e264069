package io.braid.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The trials of Braid and of its peer, and what they say.
record Comparison(String measurement, String peer, List<Target> targets, List<Sample> ours, List<Sample> theirs) {
    Comparison {
        targets = List.copyOf(targets);
        ours = List.copyOf(ours);
        theirs = List.copyOf(theirs);
    }

    /// Gives each server its turns, A B A B, after a warm-up of each that does not count: both servers are young
    /// JVMs, and the first turn would measure their compilers.
    static Comparison alternate(
            Measurement measurement, Setting setting, long records, Trial ours, Trial theirs, PrintStream out)
            throws IOException, InterruptedException {
        long warmUp = Math.max(1, records / 4);
        out.println("warm-up braid: " + ours.run(warmUp));
        out.println("warm-up %s: %s".formatted(measurement.peer(), theirs.run(warmUp)));
        var our = new ArrayList<Sample>();
        var their = new ArrayList<Sample>();
        for (int pair = 1; pair <= setting.pairs(); pair++) {
            our.add(ours.run(records));
            out.println("pair %d of %d braid: %s".formatted(pair, setting.pairs(), our.getLast()));
            their.add(theirs.run(records));
            out.println("pair %d of %d %s: %s".formatted(pair, setting.pairs(), measurement.peer(), their.getLast()));
        }
        return new Comparison(measurement.name(), measurement.peer(), measurement.targets(), our, their);
    }

    double ratio(Metric metric) {
        return Sample.median(ours, metric) / Sample.median(theirs, metric);
    }

    boolean isMet() {
        return targets.stream().allMatch(target -> target.isMetBy(ratio(target.metric())));
    }

    /// The one line: for each target our figure, the peer's, their ratio, and whether that is what we want; then the
    /// figures that have no target.
    String line() {
        var parts = targets.stream().map(this::judged).collect(Collectors.toCollection(ArrayList::new));
        for (var metric : Metric.values()) {
            if (ours.getFirst().values().containsKey(metric)
                    && targets.stream().noneMatch(target -> target.metric() == metric)) {
                parts.add(figures(metric));
            }
        }
        return "%s: %s".formatted(measurement, String.join("; ", parts));
    }

    private String judged(Target target) {
        var verdict = target.isMetBy(ratio(target.metric())) ? "met" : "NOT met";
        return "%s, target %s %s".formatted(figures(target.metric()), target, verdict);
    }

    private String figures(Metric metric) {
        return "%s braid %s, %s %s, ratio %.2fx"
                .formatted(
                        metric.title(),
                        metric.written(Sample.median(ours, metric)),
                        peer,
                        metric.written(Sample.median(theirs, metric)),
                        ratio(metric));
    }
}
