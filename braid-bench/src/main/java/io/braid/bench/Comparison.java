package io.braid.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// The trials of Braid and of its peers, if it has any, and what they say.
///
/// @param theirs  the peers' trials by name, in the order of their turns
record Comparison(
        String measurement, List<Target> targets, List<Sample> ours, SequencedMap<String, List<Sample>> theirs) {
    Comparison {
        targets = List.copyOf(targets);
        ours = List.copyOf(ours);
        theirs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(theirs));
    }

    /// Gives each server its turns, A B A B, after a warm-up of each that does not count: servers are young
    /// JVMs, and the first turn would measure their compilers.
    ///
    /// @param peers  none where Braid is held to figures of its own
    static Comparison alternate(
            Measurement measurement, Setting setting, long records, Trial ours, List<Peer> peers, PrintStream out)
            throws IOException, InterruptedException {
        long warmUp = Math.max(1, records / 4);
        out.println("warm-up braid: " + ours.run(warmUp));
        for (var peer : peers) {
            out.println("warm-up %s: %s".formatted(peer.name(), peer.trial().run(warmUp)));
        }
        var our = new ArrayList<Sample>();
        var their = new LinkedHashMap<String, List<Sample>>();
        peers.forEach(peer -> their.put(peer.name(), new ArrayList<>()));
        var turn = peers.isEmpty() ? "turn" : "pair";
        for (int pair = 1; pair <= setting.pairs(); pair++) {
            var number = "%s %d of %d".formatted(turn, pair, setting.pairs());
            our.add(ours.run(records));
            out.println("%s braid: %s".formatted(number, our.getLast()));
            for (var peer : peers) {
                var sample = peer.trial().run(records);
                their.get(peer.name()).add(sample);
                out.println("%s %s: %s".formatted(number, peer.name(), sample));
            }
        }
        return new Comparison(measurement.name(), measurement.targets(), our, their);
    }

    /// What a target is held against: the ratio to its peer, or Braid's own figure.
    double reached(Target target) {
        return switch (target) {
            case Target.Ratio ratio -> ratio(ratio.metric(), ratio.peer());
            case Target.Figure figure -> Sample.median(ours, figure.metric());
        };
    }

    boolean isMet() {
        return targets.stream().allMatch(target -> target.isMetBy(reached(target)));
    }

    /// The one line: for each target our figure, the peer's, their ratio, and whether that is what we want; then the
    /// figures that have no target.
    String line() {
        var parts = targets.stream().map(this::judged).collect(Collectors.toCollection(ArrayList::new));
        for (var metric : Metric.values()) {
            if (ours.getFirst().values().containsKey(metric)
                    && targets.stream().noneMatch(target -> target.metric() == metric)) {
                parts.add(figures(metric, theirs.keySet()));
            }
        }
        return "%s: %s".formatted(measurement, String.join("; ", parts));
    }

    private double ratio(Metric metric, String peer) {
        return Sample.median(ours, metric) / Sample.median(theirs.get(peer), metric);
    }

    private String judged(Target target) {
        var figures = switch (target) {
            case Target.Ratio ratio -> figures(ratio.metric(), List.of(ratio.peer()));
            case Target.Figure figure -> figures(figure.metric());
        };
        return "%s, target %s %s".formatted(figures, target, target.isMetBy(reached(target)) ? "met" : "NOT met");
    }

    /// Everybody's figure, without ratios: where a figure of its own is wanted, one could be taken for the other.
    private String figures(Metric metric) {
        return theirs.keySet().stream()
                .map(peer -> ", " + theirs(metric, peer))
                .collect(Collectors.joining("", ours(metric), ""));
    }

    private String figures(Metric metric, Collection<String> peers) {
        return peers.stream()
                .map(peer -> ", " + theirs(metric, peer) + ratioText(metric, peer))
                .collect(Collectors.joining("", ours(metric), ""));
    }

    private String ours(Metric metric) {
        return "%s braid %s".formatted(metric.title(), metric.written(Sample.median(ours, metric)));
    }

    private String theirs(Metric metric, String peer) {
        return "%s %s".formatted(peer, metric.written(Sample.median(theirs.get(peer), metric)));
    }

    /// A peer's figure of 0 has no ratio to it.
    private String ratioText(Metric metric, String peer) {
        double ratio = ratio(metric, peer);
        return Double.isFinite(ratio) ? ", ratio %.2fx".formatted(ratio) : "";
    }
}
