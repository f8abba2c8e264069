package io.braid.bench;

import io.braid.bench.load.Unserved;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// The trials of Braid and of its peers, if it has any, and what they say.
///
/// @param theirs    the peers' trials by name, in the order of their turns
/// @param unserved  why a peer has none: what it did instead of what the load asked for
record Comparison(
        String measurement,
        List<Target> targets,
        List<Sample> ours,
        SequencedMap<String, List<Sample>> theirs,
        SequencedMap<String, String> unserved) {
    Comparison {
        targets = List.copyOf(targets);
        ours = List.copyOf(ours);
        theirs = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(theirs));
        unserved = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(unserved));
    }

    /// Gives each server its turns, A B A B, after a warm-up of each that does not count: servers are young
    /// JVMs, and the first turn would measure their compilers. A peer that cannot do what the load asks for has no
    /// more turns.
    ///
    /// @param peers  none where Braid is held to figures of its own
    static Comparison alternate(
            Measurement measurement, Setting setting, long records, Trial ours, List<Peer> peers, PrintStream out)
            throws IOException, InterruptedException {
        long warmUp = Math.max(1, records / 4);
        var others = new Others(peers, out);
        out.println("warm-up braid: " + ours.run(warmUp));
        others.turn("warm-up", warmUp);
        others.forgetSamples();
        var our = new ArrayList<Sample>();
        var turn = peers.isEmpty() ? "turn" : "pair";
        for (int pair = 1; pair <= setting.pairs(); pair++) {
            var number = "%s %d of %d".formatted(turn, pair, setting.pairs());
            our.add(ours.run(records));
            out.println("%s braid: %s".formatted(number, our.getLast()));
            others.turn(number, records);
        }
        return new Comparison(measurement.name(), measurement.targets(), our, others.samples, others.unserved);
    }

    /// The peers, and what their turns gave so far.
    private static final class Others {
        private final List<Peer> peers;
        private final PrintStream out;
        private final SequencedMap<String, List<Sample>> samples = new LinkedHashMap<>();
        private final SequencedMap<String, String> unserved = new LinkedHashMap<>();

        Others(List<Peer> peers, PrintStream out) {
            this.peers = List.copyOf(peers);
            this.out = out;
            peers.forEach(peer -> samples.put(peer.name(), new ArrayList<>()));
        }

        void turn(String number, long records) throws IOException, InterruptedException {
            for (var peer : peers) {
                if (unserved.containsKey(peer.name())) continue;
                try {
                    var sample = peer.trial().run(records);
                    samples.get(peer.name()).add(sample);
                    out.println("%s %s: %s".formatted(number, peer.name(), sample));
                } catch (Unserved e) {
                    samples.remove(peer.name());
                    unserved.put(peer.name(), e.getMessage());
                    out.println("%s %s could not: %s".formatted(number, peer.name(), e.getMessage()));
                }
            }
        }

        void forgetSamples() {
            samples.values().forEach(List::clear);
        }
    }

    /// What a target is held against: the ratio to its peer, or Braid's own figure. Empty if its peer has no figure.
    OptionalDouble reached(Target target) {
        return switch (target) {
            case Target.Ratio ratio ->
                unserved.containsKey(ratio.peer())
                        ? OptionalDouble.empty()
                        : OptionalDouble.of(ratio(ratio.metric(), ratio.peer()));
            case Target.Figure figure -> OptionalDouble.of(Sample.median(ours, figure.metric()));
        };
    }

    /// Whether every target is met that can be judged.
    boolean isMet() {
        return targets.stream().allMatch(target -> reached(target).stream().allMatch(target::isMetBy));
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
        var reached = reached(target);
        var verdict = reached.isEmpty() ? "not judged" : target.isMetBy(reached.getAsDouble()) ? "met" : "NOT met";
        return "%s, target %s %s".formatted(figures, target, verdict);
    }

    /// Everybody's figure, without ratios: where a figure of its own is wanted, one could be taken for the other.
    private String figures(Metric metric) {
        return theirs.keySet().stream()
                .map(peer -> ", " + theirs(metric, peer))
                .collect(Collectors.joining("", ours(metric), ""));
    }

    private String figures(Metric metric, Collection<String> peers) {
        return peers.stream()
                .map(peer -> ", "
                        + (unserved.containsKey(peer) ? excuse(peer) : theirs(metric, peer) + ratioText(metric, peer)))
                .collect(Collectors.joining("", ours(metric), ""));
    }

    private String ours(Metric metric) {
        return "%s braid %s".formatted(metric.title(), metric.written(Sample.median(ours, metric)));
    }

    private String theirs(Metric metric, String peer) {
        return "%s %s".formatted(peer, metric.written(Sample.median(theirs.get(peer), metric)));
    }

    private String excuse(String peer) {
        return "%s could not (%s)".formatted(peer, unserved.get(peer));
    }

    /// A peer's figure of 0 has no ratio to it.
    private String ratioText(Metric metric, String peer) {
        double ratio = ratio(metric, peer);
        return Double.isFinite(ratio) ? ", ratio %.2fx".formatted(ratio) : "";
    }
}
