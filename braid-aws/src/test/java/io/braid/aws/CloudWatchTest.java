package io.braid.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.BatchBuilder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// CloudWatch's three protocols on the wire, and what the server says of its own streams. The answers in JSON stand in
/// the transcript.
class CloudWatchTest {
    private static final String FORM = "application/x-www-form-urlencoded; charset=utf-8";
    private static final String XMLNS = " xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\"";
    /// The minute it is.
    private static final long MINUTE = 1795395720;

    private static final Pattern POINT = Pattern.compile(
            "\"SampleCount\":([^,]+),\"Sum\":([^,]+),\"Minimum\":([^,]+),\"Maximum\":([^,]+),\"Unit\":\"(.*?)\"");

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new TestServer(directory);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private HttpResponse<String> form(String body) throws Exception {
        var request = HttpRequest.newBuilder(server.uri("/"))
                .header("Content-Type", FORM)
                .POST(BodyPublishers.ofString(body + "&Version=2010-08-01", UTF_8));
        return server.send(request.build(), BodyHandlers.ofString(UTF_8));
    }

    private static String xml(HttpResponse<String> response) {
        return response.body().replaceAll("<RequestId>[0-9a-f-]{36}</RequestId>", "<RequestId/>");
    }

    private HttpRequest.Builder rpc(String operation, byte[] cbor) {
        return HttpRequest.newBuilder(server.uri("/service/GraniteServiceVersion20100801/operation/" + operation))
                .header("Content-Type", "application/cbor")
                .header("smithy-protocol", "rpc-v2-cbor")
                .header("x-amzn-query-mode", "true")
                .POST(BodyPublishers.ofByteArray(cbor));
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    /// A CBOR text of fewer than 24 characters, in hexadecimal.
    private static String text(String text) {
        return HexFormat.of().toHexDigits((byte) (0x60 + text.length()))
                + HexFormat.of().formatHex(text.getBytes(UTF_8));
    }

    @Test
    void formsAreAnsweredInXml() throws Exception {
        var put = form("Action=PutMetricData&Namespace=My+App&MetricData.member.1.MetricName=Lag"
            + "&MetricData.member.1.Dimensions.member.1.Name=Host&MetricData.member.1.Dimensions.member.1.Value=a%26b"
            + "&MetricData.member.1.Values.member.1=1&MetricData.member.1.Values.member.2=2.5"
            + "&MetricData.member.1.Counts.member.1=3&MetricData.member.1.Counts.member.2=1"
            + "&MetricData.member.1.Unit=Count&MetricData.member.1.Timestamp=2026-11-23T01%3A00%3A59Z");
        assertEquals(200, put.statusCode());
        assertEquals("text/xml", put.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(
                "<PutMetricDataResponse" + XMLNS
                        + "><ResponseMetadata><RequestId/></ResponseMetadata></PutMetricDataResponse>",
                xml(put));
        assertTrue(
                put.body().contains(put.headers().firstValue("x-amzn-RequestId").orElseThrow()), put::body);

        var got = form("Action=GetMetricStatistics&Namespace=My+App&MetricName=Lag&Period=60"
                + "&Dimensions.member.1.Name=Host&Dimensions.member.1.Value=a%26b"
                + "&StartTime=2026-11-23T00:00:00Z&EndTime=2026-11-23T02:00:00Z"
                + "&Statistics.member.1=Average&Statistics.member.2=SampleCount");
        assertEquals(
                "<GetMetricStatisticsResponse" + XMLNS + "><GetMetricStatisticsResult><Label>Lag</Label><Datapoints>"
                        + "<member><Timestamp>2026-11-23T01:00:00Z</Timestamp><SampleCount>4.0</SampleCount>"
                        + "<Average>1.375</Average><Unit>Count</Unit></member></Datapoints></GetMetricStatisticsResult>"
                        + "<ResponseMetadata><RequestId/></ResponseMetadata></GetMetricStatisticsResponse>",
                xml(got));

        var listed = form("Action=ListMetrics&Namespace=My+App");
        assertEquals(
                "<ListMetricsResponse" + XMLNS + "><ListMetricsResult><Metrics><member><Namespace>My App</Namespace>"
                                               + "<MetricName>Lag</MetricName><Dimensions><member><Name>Host</Name><Value>a&amp;b</Value></member>"
                                               + "</Dimensions></member></Metrics></ListMetricsResult>"
                                               + "<ResponseMetadata><RequestId/></ResponseMetadata></ListMetricsResponse>",
                xml(listed));
    }

    @Test
    void faultsOfFormsAreXmlUnderTheirOldNames() throws Exception {
        var missing = form("Action=ListMetrics&NextToken=nonsense");
        assertEquals(400, missing.statusCode());
        assertEquals(
                "<ErrorResponse" + XMLNS
                        + "><Error><Type>Sender</Type><Code>InvalidParameterValue</Code><Message>Request"
                        + " parameter NextToken is"
                        + " invalid</Message></Error><RequestId/></ErrorResponse>",
                xml(missing));

        var unknown = form("Action=DescribeAlarms");
        assertEquals(400, unknown.statusCode());
        assertTrue(unknown.body().contains("<Code>InvalidAction</Code>"), unknown::body);
        assertTrue(unknown.body().contains("DescribeAlarms is not in that"), unknown::body);

        var malformed = form("Action=GetMetricStatistics&Period=often");
        assertTrue(malformed.body().contains("<Code>MalformedInput</Code>"), malformed::body);
    }

    @Test
    void smithysRpcIsSpokenWithSecondsAndNumbersOfAllKinds() throws Exception {
        // {Namespace: "N", MetricData: [{MetricName: "m", Value: 7, Timestamp: 1(1795395660.5)}]}
        var put = server.send(
                rpc(
                                "PutMetricData",
                                hex("bf" + text("Namespace") + text("N") + text("MetricData") + "9f bf"
                                        + text("MetricName")
                                        + text("m") + text("Value") + "07" + text("Timestamp") + "c1fb41dac0e413200000"
                                        + "ff ff ff"))
                        .build(),
                BodyHandlers.ofByteArray());
        assertEquals(200, put.statusCode(), () -> new String(put.body(), UTF_8));
        assertEquals("rpc-v2-cbor", put.headers().firstValue("smithy-protocol").orElseThrow());
        assertEquals(Optional.empty(), put.headers().firstValue("Content-Type"));
        assertEquals(0, put.body().length);

        var got = server.send(
                rpc(
                                "GetMetricStatistics",
                                hex("bf" + text("Namespace") + text("N") + text("MetricName") + text("m")
                                        + text("Period")
                                        + "183c" + text("StartTime") + "c1 1a 6b039010" + text("EndTime")
                                        + "c1 1a 6b0390c4"
                                        + text("Statistics") + "81" + text("Sum") + "ff"))
                        .build(),
                BodyHandlers.ofByteArray());
        assertEquals(
                "application/cbor", got.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(
                "bf" + text("Label") + text("m") + text("Datapoints") + "9fbf" + text("Timestamp") + "c11a6b03904c"
                        + text("Sum") + "fb401c000000000000" + text("Unit") + text("None") + "ffffff",
                HexFormat.of().formatHex(got.body()));
    }

    @Test
    void faultsOfSmithysRpcHaveBothNames() throws Exception {
        var fault = server.send(rpc("PutMetricData", hex("a0")).build(), BodyHandlers.ofByteArray());

        assertEquals(400, fault.statusCode());
        assertEquals(
                "application/cbor", fault.headers().firstValue("Content-Type").orElseThrow());
        assertEquals(
                "MissingParameter;Sender",
                fault.headers().firstValue("x-amzn-query-error").orElseThrow());
        assertTrue(
                new String(fault.body(), ISO_8859_1)
                        .contains("com.amazonaws.cloudwatch#MissingRequiredParameterException"),
                () -> HexFormat.of().formatHex(fault.body()));

        var empty = server.send(rpc("ListMetrics", new byte[0]).build(), BodyHandlers.ofByteArray());
        assertEquals(200, empty.statusCode());

        var unknown = server.send(rpc("PutDashboard", hex("a0")).build(), BodyHandlers.ofByteArray());
        assertEquals(
                "InvalidAction;Sender",
                unknown.headers().firstValue("x-amzn-query-error").orElseThrow());
    }

    @Test
    void bodiesMayBeZipped() throws Exception {
        var put = server.request("CloudWatch.PutMetricData", "{}")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(
                        zipped("{\"Namespace\":\"Z\",\"MetricData\":[{\"MetricName\":\"z\",\"Value\":1}]}")));
        var response = server.send(put.build(), BodyHandlers.ofString());
        assertEquals(200, response.statusCode(), response::body);

        var listed = server.call("CloudWatch.ListMetrics", "{}");
        assertEquals("{\"Metrics\":[{\"Namespace\":\"Z\",\"MetricName\":\"z\",\"Dimensions\":[]}]}", listed.body());
    }

    @Test
    void zippedBodiesHaveTheirLimitsToo() throws Exception {
        var large = server.request("CloudWatch.ListMetrics", "{}")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(zipped(" ".repeat(17 << 20) + "{}")));
        assertEquals(413, server.send(large.build(), BodyHandlers.ofString()).statusCode());

        var broken = server.request("CloudWatch.ListMetrics", "{}").header("Content-Encoding", "gzip");
        assertEquals(400, server.send(broken.build(), BodyHandlers.ofString()).statusCode());

        var other = server.request("CloudWatch.ListMetrics", "{}").header("Content-Encoding", "br");
        var refused = server.send(other.build(), BodyHandlers.ofString());
        assertEquals(400, refused.statusCode());
        assertTrue(refused.body().contains("Content-Encoding br"), refused::body);
    }

    private static byte[] zipped(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(UTF_8));
        }
        return bytes.toByteArray();
    }

    /// What is known of a stream or a consumer in an hour around now: `count sum least greatest unit` by metric.
    private TreeMap<String, String> own(String dimensions) throws Exception {
        var found = new TreeMap<String, String>();
        var listed = server.call(
                        "CloudWatch.ListMetrics", "{\"Namespace\":\"AWS/Kinesis\",\"Dimensions\":" + dimensions + "}")
                .body();
        var names = Pattern.compile("\"MetricName\":\"([^\"]+)\"").matcher(listed);
        while (names.find()) {
            var answer = server.call("CloudWatch.GetMetricStatistics", """
                {"Namespace":"AWS/Kinesis","MetricName":"%s","Dimensions":%s,"StartTime":%d,"EndTime":%d,
                 "Period":3600,"Statistics":["SampleCount","Sum","Minimum","Maximum"]}\
                """.formatted(
                                    names.group(1), dimensions, MINUTE - 1800, MINUTE + 1800))
                    .body();
            var point = POINT.matcher(answer);
            if (point.find())
                found.put(
                        names.group(1),
                        "%s %s %s %s %s"
                                .formatted(
                                        point.group(1),
                                        point.group(2),
                                        point.group(3),
                                        point.group(4),
                                        point.group(5)));
        }
        return found;
    }

    @Test
    void aStreamsOwnNumbersAreExact() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        // two PutRecords of 3 and 1 records: keys of 1 byte, data of 3; one PutRecord of 2 + 6
        server.call(
                "PutRecords",
                "{\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"YWFh\"},{\"PartitionKey\":\"b\",\"Data\":\"YWFh\"},{\"PartitionKey\":\"c\",\"Data\":\"YWFh\"}]}");
        server.pass(Duration.ofMinutes(1));
        server.call("PutRecords", "{\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"YWFh\"}]}");
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"kk\",\"Data\":\"YWFhYWFh\"}");
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .replaceAll(".*\"ShardIterator\":\"([^\"]+)\".*", "$1");
        server.call("GetRecords", "{\"ShardIterator\":\"%s\",\"Limit\":3}".formatted(iterator));
        server.call("GetRecords", "{\"ShardIterator\":\"%s\"}".formatted(iterator));

        var numbers = own("[{\"Name\":\"StreamName\",\"Value\":\"s\"}]");

        var expected = new TreeMap<String, String>();
        expected.put("IncomingBytes", "3.0 24.0 4.0 12.0 Bytes");
        expected.put("IncomingRecords", "3.0 5.0 1.0 3.0 Count");
        expected.put("PutRecord.Bytes", "1.0 8.0 8.0 8.0 Bytes");
        expected.put("PutRecord.Latency", "1.0 0.0 0.0 0.0 Milliseconds");
        expected.put("PutRecord.Success", "1.0 1.0 1.0 1.0 Count");
        expected.put("PutRecords.Bytes", "2.0 16.0 4.0 12.0 Bytes");
        expected.put("PutRecords.FailedRecords", "2.0 0.0 0.0 0.0 Count");
        expected.put("PutRecords.Latency", "2.0 0.0 0.0 0.0 Milliseconds");
        expected.put("PutRecords.Records", "2.0 4.0 1.0 3.0 Count");
        expected.put("PutRecords.Success", "2.0 2.0 1.0 1.0 Count");
        expected.put("PutRecords.SuccessfulRecords", "2.0 4.0 1.0 3.0 Count");
        expected.put("PutRecords.ThrottledRecords", "2.0 0.0 0.0 0.0 Count");
        expected.put("PutRecords.TotalRecords", "2.0 4.0 1.0 3.0 Count");
        expected.put("WriteProvisionedThroughputExceeded", "3.0 0.0 0.0 0.0 Count");
        expected.put("GetRecords.Bytes", "2.0 36.0 12.0 24.0 Bytes");
        // three of a minute ago, and more to read; then all
        expected.put("GetRecords.IteratorAgeMilliseconds", "2.0 60000.0 0.0 60000.0 Milliseconds");
        expected.put("GetRecords.Latency", "2.0 0.0 0.0 0.0 Milliseconds");
        expected.put("GetRecords.Records", "2.0 8.0 3.0 5.0 Count");
        expected.put("GetRecords.Success", "2.0 2.0 1.0 1.0 Count");
        expected.put("ReadProvisionedThroughputExceeded", "2.0 0.0 0.0 0.0 Count");
        assertEquals(expected, numbers);

        var page = server.send(HttpRequest.newBuilder(server.uri("/metrics")).build(), BodyHandlers.ofString())
                .body();
        assertTrue(page.contains("braid_kinesis_stream_records_in_total{stream=\"s\"} 5\n"), page);
        assertTrue(page.contains("braid_kinesis_stream_bytes_in_total{stream=\"s\"} 24\n"), page);
        assertTrue(page.contains("braid_kinesis_stream_records_out_total{stream=\"s\"} 8\n"), page);
        assertTrue(page.contains("braid_kinesis_stream_bytes_out_total{stream=\"s\"} 36\n"), page);
    }

    @Test
    void aStreamsNumbersOutliveIt() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"gone\",\"ShardCount\":1}");
        server.call("PutRecord", "{\"StreamName\":\"gone\",\"PartitionKey\":\"k\",\"Data\":\"YWFh\"}");
        server.call("DeleteStream", "{\"StreamName\":\"gone\"}");
        own("[{\"Name\":\"StreamName\",\"Value\":\"gone\"}]");
        server.call("CreateStream", "{\"StreamName\":\"gone\",\"ShardCount\":1}");
        server.call("PutRecord", "{\"StreamName\":\"gone\",\"PartitionKey\":\"k\",\"Data\":\"YWFh\"}");

        assertEquals(
                "2.0 2.0 1.0 1.0 Count",
                own("[{\"Name\":\"StreamName\",\"Value\":\"gone\"}]").get("IncomingRecords"));
    }

    private static final String OF_S = "[{\"Name\":\"StreamName\",\"Value\":\"s\"}]";
    private static final String OF_SHARD =
            "[{\"Name\":\"StreamName\",\"Value\":\"s\"},{\"Name\":\"ShardId\",\"Value\":\"shardId-000000000000\"}]";

    @Test
    void metricsOutliveARestart() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"YWFh\"}");
        form("Action=PutMetricData&Namespace=App&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1");
        server.restart();
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"kk\",\"Data\":\"YWFh\"}");
        server.restart(); // nobody has asked in the life between: what was before it is still there

        assertEquals("2.0 9.0 4.0 5.0 Bytes", own(OF_S).get("IncomingBytes"));
        assertTrue(server.call("CloudWatch.ListMetrics", "{\"Namespace\":\"App\"}")
                .body()
                .contains("\"m\""));

        server.pass(Duration.ofHours(25));
        server.restart();
        assertEquals(
                "{\"Metrics\":[]}",
                server.call("CloudWatch.ListMetrics", "{\"Namespace\":\"App\"}").body());
    }

    @Test
    void accountsAndRegionsKeepTheirOwn() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        other("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"YWFh\"}");
        other("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"kk\",\"Data\":\"YWFh\"}");
        other(
                "CloudWatch.PutMetricData",
                "{\"Namespace\":\"App\",\"MetricData\":[{\"MetricName\":\"m\",\"Value\":1}]}");

        assertEquals("1.0 4.0 4.0 4.0 Bytes", own(OF_S).get("IncomingBytes"));
        assertEquals(
                "{\"Metrics\":[]}",
                server.call("CloudWatch.ListMetrics", "{\"Namespace\":\"App\"}").body());
        var there = other("CloudWatch.ListMetrics", "{\"Namespace\":\"App\"}");
        assertEquals("{\"Metrics\":[{\"Namespace\":\"App\",\"MetricName\":\"m\",\"Dimensions\":[]}]}", there);
        var bytes = other("CloudWatch.GetMetricStatistics", """
            {"Namespace":"AWS/Kinesis","MetricName":"IncomingBytes","Dimensions":%s,"StartTime":%d,"EndTime":%d,
             "Period":3600,"Statistics":["Sum"]}\
            """.formatted(OF_S, MINUTE - 1800, MINUTE + 1800));
        assertTrue(bytes.contains("\"Sum\":5.0"), bytes);
    }

    private String other(String operation, String json) throws Exception {
        var request = server.request(operation, json)
                .header(
                        "Authorization",
                        "AWS4-HMAC-SHA256 Credential=111111111111/20261123/eu-west-1/kinesis/aws4_request,"
                                + " SignedHeaders=host, Signature=0")
                .build();
        return server.send(request, BodyHandlers.ofString(UTF_8)).body();
    }

    @Test
    void shardsHaveTheMetricsThatWereAskedFor() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"YWFh\"}");
        assertEquals(Map.of(), own(OF_SHARD));

        server.call(
                "EnableEnhancedMonitoring",
                "{\"StreamName\":\"s\",\"ShardLevelMetrics\":[\"IncomingBytes\",\"OutgoingRecords\",\"IteratorAgeMilliseconds\"]}");
        server.call(
                "PutRecords",
                "{\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"YWFh\"},{\"PartitionKey\":\"b\",\"Data\":\"YWFh\"}]}");
        server.pass(Duration.ofSeconds(1));
        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"shardId-000000000000\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .replaceAll(".*\"ShardIterator\":\"([^\"]+)\".*", "$1");
        server.call("GetRecords", "{\"ShardIterator\":\"%s\",\"Limit\":2}".formatted(iterator));

        assertEquals(
                Map.of(
                        "IncomingBytes", "1.0 8.0 8.0 8.0 Bytes",
                        "OutgoingRecords", "1.0 2.0 2.0 2.0 Count",
                        "IteratorAgeMilliseconds", "1.0 1000.0 1000.0 1000.0 Milliseconds"),
                own(OF_SHARD));
    }

    @Test
    void recordsOfKafkasProducersAreIncoming() throws Exception {
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        server.call("EnableEnhancedMonitoring", "{\"StreamName\":\"s\",\"ShardLevelMetrics\":[\"ALL\"]}");
        server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"YWFh\"}");
        var value = MemorySegment.ofArray("value".getBytes(UTF_8));
        var batch =
                new BatchBuilder(1).add(1, value, value).add(1, value, value).build();
        var stream = server.broker().catalog().stream("s").orElseThrow();
        server.broker()
                .partition(stream.id(), 0)
                .orElseThrow()
                .log()
                .append(batch)
                .join();

        assertEquals("2.0 3.0 1.0 2.0 Count", own(OF_S).get("IncomingRecords"));
        assertEquals("2.0 3.0 1.0 2.0 Count", own(OF_SHARD).get("IncomingRecords"));
        long bytes = 4 + batch.byteSize();
        assertTrue(own(OF_S).get("IncomingBytes").startsWith("2.0 %d.0 4.0".formatted(bytes)), own(OF_S)::toString);
    }
}
