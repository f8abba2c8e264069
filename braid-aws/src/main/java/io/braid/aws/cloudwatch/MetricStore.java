package io.braid.aws.cloudwatch;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// All metrics of the last hours, minute by minute, in memory. What was put is handed out once, for whoever keeps it
/// ([MetricLog]). Any thread.
///
/// A metric that has got nothing for as long as metrics are kept is forgotten.
public final class MetricStore {
    /// @param series     each a metric in one of its units
    /// @param characters of all their names together: one with 30 dimensions may have 38,000
    /// @param points     minutes of all series together, 40 bytes each
    record Maxima(int series, int characters, int points) {
        /// 690 series for a day have fewer points, or all of them for an hour and a half.
        static final Maxima DEFAULT = new Maxima(10_000, 4 << 20, 1_000_000);
    }

    /// Minutes of series that were put and not [taken][#take] yet. More are not handed out: they end with the process.
    private static final int UNTAKEN_MAX = 100_000;

    /// What goes when there are more.
    private static final int EVICTED_MINUTES = 60;

    /// Statistics of one minute.
    ///
    /// @param minute since 1970
    public record Sample(Metric metric, String unit, long minute, Statistics statistics) {}

    /// How much there is, and what was lost to the maxima since the start.
    ///
    /// @param unkept samples that whoever keeps metrics was not given, as there were too many
    public record Size(int series, int points, long pointsEvicted, long samplesRefused, long unkept) {}

    private record Point(Metric metric, String unit, long minute) {}

    private final InstantSource clock;
    private final long retentionMinutes;
    private final Maxima maxima;

    // guarded by this:
    private final TreeMap<Metric, TreeMap<String, Series>> metrics = new TreeMap<>(); // and by unit
    private int series;
    private int characters;
    private int points;
    private long first; // nothing older than this minute is kept
    private long pointsEvicted;
    private long samplesRefused;
    private Map<Point, Statistics> untaken = new HashMap<>();
    private long unkept;

    /// @param retention rounded up to a minute
    public MetricStore(InstantSource clock, Duration retention) {
        this(clock, retention, Maxima.DEFAULT);
    }

    MetricStore(InstantSource clock, Duration retention, Maxima maxima) {
        this.clock = clock;
        this.maxima = maxima;
        this.retentionMinutes = retention.plusMinutes(1).minusMillis(1).toMinutes();
    }

    /// Adds all of it, or nothing: then the answer says which maximum it would exceed.
    public synchronized Optional<String> put(List<Sample> samples) {
        expire();
        var refusal = refusal(samples);
        if (refusal.isPresent()) {
            samplesRefused += samples.size();
            return refusal;
        }
        for (var sample : samples) {
            if (sample.minute() < first) continue;
            add(sample);
            handOut(sample);
        }
        while (points > maxima.points()) evict();
        return Optional.empty();
    }

    private void handOut(Sample sample) {
        var point = new Point(sample.metric(), sample.unit(), sample.minute());
        if (untaken.size() < UNTAKEN_MAX || untaken.containsKey(point))
            untaken.merge(point, sample.statistics(), Statistics::and);
        else unkept++;
    }

    /// What was put since this was called last.
    synchronized List<Sample> take() {
        var taken = new ArrayList<Sample>(untaken.size());
        untaken.forEach(
                (point, statistics) -> taken.add(new Sample(point.metric(), point.unit(), point.minute(), statistics)));
        untaken = new HashMap<>();
        return taken;
    }

    /// These were [taken][#take] and could not be kept: the next who takes gets them, too.
    synchronized void giveBack(List<Sample> samples) {
        samples.forEach(this::handOut);
    }

    /// Adds what was put in an earlier life, as far as there is room and it is not too old.
    synchronized void restore(List<Sample> samples) {
        expire();
        for (var sample : samples)
            if (sample.minute() >= first && refusal(List.of(sample)).isEmpty()) add(sample);
        while (points > maxima.points()) evict();
    }

