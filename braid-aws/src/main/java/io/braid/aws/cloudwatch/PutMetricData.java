package io.braid.aws.cloudwatch;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// PutMetricData: single values, values with counts, or what a client has already summed up; all of a request is kept,
/// or nothing.
///
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
final class PutMetricData implements Operation {
    private static final int DATUMS_MAX = 1000;
    private static final int VALUES_MAX = 150;
    private static final double VALUE_MAX = Math.scalb(1.0, 360);
    private static final Duration PAST_MAX = Duration.ofDays(14);
    private static final Duration FUTURE_MAX = Duration.ofHours(2);
    /// Where services of Amazon's put theirs, Braid's own among them.
    private static final String RESERVED = "AWS/";

    private final MetricStore store;
    private final Function<Caller, Homes> homes;
    private final InstantSource clock;

    PutMetricData(MetricStore store, Function<Caller, Homes> homes, InstantSource clock) {
        this.store = store;
        this.homes = homes;
        this.clock = clock;
    }

    @Override
    public void answer(Call call) {
        var params = Params.read(call.body(), Requests.PUT_METRIC_DATA);
        var namespace = Faults.required(params, "", "Namespace");
        if (namespace.startsWith(RESERVED)) throw Faults.value(namespace, "Namespace");
        var home = homes.apply(call.caller()).own();
        var samples = new ArrayList<MetricStore.Sample>();
        data(home, namespace, params, "", samples);
        int entity = 0;
        for (var of : params.structures("EntityMetricData"))
            data(home, namespace, of, "EntityMetricData.member." + ++entity + ".", samples);
        if (!params.has("MetricData") && !params.has("EntityMetricData")) throw Faults.isMissing("MetricData");
        store.put(samples).ifPresent(refusal -> {
            throw Faults.limit(refusal);
        });
    }

    private void data(String home, String namespace, Params params, String path, List<MetricStore.Sample> samples) {
        var data = params.structures("MetricData");
        Faults.size(data.size() + samples.size(), DATUMS_MAX, path + "MetricData");
        long now = clock.millis();
        for (int i = 0; i < data.size(); i++) {
            var each = path + "MetricData.member." + (i + 1) + ".";
            var datum = data.get(i);
            var name = Faults.required(datum, each, "MetricName");
            var metric = new Metric(home, namespace, name, Requests.dimensions(datum, each));
            long minute = Math.floorDiv(moment(datum, each, now), Period.MINUTE_MILLIS);
            resolution(datum, each);
            var unit = datum.text("Unit").orElse("None");
            statistics(datum, each)
                    .ifPresent(statistics -> samples.add(new MetricStore.Sample(metric, unit, minute, statistics)));
        }
    }

    private static long moment(Params datum, String path, long now) {
        long moment = datum.moment("Timestamp").orElse(now);
        if (moment > now + FUTURE_MAX.toMillis())
            throw Faults.invalid("The parameter %sTimestamp must specify a time no more than two hours in the future."
                    .formatted(path));
        if (moment < now - PAST_MAX.toMillis())
            throw Faults.invalid(
                    "The parameter %sTimestamp must specify a time within the past two weeks.".formatted(path));
        return moment;
    }

    /// A second is taken, and kept as a minute.
    private static void resolution(Params datum, String path) {
        long seconds = datum.number("StorageResolution").orElse(60);
        if (seconds != 1 && seconds != 60) throw Faults.value(Long.toString(seconds), path + "StorageResolution");
    }

    /// What a datum says; empty if all its counts are 0.
    private static Optional<Statistics> statistics(Params datum, String path) {
        boolean hasValues = datum.has("Values");
        boolean hasStatistics = datum.has("StatisticValues");
        if (datum.has("Value")) {
            if (hasValues) throw Faults.exclusive(path + "Value", path + "Values");
            if (hasStatistics) throw Faults.exclusive(path + "Value", path + "StatisticValues");
            return Optional.of(Statistics.of(checked(datum.decimal("Value").getAsDouble(), path + "Value"), 1));
        }
        if (hasValues && hasStatistics) throw Faults.exclusive(path + "Values", path + "StatisticValues");
        if (hasValues) return values(datum, path);
        if (hasStatistics) return set(datum.structure("StatisticValues").orElseThrow(), path + "StatisticValues.");
        throw Faults.missing("At least one of the parameters %sValue, %sValues or %sStatisticValues must be specified."
                .formatted(path, path, path));
    }

    private static Optional<Statistics> values(Params datum, String path) {
        var values = datum.decimals("Values");
        var counts = datum.decimals("Counts");
        Faults.size(values.size(), VALUES_MAX, path + "Values");
        Faults.size(counts.size(), VALUES_MAX, path + "Counts");
        if (values.isEmpty()) throw Faults.isMissing(path + "Values");
        if (datum.has("Counts") && counts.size() != values.size())
            throw Faults.invalid(
                    "The parameters %sValues and %sCounts must be of the same size.".formatted(path, path));
        Optional<Statistics> sum = Optional.empty();
        for (int i = 0; i < values.size(); i++) {
            double value = checked(values.get(i), path + "Values");
            double count = counts.isEmpty() ? 1 : checked(counts.get(i), path + "Counts");
            if (count < 0) throw Faults.value(Double.toString(count), path + "Counts");
            if (count == 0) continue;
            var statistics = Statistics.of(value, count);
            sum = Optional.of(sum.map(statistics::and).orElse(statistics));
        }
        return sum;
    }

    private static Optional<Statistics> set(Params set, String path) {
        double count = member(set, path, "SampleCount");
        double sum = member(set, path, "Sum");
        double least = member(set, path, "Minimum");
        double greatest = member(set, path, "Maximum");
        if (greatest < least)
            throw Faults.invalid("The parameter %sMaximum must be greater than %sMinimum.".formatted(path, path));
        if (count < 0) throw Faults.invalid("The parameter %sSampleCount must not be negative.".formatted(path));
        return count == 0 ? Optional.empty() : Optional.of(new Statistics(count, sum, least, greatest));
    }

    private static double member(Params set, String path, String name) {
        return checked(set.decimal(name).orElseThrow(() -> Faults.isMissing(path + name)), path + name);
    }

    /// Refuses NaN, infinities, and what Amazon has no room for.
    private static double checked(double value, String path) {
        if (!(Math.abs(value) <= VALUE_MAX)) throw Faults.value(Double.toString(value), path);
        return value;
    }
}
