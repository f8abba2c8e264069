package io.braid.aws.cloudwatch;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;

/// GetMetricStatistics: some statistics of one metric, by period and unit. Datapoints come in order of time, which
/// Amazon does not promise.
///
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
final class GetMetricStatistics implements Operation {
    private static final int POINTS_MAX = 1440;

    private final MetricStore store;
    private final Runnable publish;
    private final Function<Caller, Homes> homes;

    /// @param publish brings into the store what the server has counted until now
    GetMetricStatistics(MetricStore store, Runnable publish, Function<Caller, Homes> homes) {
        this.store = store;
        this.publish = publish;
        this.homes = homes;
    }

    @Override
    public void answer(Call call) {
        var params = Params.read(call.body(), Requests.GET_METRIC_STATISTICS);
        var namespace = Faults.required(params, "", "Namespace");
        var name = Faults.required(params, "", "MetricName");
        var seen = homes.apply(call.caller());
        var metric = new Metric(seen.own(), namespace, name, Requests.dimensions(params, ""));
        var period = period(params);
        var kinds = kinds(params);
        publish.run();
        var found = store.ask(seen, metric, params.text("Unit"), period);
        var answer = call.answer().startMap();
        answer.field("Label").text(name).field("Datapoints").startList();
        found.forEach((unit, buckets) ->
                buckets.byStart().forEach((start, statistics) -> point(answer, start, unit, statistics, kinds)));
        answer.endList().endMap();
    }

    private static void point(
            WireWriter answer, long start, String unit, Statistics statistics, Set<Statistics.Kind> kinds) {
        answer.startMap().field("Timestamp").moment(start);
        for (var kind : kinds) answer.field(kind.name()).decimal(statistics.get(kind));
        answer.field("Unit").text(unit).endMap();
    }

    private static Period period(Params params) {
        long start = params.moment("StartTime").orElseThrow(() -> Faults.isMissing("StartTime"));
        long end = params.moment("EndTime").orElseThrow(() -> Faults.isMissing("EndTime"));
        long seconds = params.number("Period").orElseThrow(() -> Faults.isMissing("Period"));
        if (seconds % 60 != 0) throw Faults.invalid(Buckets.badPeriod("Period", seconds));
        if (start >= end) throw Faults.invalid("The parameter StartTime must be less than the parameter EndTime.");
        var period = new Period(start, end, seconds);
        if (period.buckets() > POINTS_MAX)
            throw Faults.combination(
                    "You have requested up to %,d datapoints, which exceeds the limit of %,d. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
                            .formatted(period.buckets(), POINTS_MAX));
        return period;
    }

    private static Set<Statistics.Kind> kinds(Params params) {
        if (params.has("ExtendedStatistics"))
            throw Faults.invalid(
                    "The parameter ExtendedStatistics is not served: Braid keeps no single values, of which"
                            + " percentiles are made.");
        if (!params.has("Statistics")) throw Faults.missing("Must specify either Statistics or ExtendedStatistics");
        var kinds = EnumSet.noneOf(Statistics.Kind.class);
        for (var name : params.texts("Statistics")) kinds.add(Statistics.Kind.valueOf(name));
        return kinds;
    }
}