    private Optional<String> refusal(List<Sample> samples) {
        var more = new TreeMap<Metric, List<String>>();
        int moreSeries = 0;
        int moreCharacters = 0;
        for (var sample : samples) {
            var units = metrics.get(sample.metric());
            if (sample.minute() < first || units != null && units.containsKey(sample.unit())) continue;
            if (units == null && !more.containsKey(sample.metric()))
                moreCharacters += sample.metric().characters();
            var news = more.computeIfAbsent(sample.metric(), _ -> new ArrayList<>());
            if (news.contains(sample.unit())) continue;
            news.add(sample.unit());
            moreSeries++;
        }
        if (moreSeries > 0 && series + moreSeries > maxima.series())
            return Optional.of(
                    "This server keeps %,d metrics (each unit counts) and no more: it has forgotten one when nothing was put to it for %s."
                            .formatted(maxima.series(), Duration.ofMinutes(retentionMinutes)));
        if (moreCharacters > 0 && characters + moreCharacters > maxima.characters())
            return Optional.of("The names and dimensions of this server's metrics may have %,d characters together."
                    .formatted(maxima.characters()));
        return Optional.empty();
    }

    private void add(Sample sample) {
        var units = metrics.computeIfAbsent(sample.metric(), metric -> {
            characters += metric.characters();
            return new TreeMap<>();
        });
        var of = units.computeIfAbsent(sample.unit(), _ -> {
            series++;
            return new Series();
        });
        if (of.add(sample.minute(), sample.statistics())) points++;
    }

    /// The metrics that a caller sees, all as its own home's, from `from` on, which need not be there.
    ///
    /// @param sinceMinute only those that have something as new as this
    synchronized SortedSet<Metric> list(Homes homes, Optional<Metric> from, long sinceMinute) {
        expire();
        var first = from.orElse(new Metric(homes.own(), "", "", List.of()));
        var found = new TreeSet<Metric>();
        for (var home : List.of(homes.own(), homes.everyRegion())) {
            for (var entry : metrics.tailMap(first.in(home)).entrySet()) {
                if (!entry.getKey().home().equals(home)) break;
                boolean isNew = entry.getValue().values().stream().anyMatch(one -> one.newest() >= sinceMinute);
                if (isNew) found.add(entry.getKey().in(homes.own()));
            }
        }
        return found;
    }

    /// Sorts what a caller sees of a metric into buckets, by unit; only the unit's if one is named.
    synchronized Map<String, Buckets> ask(Homes homes, Metric metric, Optional<String> unit, Period period) {
        var found = ask(metric.in(homes.own()), unit, period);
        ask(metric.in(homes.everyRegion()), unit, period)
                .forEach((name, buckets) -> found.merge(name, buckets, (own, other) -> {
                    own.add(other);
                    return own;
                }));
        return found;
    }

    /// Sorts what a metric has into buckets, by unit; only the unit's if one is named.
    synchronized Map<String, Buckets> ask(Metric metric, Optional<String> unit, Period period) {
        expire();
        var found = new TreeMap<String, Buckets>();
        metrics.getOrDefault(metric, new TreeMap<>()).forEach((name, one) -> {
            if (unit.isPresent() && !unit.get().equals(name)) return;
            var buckets = new Buckets(period);
            one.visit(period.firstMinute(), period.endMinute(), buckets);
            if (!buckets.isEmpty()) found.put(name, buckets);
        });
        return found;
    }

    public synchronized Size size() {
        expire();
        return new Size(series, points, pointsEvicted, samplesRefused, unkept);
    }

    /// Forgets what has been kept for long enough; looks for it once a minute.
    private void expire() {
        long oldest = clock.millis() / Period.MINUTE_MILLIS - retentionMinutes;
        if (oldest <= first) return;
        first = oldest;
        cutBefore(oldest);
    }

    /// Forgets the oldest hour of all.
    private void evict() {
        long oldest = Long.MAX_VALUE;
        for (var units : metrics.values()) for (var one : units.values()) oldest = Math.min(oldest, one.oldest());
        int before = points;
        cutBefore(oldest + EVICTED_MINUTES);
        pointsEvicted += before - points;
    }

    private void cutBefore(long minute) {
        metrics.entrySet().removeIf(entry -> {
            entry.getValue().values().removeIf(one -> {
                points -= one.cutBefore(minute);
                if (one.isEmpty()) series--;
                return one.isEmpty();
            });
            if (!entry.getValue().isEmpty()) return false;
            characters -= entry.getKey().characters();
            return true;
        });
    }
}
