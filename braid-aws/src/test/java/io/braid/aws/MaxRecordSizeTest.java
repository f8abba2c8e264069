package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The largest record is the stream's own affair.
class MaxRecordSizeTest {
    private static final int MIB = 1 << 20;
    private static final String ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/s";

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TestServer(directory);
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void oneMebibyteIsTheDefault() throws Exception {
        assertEquals("", fault(put(MIB)));
        assertEquals(
                "{\"__type\":\"ValidationException\",\"message\":\"1 validation error detected: Value"
                        + " 'java.nio.HeapByteBuffer[pos=0 lim=1048577 cap=1048577]' at 'data' failed to satisfy"
                        + " constraint: Member must have length less than or equal to 1048576\"}",
                fault(put(MIB + 1)));
    }

    @Test
    void aRecordOfTenMebibytesIsPutAndGotIfTheStreamTakesIt() throws Exception {
        update(10_240);

        assertEquals("", fault(put(10 * MIB)));

        var iterator = server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];
        var got = server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();
        assertTrue(got.contains("\"Data\":\"" + base64(10 * MIB) + "\""));
    }

    @Test
    void ofManyRecordsTheOnesThatAreTooLargeAreNamed() throws Exception {
        update(2_048);
        var records = "{\"StreamName\":\"s\",\"Records\":[%s,%s,%s]}"
                .formatted(record(2 * MIB), record(2 * MIB + 1), record(1));

        var answer = fault(server.call("PutRecords", records).body());

        assertEquals(
                "{\"__type\":\"ValidationException\",\"message\":\"1 validation error detected: Value"
                    + " 'java.nio.HeapByteBuffer[pos=0 lim=2097153 cap=2097153]' at 'records.2.member.data' failed to"
                    + " satisfy constraint: Member must have length less than or equal to 2097152\"}",
                answer);
    }

    private void update(int kib) throws Exception {
        var answer = server.call(
                "UpdateMaxRecordSize", "{\"StreamARN\":\"%s\",\"MaxRecordSizeInKiB\":%d}".formatted(ARN, kib));
        assertEquals("", answer.body());
    }

    private String put(int bytes) throws Exception {
        var json = "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"%s\"}".formatted(base64(bytes));
        return server.call("PutRecord", json).body();
    }

    private static String record(int bytes) {
        return "{\"PartitionKey\":\"k\",\"Data\":\"%s\"}".formatted(base64(bytes));
    }

    private static String base64(int bytes) {
        return Base64.getEncoder().encodeToString(new byte[bytes]);
    }

    /// The answer if it is an error; else nothing.
    private static String fault(String answer) {
        return answer.startsWith("{\"__type\"") ? answer : "";
    }
}
