package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.AnyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.ArrayValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.common.v1.KeyValue;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Gauge;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Histogram;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Metric;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.MetricsData;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.ScopeMetrics;
import org.apache.kafka.shaded.io.opentelemetry.proto.metrics.v1.Sum;
import org.apache.kafka.shaded.io.opentelemetry.proto.resource.v1.Resource;
import org.junit.jupiter.api.Test;

class ClientMetricsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Uuid ONE = new Uuid(1, 1);
    private static final Uuid TWO = new Uuid(2, 2);

    private final TestClock clock = new TestClock();
    private ClientMetrics metrics = new ClientMetrics(ClientMetrics.Limits.DEFAULT, clock);

    @Test
    void aPushIsShownInPrometheusWords() throws IOException {
        push(
                ONE,
                "a \"quoted\" \\ id\nof two lines",
                gauge("org.apache.kafka.consumer.fetch.manager.records.lag", 7, "topic", "t", "partition", "0"),
                gauge("my-metric/of.mine", Double.NaN, "client_id", "another", "__name__", "x"),
                sum("org.apache.kafka.consumer.poll.total", 1e10, false));

        var who = "client_id=\"a \\\"quoted\\\" \\\\ id\\nof two lines\",client_instance_id=\"AAAAAAAAAAEAAAAAAAAAAQ\"";
        assertEquals("""
            # TYPE kafka_client_info gauge
            kafka_client_info{WHO,client_software_name="librdkafka",group_id="g"} 1
            # TYPE kafka_client_consumer_fetch_manager_records_lag gauge
            kafka_client_consumer_fetch_manager_records_lag{WHO,partition="0",topic="t"} 7.0
            # TYPE kafka_client_consumer_poll_total counter
            kafka_client_consumer_poll_total{WHO} 1.0E10
            # TYPE kafka_client_my_metric_of_mine gauge
            kafka_client_my_metric_of_mine{WHO,name__="x"} NaN
            """.replace("WHO", who), shown());
        assertTrue(page().contains("braid_kafka_telemetry_clients 1\n"), page());
        assertTrue(page().contains("braid_kafka_telemetry_series 3\n"), page());
        assertTrue(page().contains("braid_kafka_telemetry_pushes_total 1\n"), page());
    }

    @Test
    void whatAClientHasNoMoreIsNoMoreShown() throws IOException {
        push(ONE, "a", gauge("lag", 1, "partition", "0"), gauge("lag", 2, "partition", "1"), sum("all", 4, false));
        push(ONE, "a", gauge("lag", 3, "partition", "1"));

        assertEquals(List.of("kafka_client_lag partition=1 3.0"), values());
    }

    @Test
    void whatACounterGrewByIsAddedUpAndStays() throws IOException {
        push(ONE, "a", sum("sent", 2, true));
        push(TWO, "b", sum("sent", 100, true));
        push(ONE, "a", sum("sent", 3, true));
        push(ONE, "a", gauge("lag", 1), sum("sent", Double.NaN, true));

        assertEquals(List.of("kafka_client_lag 1.0", "kafka_client_sent 100.0", "kafka_client_sent 5.0"), values());
        assertTrue(page().contains("braid_kafka_telemetry_refused_total{reason=\"foreign\"} 1\n"), page());
    }

    @Test
    void aNameHasOneTypeForAllClients() throws IOException {
        push(ONE, "a", gauge("x", 1), gauge("info", 5));
        push(TWO, "b", sum("x", 2, false));

        assertEquals(List.of("kafka_client_x 1.0"), values());
        assertTrue(page().contains("braid_kafka_telemetry_refused_total{reason=\"type\"} 2\n"), page());
    }

    @Test
    void pointsOfOtherKindsAreCountedAndLeftOut() throws IOException {
        var histogram = Metric.newBuilder()
                .setName("h")
                .setHistogram(Histogram.newBuilder().addDataPoints(HistogramDataPoint.newBuilder()));
        var array = gauge("nested", 1).toBuilder();
        array.getGaugeBuilder()
                .getDataPointsBuilder(0)
                .addAttributes(KeyValue.newBuilder()
                        .setKey("a")
                        .setValue(AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder())));
        push(ONE, "a", histogram.build(), array.build(), gauge("x", 1));

        assertEquals(List.of("kafka_client_x 1.0"), values());
        assertTrue(page().contains("braid_kafka_telemetry_refused_total{reason=\"foreign\"} 2\n"), page());
    }

    @Test
    void theLastNumbersOfAClientThatLeftAreShownForAWhile() throws IOException {
        push(ONE, "a", gauge("x", 1));

        clock.move(MINUTE);
        assertEquals(List.of("kafka_client_x 1.0"), values());
        clock.move(Duration.ofMillis(1));
        assertEquals("", shown());
        assertTrue(page().contains("braid_kafka_telemetry_series 0\n"), page());
        push(TWO, "b", sum("x", 2, false));
        assertEquals(List.of("kafka_client_x 2.0"), values(), "nobody uses the name for a gauge any more");
    }

    @Test
    void theClientThatIsSilentForLongestGoes() throws IOException {
        metrics = new ClientMetrics(new ClientMetrics.Limits(2, 10, 10, 200), clock);
        push(ONE, "one", gauge("x", 1));
        push(TWO, "two", gauge("x", 2));
        push(ONE, "one", gauge("x", 1));
        push(new Uuid(3, 3), "three", gauge("x", 3));

        assertEquals(List.of("kafka_client_x 1.0", "kafka_client_x 3.0"), values());
    }

    @Test
    void seriesThatFindNoPlaceAreLeftOutAndCounted() throws IOException {
        metrics = new ClientMetrics(new ClientMetrics.Limits(5, 3, 2, 100), clock);
        push(ONE, "a", gauge("x", 1), gauge("y", 1), gauge("z", 1), gauge("l".repeat(60), 1));
        push(TWO, "b", gauge("x", 2), gauge("y", 2));
        push(ONE, "a", gauge("x", 3), gauge("y", 3));

        assertEquals(List.of("kafka_client_x 2.0", "kafka_client_x 3.0", "kafka_client_y 3.0"), values());
        assertTrue(page().contains("refused_total{reason=\"too_many\"} 2\n"), page());
        assertTrue(page().contains("refused_total{reason=\"too_long\"} 1\n"), page());
        assertFalse(page().contains("l".repeat(60)));
    }

    private void push(Uuid id, String clientId, Metric... pushed) throws IOException {
        var data = MetricsData.newBuilder();
        for (var metric : pushed)
            data.addResourceMetrics(ResourceMetrics.newBuilder()
                    .setResource(Resource.newBuilder().addAttributes(attribute("group_id", "g")))
                    .addScopeMetrics(ScopeMetrics.newBuilder().addMetrics(metric)));
        var parsed = OtlpMetrics.parse(data.build().toByteString().asReadOnlyByteBuffer());
        metrics.push(id, clientId, new TreeMap<>(Map.of("client_software_name", "librdkafka")), parsed, MINUTE);
    }

    private static Metric gauge(String name, double value, String... attributes) {
        var point = NumberDataPoint.newBuilder().setAsDouble(value);
        for (int i = 0; i < attributes.length; i += 2) point.addAttributes(attribute(attributes[i], attributes[i + 1]));
        return Metric.newBuilder()
                .setName(name)
                .setGauge(Gauge.newBuilder().addDataPoints(point))
                .build();
    }

    private static Metric sum(String name, double value, boolean isDelta) {
        var temporality = isDelta
                ? AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA
                : AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;
        return Metric.newBuilder()
                .setName(name)
                .setSum(Sum.newBuilder()
                        .setIsMonotonic(true)
                        .setAggregationTemporality(temporality)
                        .addDataPoints(NumberDataPoint.newBuilder().setAsDouble(value)))
                .build();
    }

    private static KeyValue attribute(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private String page() {
        var page = new StringBuilder();
        metrics.writeTo(page);
        return page.toString();
    }

    /// The page without what the server counts itself.
    private String shown() {
        return page().lines()
                .filter(line -> !line.contains("braid_"))
                .map(line -> line + "\n")
                .reduce("", String::concat);
    }

    /// Names, labels and values of the page, without who pushed them.
    private List<String> values() {
        return shown().lines()
                .filter(line -> !line.startsWith("#") && !line.startsWith("kafka_client_info"))
                .map(line -> line.replaceAll("client_id=\"\\w*\",client_instance_id=\"[\\w-]*\",?", ""))
                .map(line -> line.replace("{}", "")
                        .replace("{", " ")
                        .replace("}", "")
                        .replace("\"", ""))
                .sorted()
                .toList();
    }
}
