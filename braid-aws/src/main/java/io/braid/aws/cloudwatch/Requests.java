package io.braid.aws.cloudwatch;

import static io.braid.aws.wire.Shape.integer;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.structure;
import static io.braid.aws.wire.Shape.text;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/// The requests of the CloudWatch API that are served, from Amazon's published service model (2010-08-01). That members
/// are required, and how many items lists may have, is checked by the operations, as CloudWatch has words of its own
/// for it. Members that change nothing here (entities, linked accounts) are passed over.
final class Requests {
    static final int DIMENSIONS_MAX = 30;

    private static final int INT_MAX = Integer.MAX_VALUE;

    private static final Shape.Text NAMESPACE = text(1, 255, "[^:].*");
    private static final Shape.Text NAME = text(1, 255);
    private static final Shape.Text ANY = text(0, INT_MAX);
    private static final Shape.Flag FLAG = new Shape.Flag();
    private static final Shape.Moment MOMENT = new Shape.Moment();
    private static final Shape.Decimal DECIMAL = new Shape.Decimal();
    private static final Shape.Whole POSITIVE = integer(1, INT_MAX);
    private static final Shape.ListOf DECIMALS = list(DECIMAL);
    private static final Shape.Text UNIT = oneOf(
            "Seconds",
            "Microseconds",
            "Milliseconds",
            "Bytes",
            "Kilobytes",
            "Megabytes",
            "Gigabytes",
            "Terabytes",
            "Bits",
            "Kilobits",
            "Megabits",
            "Gigabits",
            "Terabits",
            "Percent",
            "Count",
            "Bytes/Second",
            "Kilobytes/Second",
            "Megabytes/Second",
            "Gigabytes/Second",
            "Terabytes/Second",
            "Bits/Second",
            "Kilobits/Second",
            "Megabits/Second",
            "Gigabits/Second",
            "Terabits/Second",
            "Count/Second",
            "None");
    private static final Shape.ListOf DIMENSIONS =
            list(structure(optional("Name", text(1, 255)), optional("Value", text(1, 1024))));

    private static final Shape.ListOf METRIC_DATA = list(structure(
            optional("MetricName", NAME),
            optional("Dimensions", DIMENSIONS),
            optional("Timestamp", MOMENT),
            optional("Value", DECIMAL),
            optional(
                    "StatisticValues",
                    structure(
                            optional("SampleCount", DECIMAL),
                            optional("Sum", DECIMAL),
                            optional("Minimum", DECIMAL),
                            optional("Maximum", DECIMAL))),
            optional("Values", DECIMALS),
            optional("Counts", DECIMALS),
            optional("Unit", UNIT),
            optional("StorageResolution", POSITIVE)));

    static final Shape.Structure PUT_METRIC_DATA = structure(
            optional("Namespace", NAMESPACE),
            optional("MetricData", METRIC_DATA),
            optional("EntityMetricData", list(structure(optional("MetricData", METRIC_DATA)))));

    static final Shape.Structure GET_METRIC_STATISTICS = structure(
            optional("Namespace", NAMESPACE),
            optional("MetricName", NAME),
            optional("Dimensions", DIMENSIONS),
            optional("StartTime", MOMENT),
            optional("EndTime", MOMENT),
            optional("Period", POSITIVE),
            optional(
                    "Statistics", new Shape.ListOf(oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum"), 1, 5)),
            optional("ExtendedStatistics", new Shape.ListOf(ANY, 1, 10)),
            optional("Unit", UNIT));

    static final Shape.Structure GET_METRIC_DATA = structure(
            optional(
                    "MetricDataQueries",
                    list(structure(
                            optional("Id", text(1, 255)),
                            optional(
                                    "MetricStat",
                                    structure(
                                            optional(
                                                    "Metric",
                                                    structure(
                                                            optional("Namespace", NAMESPACE),
                                                            optional("MetricName", NAME),
                                                            optional("Dimensions", DIMENSIONS))),
                                            optional("Period", POSITIVE),
                                            optional("Stat", ANY),
                                            optional("Unit", UNIT))),
                            optional("Expression", text(1, 2048)),
                            optional("Label", ANY),
                            optional("ReturnData", FLAG),
                            optional("Period", POSITIVE)))),
            optional("StartTime", MOMENT),
            optional("EndTime", MOMENT),
            optional("NextToken", ANY),
            optional("ScanBy", oneOf("TimestampDescending", "TimestampAscending")),
            optional("MaxDatapoints", integer(Long.MIN_VALUE, Long.MAX_VALUE)));

    static final Shape.Structure LIST_METRICS = structure(
            optional("Namespace", NAMESPACE),
            optional("MetricName", NAME),
            optional(
                    "Dimensions",
                    new Shape.ListOf(
                            structure(Shape.required("Name", text(1, 255)), optional("Value", text(1, 1024))), 0, 10)),
            optional("NextToken", ANY),
            optional("RecentlyActive", oneOf("PT3H")));

    private Requests() {}

    private static Shape.ListOf list(Shape item) {
        return new Shape.ListOf(item, 0, INT_MAX);
    }

    /// The dimensions of `params`; `path` leads there and ends in a dot, unless it is empty.
    ///
    /// @throws AwsFault one is half, twice there, or one too many
    static List<Metric.Dimension> dimensions(Params params, String path) {
        var dimensions = new ArrayList<Metric.Dimension>();
        var names = new HashSet<String>();
        var asked = params.structures("Dimensions");
        Faults.size(asked.size(), DIMENSIONS_MAX, path + "Dimensions");
        for (var dimension : asked) {
            var each = path + "Dimensions.member." + (dimensions.size() + 1) + ".";
            var name = Faults.required(dimension, each, "Name");
            if (!names.add(name))
                throw Faults.invalid("The dimension %s is in %sDimensions twice.".formatted(name, path));
            dimensions.add(new Metric.Dimension(name, Faults.required(dimension, each, "Value")));
        }
        return dimensions;
    }
}
