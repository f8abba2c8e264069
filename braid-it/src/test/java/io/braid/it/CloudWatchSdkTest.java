package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.DimensionFilter;
import software.amazon.awssdk.services.cloudwatch.model.InvalidParameterValueException;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.StandardUnit;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.cloudwatch.model.StatusCode;

/// The AWS SDK for Java v2's CloudWatch client, unchanged: it speaks Smithy RPC v2, and zips what it puts.
@ExtendWith(OneServer.class)
class CloudWatchSdkTest {
    private RunningServer server;
    private CloudWatchClient client;

    @BeforeEach
    void connect(RunningServer running) {
        server = running;
        client = CloudWatchClient.builder()
                .endpointOverride(running.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void whatIsPutIsListedAndGot() {
        var minute = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofMinutes(5));
        var host = Dimension.builder().name("Host").value("a").build();
        // more than the ten kilobytes from which on the SDK zips
        var data = IntStream.range(0, 500)
                .mapToObj(i -> MetricDatum.builder()
                        .metricName("Lag")
                        .dimensions(host)
                        .timestamp(minute.plusSeconds(i % 60))
                        .unit(StandardUnit.COUNT)
                        .value((double) i)
                        .build())
                .toList();
        client.putMetricData(r -> r.namespace("sdk-put").metricData(data));

        var listed = client.listMetricsPaginator(r -> r.namespace("sdk-put")).metrics().stream()
                .toList();
        var metric = Metric.builder()
                .namespace("sdk-put")
                .metricName("Lag")
                .dimensions(host)
                .build();
        assertEquals(List.of(metric), listed);

        var point = client.getMetricStatistics(r -> r.namespace("sdk-put")
                        .metricName("Lag")
                        .dimensions(host)
                        .startTime(minute)
                        .endTime(minute.plusSeconds(60))
                        .period(60)
                        .statistics(Statistic.SUM, Statistic.SAMPLE_COUNT, Statistic.MAXIMUM))
                .datapoints()
                .getFirst();
        assertEquals(minute, point.timestamp());
        assertEquals(124_750, point.sum());
        assertEquals(500, point.sampleCount());
        assertEquals(499, point.maximum());
        assertEquals(StandardUnit.COUNT, point.unit());

        var result = client.getMetricData(r -> r.startTime(minute)
                        .endTime(minute.plusSeconds(60))
                        .metricDataQueries(MetricDataQuery.builder()
                                .id("a")
                                .metricStat(s -> s.metric(metric).period(60).stat("Average"))
                                .build()))
                .metricDataResults()
                .getFirst();
        assertEquals(StatusCode.COMPLETE, result.statusCode());
        assertEquals(List.of(minute), result.timestamps());
        assertEquals(List.of(249.5), result.values());
    }

    @Test
    void errorsAreThoseOfTheModel() {
        var refused = assertThrows(
                InvalidParameterValueException.class,
                () -> client.putMetricData(r -> r.namespace("AWS/Kinesis")
                        .metricData(
                                MetricDatum.builder().metricName("m").value(1.0).build())));

        assertEquals(
                "The value AWS/Kinesis for parameter Namespace is invalid.",
                refused.awsErrorDetails().errorMessage());
        assertEquals("InvalidParameterValue", refused.awsErrorDetails().errorCode());
    }

    @Test
    void theServersOwnNumbersAreThere() {
        try (var kinesis = Kinesis.sync(server.endpoint())) {
            var stream = Kinesis.create(kinesis, "sdk-metrics", 1);
            for (int i = 0; i < 3; i++)
                kinesis.putRecord(r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromUtf8String("four")));

            var now = Instant.now();
            var points = client.getMetricStatistics(r -> r.namespace("AWS/Kinesis")
                            .metricName("IncomingBytes")
                            .dimensions(Dimension.builder()
                                    .name("StreamName")
                                    .value(stream)
                                    .build())
                            .startTime(now.minusSeconds(600))
                            .endTime(now.plusSeconds(600))
                            .period(1200)
                            .statistics(Statistic.SUM))
                    .datapoints();
            assertEquals(1, points.size(), points::toString);
            assertEquals(15, points.getFirst().sum());
            assertEquals(StandardUnit.BYTES, points.getFirst().unit());
            assertTrue(client
                    .listMetricsPaginator(r -> r.namespace("AWS/Kinesis")
                            .dimensions(DimensionFilter.builder()
                                    .name("StreamName")
                                    .value(stream)
                                    .build()))
                    .metrics()
                    .stream()
                    .anyMatch(metric -> metric.metricName().equals("PutRecord.Success")));
        }
    }
}
