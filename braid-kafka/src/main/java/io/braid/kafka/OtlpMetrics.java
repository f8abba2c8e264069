package io.braid.kafka;

import io.braid.kafka.ClientPoint.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.DataPointFlags;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Sum;

/// A push, from OpenTelemetry's protobuf to Prometheus' words.
///
/// `org.apache.kafka.producer.record.send.total` becomes
/// `kafka_client_producer_record_send_total`; whatever Prometheus does not allow in a name
/// becomes `_`. Gauges and sums are taken, which is all that clients of Kafka have; other kinds
/// of points are counted as `foreign`.
///
/// @param points   in the order they came
/// @param resource what the client tells of itself (its group, its rack ...), as labels
/// @param foreign  points of a kind that is not taken
record OtlpMetrics(List<ClientPoint> points, SortedMap<String, String> resource, int foreign) {
    private static final String PREFIX = "kafka_client_";
    private static final String DOMAIN = "org.apache.kafka.";
    private static final Pattern NOT_OF_NAMES = Pattern.compile("[^a-zA-Z0-9_]");
    private static final Pattern NOT_FIRST = Pattern.compile("^[_0-9]+"); // "__" is Prometheus' own

    /// @throws IOException it is not OpenTelemetry's protobuf
    static OtlpMetrics parse(ByteBuffer bytes) throws IOException {
        var points = new ArrayList<ClientPoint>();
        var about = new TreeMap<String, String>();
        int foreign = 0;
        for (var resource : MetricsData.parseFrom(bytes).getResourceMetricsList()) {
            labels(resource.getResource().getAttributesList()).ifPresent(about::putAll);
            for (var scope : resource.getScopeMetricsList())
                for (var metric : scope.getMetricsList()) foreign += read(metric, points);
        }
        return new OtlpMetrics(points, about, foreign);
    }

    /// Adds the points of a metric that are taken, and says how many are not.
    private static int read(Metric metric, List<ClientPoint> points) {
        return switch (metric.getDataCase()) {
            case GAUGE -> read(metric.getName(), Kind.GAUGE, metric.getGauge().getDataPointsList(), points);
            case SUM ->
                read(metric.getName(), kind(metric.getSum()), metric.getSum().getDataPointsList(), points);
            case HISTOGRAM -> metric.getHistogram().getDataPointsCount();
            case EXPONENTIAL_HISTOGRAM -> metric.getExponentialHistogram().getDataPointsCount();
            case SUMMARY -> metric.getSummary().getDataPointsCount();
            case DATA_NOT_SET -> 0;
        };
    }

    private static Kind kind(Sum sum) {
        boolean adds = sum.getAggregationTemporality() == AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA;
        if (sum.getIsMonotonic()) return adds ? Kind.GROWTH : Kind.COUNTER;
        return adds ? Kind.CHANGE : Kind.GAUGE;
    }

    private static int read(String metric, Kind kind, List<NumberDataPoint> from, List<ClientPoint> points) {
        var name = name(metric);
        int foreign = 0;
        for (var point : from) {
            if ((point.getFlags() & DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE) != 0) continue;
            var value = value(point);
            var labels = labels(point.getAttributesList());
            boolean isTaken = value.isPresent() && labels.isPresent() && !(kind.adds && !Double.isFinite(value.get()));
            if (isTaken) points.add(new ClientPoint(name, kind, labels.get(), value.get()));
            else foreign++;
        }
        return foreign;
    }

    private static Optional<Double> value(NumberDataPoint point) {
        return switch (point.getValueCase()) {
            case AS_DOUBLE -> Optional.of(point.getAsDouble());
            case AS_INT -> Optional.of((double) point.getAsInt());
            case VALUE_NOT_SET -> Optional.empty();
        };
    }

    static String name(String metric) {
        var own = metric.startsWith(DOMAIN) ? metric.substring(DOMAIN.length()) : metric;
        return PREFIX + NOT_OF_NAMES.matcher(own).replaceAll("_");
    }

    /// Empty if one of the attributes is no plain value, so that points that differ in it would
    /// be the same.
    private static Optional<SortedMap<String, String>> labels(List<KeyValue> attributes) {
        var labels = new TreeMap<String, String>();
        for (var attribute : attributes) {
            var name = NOT_FIRST
                    .matcher(NOT_OF_NAMES.matcher(attribute.getKey()).replaceAll("_"))
                    .replaceFirst("");
            var value = text(attribute.getValue());
            if (name.isEmpty() || value.isEmpty()) return Optional.empty();
            labels.put(name, value.get());
        }
        return Optional.of(labels);
    }

    private static Optional<String> text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> Optional.of(value.getStringValue());
            case BOOL_VALUE -> Optional.of(String.valueOf(value.getBoolValue()));
            case INT_VALUE -> Optional.of(String.valueOf(value.getIntValue()));
            case DOUBLE_VALUE -> Optional.of(String.valueOf(value.getDoubleValue()));
            case ARRAY_VALUE, KVLIST_VALUE, BYTES_VALUE, VALUE_NOT_SET -> Optional.empty();
        };
    }
}
