package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.LogConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What those who put records are told when the disk is nearly full: that it is no fault of theirs, and to try again.
class FullDiskTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path directory;

    @Test
    void aPutIsAnsweredAsAServicesTemporaryTrouble() throws Exception {
        long free = Files.getFileStore(directory).getUsableSpace(); // half of what is to be kept free
        var config =
                new LogConfig(directory, 1, 8 * MIB, MIB, 2 * MIB, 100, 4 * MIB, 10, 1000, 1000, 1000, 2 * free, MIB);
        try (var server = new TestServer(config, AwsConfig.DEFAULT)) {
            server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");

            var one = server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"a\",\"Data\":\"YQ==\"}");
            var many = server.call(
                    "PutRecords",
                    "{\"StreamName\":\"s\",\"Records\":[{\"PartitionKey\":\"a\",\"Data\":\"YQ==\"},"
                            + "{\"PartitionKey\":\"b\",\"Data\":\"YQ==\"}]}");

            assertEquals(503, one.statusCode());
            var fault = "{\"__type\":\"ServiceUnavailable\",\"message\":\"the disk is nearly full: ";
            assertTrue(one.body().startsWith(fault), one::body);
            assertEquals(200, many.statusCode());
            var failed = "{\"ErrorCode\":\"InternalFailure\",\"ErrorMessage\":\"the disk is nearly full: ";
            assertEquals(3, many.body().split(java.util.regex.Pattern.quote(failed)).length, many::body);
            assertTrue(many.body().endsWith("\"FailedRecordCount\":2}"), many::body);
        }
    }
}
