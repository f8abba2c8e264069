package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.BrokerConfig;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A new producer has several batches under way, and the first of them is refused: what comes behind it must not be
/// taken for its beginning. The first could not be written any more, and where the client gives it up and numbers anew
/// what follows, what it sends later would be taken for a repetition of what is here, and be acknowledged unwritten.
@Timeout(120)
class RefusedBeginningTest {
    private static final long TOO_OLD = 1; // of 1970
    private static final int BATCH_BYTES_MAX = 1000;
    private static final long PRODUCER = 7;

    @TempDir
    private Path directory;

    private final TestClock clock = new TestClock();
    private TestServer server;

    @BeforeEach
    void start() throws IOException {
        var config = TestServer.config(KafkaListener.Limits.DEFAULT, true);
        server = TestServer.start(directory, config, BrokerConfig.DEFAULT, clock);
        server.broker()
                .create(new NewStream(
                        "orders",
                        Stream.Kind.USER,
                        Stream.Mode.PROVISIONED,
                        1,
                        Map.of(
                                "message.timestamp.before.max.ms",
                                "3600000",
                                "max.message.bytes",
                                Integer.toString(BATCH_BYTES_MAX))));
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    @Test
    void behindARecordThatIsTooOld() throws Exception {
        assertFirstIsWaitedFor(Errors.INVALID_TIMESTAMP, record(TOO_OLD, 1));
    }

    @Test
    void behindABatchThatIsTooLarge() throws Exception {
        assertFirstIsWaitedFor(Errors.MESSAGE_TOO_LARGE, record(clock.millis(), BATCH_BYTES_MAX));
    }

    @Test
    void behindABatchThatWasDamagedOnItsWay() throws Exception {
        var damaged = batch(0, record(clock.millis(), 1));
        damaged.buffer().put(damaged.sizeInBytes() - 1, (byte) 1);

        assertFirstIsWaitedFor(Errors.CORRUPT_MESSAGE, damaged);
    }

    private void assertFirstIsWaitedFor(Errors refusal, SimpleRecord first) throws IOException {
        assertFirstIsWaitedFor(refusal, batch(0, first));
    }

    private void assertFirstIsWaitedFor(Errors refusal, MemoryRecords first) throws IOException {
        var good = record(clock.millis(), 1);
        try (var wire = new Wire(server.listener().address())) {
            assertEquals(refusal, produce(wire, first));
            assertEquals(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, produce(wire, batch(1, good)));
            assertEquals(Errors.NONE, produce(wire, batch(0, good)));
            assertEquals(Errors.NONE, produce(wire, batch(1, good)));
        }
        assertEquals(
                2, server.broker().partition("orders", 0).orElseThrow().log().end());
    }

    private static SimpleRecord record(long millis, int bytes) {
        return new SimpleRecord(millis, new byte[bytes]);
    }

    private static MemoryRecords batch(int sequence, SimpleRecord record) {
        return MemoryRecords.withIdempotentRecords(Compression.NONE, PRODUCER, (short) 0, sequence, record);
    }

    private static Errors produce(Wire wire, MemoryRecords batch) throws IOException {
        return Errors.forCode(wire.produce("orders", 0, batch).errorCode());
    }
}
