package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the owner of a channel sees while its bucket is not there.
class ChannelTroubleTest {
    private static final Pattern ARN = Pattern.compile("\"ChannelARN\":\"([^\"]*)\"");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aChannelWhoseBucketIsAwayIsActiveAndSaysWhyNothingComes(@TempDir Path directory) throws Exception {
        try (var server = new TestServer(directory)) {
            server.call("CreateStream", """
                {"StreamName":"orders","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}\
                """);
            var created = server.call("CreateChannel", """
                {"ChannelName":"to-s3","ServiceExecutionRoleARN":"arn:aws:iam::123456789012:role/delivers",
                 "StreamConfigurationList":[{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders",
                   "RecordConfiguration":{"RecordFormatType":"BYTE_ARRAY"}}],
                 "S3DestinationConfiguration":{"DataFreshnessInSeconds":1,"StorageConfiguration":{
                   "BucketARN":"arn:aws:s3:::nowhere","ExpectedBucketOwner":"123456789012",
                   "CompressionType":"NONE"}}}
                """).body();
            var arn = ARN.matcher(created).results().findFirst().orElseThrow().group(1);
            var put = server.call("PutRecord", """
                {"StreamName":"orders","PartitionKey":"a","Data":"MQ=="}\
                """);
            assertEquals(200, put.statusCode(), put.body());

            var described = describe(server, arn);
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!described.contains("ChannelStatusReason") && System.nanoTime() < end) {
                server.pass(Duration.ofSeconds(2)); // until it has been looked at, and is due
                LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                described = describe(server, arn);
            }

            assertTrue(
                    described.contains("\"ChannelStatus\":\"ACTIVE\",\"ChannelStatusReason\":\"Delivery is tried again:"
                            + " s3://nowhere: there is no such bucket\""),
                    described);
        }
    }

    private static String describe(TestServer server, String arn) throws Exception {
        return server.call("DescribeChannel", "{\"ChannelARN\":\"%s\"}".formatted(arn))
                .body();
    }
}
