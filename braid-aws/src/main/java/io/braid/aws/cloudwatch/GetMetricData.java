package io.braid.aws.cloudwatch;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Pattern;

/// GetMetricData: one statistic of each of many metrics, in pages. A token says how far the page before came; nothing
/// is kept for it here, so a page shows what there is when it is asked for.
///
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
final class GetMetricData implements Operation {
    private static final int QUERIES_MAX = 500;
    private static final int POINTS_MAX = 100_800;
    private static final String ID = "[a-z][a-zA-Z0-9_]*";
    private static final Pattern ID_PATTERN = Pattern.compile(ID);

    private final MetricStore store;
    private final Runnable publish;
    private final Function<Caller, Homes> homes;

    /// @param publish brings into the store what the server has counted until now
    GetMetricData(MetricStore store, Runnable publish, Function<Caller, Homes> homes) {
        this.store = store;
        this.publish = publish;
        this.homes = homes;
    }

    /// @param isShown whether its result is asked for, or only an expression's, of which there are none
    private record Query(
            String id,
            String label,
            Metric metric,
            Optional<String> unit,
            Statistics.Kind kind,
            Period period,
            boolean isShown) {}

    @Override
    public void answer(Call call) {
        var params = Params.read(call.body(), Requests.GET_METRIC_DATA);
        long start = params.moment("StartTime").orElseThrow(() -> Faults.isMissing("StartTime"));
        long end = params.moment("EndTime").orElseThrow(() -> Faults.isMissing("EndTime"));
        var seen = homes.apply(call.caller());
        var queries = queries(params, seen.own(), start, end);
        if (start == end) throw Faults.validation("The parameter StartTime must not equal parameter EndTime.");
        if (start > end) throw Faults.validation("The parameter EndTime must be greater than StartTime.");
        boolean ascending = params.text("ScanBy").orElse("").equals("TimestampAscending");
        var page = Token.of(params.text("NextToken"), queries.size());
        publish.run();
        write(call.answer(), seen, queries, page, max(params), ascending);
    }

    private static int max(Params params) {
        long max = params.number("MaxDatapoints").orElse(POINTS_MAX);
        if (max < 1 || max > POINTS_MAX)
            throw Faults.validation("The parameter MaxDatapoints must be from 1 to %d.".formatted(POINTS_MAX));
        return (int) max;
    }

    private void write(WireWriter answer, Homes seen, List<Query> queries, Token page, int max, boolean ascending) {
        Optional<Token> next = Optional.empty();
        int room = max;
        answer.startMap().field("MetricDataResults").startList();
        for (int i = page.query(); i < queries.size() && next.isEmpty(); i++) {
            var query = queries.get(i);
            if (!query.isShown()) continue;
            var values = values(seen, query, ascending, i == page.query() ? page.last() : OptionalLong.empty());
            var shown = values.entrySet().stream().limit(room).toList();
            boolean whole = shown.size() == values.size();
            result(answer, query, shown, whole);
            room -= shown.size();
            if (!whole)
                next = Optional.of(new Token(i, OptionalLong.of(shown.getLast().getKey())));
            else if (room == 0 && i + 1 < queries.size()) next = Optional.of(new Token(i + 1, OptionalLong.empty()));
        }
        answer.endList().field("Messages").startList().endList();
        next.ifPresent(token -> answer.field("NextToken").text(token.text()));
        answer.endMap();
    }

    /// What a query finds, in the order asked for, behind what the last page has shown.
    private NavigableMap<Long, Statistics> values(Homes seen, Query query, boolean ascending, OptionalLong last) {
        var all = new Buckets(query.period());
        store.ask(seen, query.metric(), query.unit(), query.period()).values().forEach(all::add);
        var values = ascending ? all.byStart() : all.byStart().descendingMap();
        return last.isPresent() ? values.tailMap(last.getAsLong(), false) : values;
    }

    private static void result(WireWriter answer, Query query, List<Map.Entry<Long, Statistics>> shown, boolean whole) {
        answer.startMap().field("Id").text(query.id()).field("Label").text(query.label());
        answer.field("Timestamps").startList();
        for (var point : shown) answer.moment(point.getKey());
        answer.endList().field("Values").startList();
        for (var point : shown) answer.decimal(point.getValue().get(query.kind()));
        answer.endList();
        answer.field("StatusCode").text(whole ? "Complete" : "PartialData").endMap();
    }

    private static List<Query> queries(Params params, String home, long start, long end) {
        if (!params.has("MetricDataQueries")) throw Faults.isMissing("MetricDataQueries");
        var asked = params.structures("MetricDataQueries");
        if (asked.size() > QUERIES_MAX)
            throw Faults.validation(
                    "The collection MetricDataQueries must not have a size greater than %d.".formatted(QUERIES_MAX));
        var queries = new ArrayList<Query>();
        var ids = new HashSet<String>();
        for (var query : asked) {
            var path = "MetricDataQueries.member." + (queries.size() + 1) + ".";
            var id = Faults.required(query, path, "Id");
            if (!ID_PATTERN.matcher(id).matches())
                throw Faults.validation(
                        "The value for parameter %sId is not matching the expected pattern ^%s$.".formatted(path, ID));
            if (!ids.add(id))
                throw Faults.validation("The values for parameter id in MetricDataQueries are not unique.");
            queries.add(query(query, path, id, home, start, end));
        }
        return queries;
    }

    private static Query query(Params query, String path, String id, String home, long start, long end) {
        boolean math = query.has("Expression");
        if (math && query.has("MetricStat"))
            throw Faults.validation(Faults.exclusion(path + "Expression", path + "MetricStat"));
        if (math)
            throw Faults.validation(
                    "The parameter %sExpression is not served: Braid has no metric math. Ask for each metric by MetricStat."
                            .formatted(path));
        if (query.has("Period") && query.has("MetricStat"))
            throw Faults.validation(Faults.exclusion(path + "Period", path + "MetricStat"));
        var stat = query.structure("MetricStat").orElseThrow(() -> Faults.isMissing(path + "MetricStat"));
        var inside = path + "MetricStat.";
        var metric = stat.structure("Metric").orElseThrow(() -> Faults.isMissing(inside + "Metric"));
        var of = new Metric(
                home,
                Faults.required(metric, inside + "Metric.", "Namespace"),
                Faults.required(metric, inside + "Metric.", "MetricName"),
                Requests.dimensions(metric, inside + "Metric."));
        long seconds = stat.number("Period").orElseThrow(() -> Faults.isMissing(inside + "Period"));
        if (seconds % 60 != 0) throw Faults.validation(Buckets.badPeriod(inside + "Period", seconds));
        return new Query(
                id,
                query.text("Label").orElse(of.name()),
                of,
                stat.text("Unit"),
                kind(Faults.required(stat, inside, "Stat"), inside + "Stat"),
                new Period(start, end, seconds),
                !query.has("ReturnData") || query.flag("ReturnData"));
    }

    private static Statistics.Kind kind(String name, String path) {
        for (var kind : Statistics.Kind.values()) if (kind.name().equals(name)) return kind;
        throw Faults.validation(
                "The value %s for parameter %s is not supported: Braid has SampleCount, Average, Sum, Minimum and Maximum, and keeps no single values, of which percentiles are made."
                        .formatted(name, path));
    }
}
