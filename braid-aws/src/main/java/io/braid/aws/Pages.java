package io.braid.aws;

import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.kinesis.Traffic;
import io.braid.aws.scaling.Autoscaler;
import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.Consumer;

/// The pages for people and monitors. Any thread.
final class Pages {
    private static final Set<String> PATHS = Set.of("/", "/health", "/metrics", "/scaling");

    private final Broker broker;
    private final Traffic traffic;
    private final MetricStore metrics;
    private final Autoscaler scaling;
    private final RequestCounts counts;
    private final UsagePage usage;
    private final Consumer<StringBuilder> others;
    private final InstantSource clock;
    private final Instant started;

    /// @param others writes what others count, below what is counted here
    Pages(
            Broker broker,
            Traffic traffic,
            MetricStore metrics,
            Autoscaler scaling,
            RequestCounts counts,
            UsagePage usage,
            Consumer<StringBuilder> others,
            InstantSource clock) {
        this.broker = broker;
        this.traffic = traffic;
        this.metrics = metrics;
        this.scaling = scaling;
        this.counts = counts;
        this.usage = usage;
        this.others = others;
        this.clock = clock;
        this.started = clock.instant();
    }

    boolean has(String path) {
        return PATHS.contains(path);
    }

    String page(String path) {
        return switch (path) {
            case "/health" -> "ok\n";
            case "/metrics" -> metrics();
            case "/scaling" -> scaling.page();
            default -> welcome();
        };
    }

    private String welcome() {
        return """
            This is Braid: one streaming server, two protocols, one durable log.

            Point any Amazon Kinesis client at this address (any access key will do), for example:

              aws kinesis list-streams --endpoint-url http://this-address

            The Kinesis Client Library finds its DynamoDB tables here, too.

            /health   says ok
            /metrics  numbers for Prometheus
            /scaling  why On-Demand streams have as many shards as they have
            /usage    what streams used since the month began; ./braid usage shows it with prices
            """;
    }

    private String metrics() {
        var streams = broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .toList();
        long openShards = streams.stream().mapToLong(Stream::openShardCount).sum();
        var page = new StringBuilder();
        gauge(
                page,
                "braid_uptime_seconds",
                Duration.between(started, clock.instant()).toSeconds());
        gauge(page, "braid_streams", streams.size());
        gauge(page, "braid_open_shards", openShards);
        counter(page, "braid_kinesis_records_in_total", traffic.recordsIn());
        counter(page, "braid_kinesis_bytes_in_total", traffic.bytesIn());
        counter(page, "braid_kinesis_records_refused_total", traffic.recordsRefused());
        counter(page, "braid_kinesis_records_out_total", traffic.recordsOut());
        counter(page, "braid_kinesis_bytes_out_total", traffic.bytesOut());
        gauge(page, "braid_kinesis_subscriptions", traffic.subscriptions());
        traffic.writeTo(page);
        var kept = metrics.size();
        gauge(page, "braid_cloudwatch_series", kept.series());
        gauge(page, "braid_cloudwatch_points", kept.points());
        counter(page, "braid_cloudwatch_points_evicted_total", kept.pointsEvicted());
        counter(page, "braid_cloudwatch_samples_refused_total", kept.samplesRefused());
        scaling.writeMetrics(page);
        counter(page, "braid_cloudwatch_samples_not_kept_total", kept.unkept());
        usage.writeTo(page);
        counts.writeTo(page);
        others.accept(page);
        return page.toString();
    }

    private static void gauge(StringBuilder page, String name, long value) {
        page.append("# TYPE %s gauge\n%s %d\n".formatted(name, name, value));
    }

    private static void counter(StringBuilder page, String name, long value) {
        page.append("# TYPE %s counter\n%s %d\n".formatted(name, name, value));
    }
}
