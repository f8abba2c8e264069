package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.waiters.KinesisWaiter;

/// A server with Amazon's limits and states: Amazon's SDK waits, and is told what it throws on
/// Amazon's.
class LikeAmazonTest {
    private static final int MIB = 1 << 20;

    @Test
    void programsMeetAmazonsStatesAndLimits() throws Exception {
        try (var server = RunningServer.start(
                        "like-amazon", "--set", "kinesis.limits=amazon", "--set", "kinesis.lifecycle-delay=300ms");
                var client = Kinesis.sync(server.endpoint());
                var waiter = waiter(client)) {
            client.createStream(r -> r.streamName("s").shardCount(1));
            waiter.waitUntilStreamExists(r -> r.streamName("s"));

            var tooMuch = assertThrows(ProvisionedThroughputExceededException.class, () -> often(() -> put(client)));
            assertTrue(tooMuch.getMessage().contains("Rate exceeded for shard shardId-000000000000"));
            var tooOften = assertThrows(LimitExceededException.class, () -> often(client::describeLimits));
            assertTrue(tooOften.getMessage().contains("Rate exceeded for account 000000000000."));

            client.deleteStream(r -> r.streamName("s"));
            waiter.waitUntilStreamNotExists(r -> r.streamName("s"));
        }
    }

    /// Until it is too often, however slow this machine is.
    private static void often(Runnable call) {
        for (int i = 0; i < 1000; i++) call.run();
    }

    private static void put(KinesisClient client) {
        client.putRecord(r -> r.streamName("s").partitionKey("k").data(Kinesis.bytes("x".repeat(MIB - 1))));
    }

    /// Amazon's waiter, that looks more often.
    private static KinesisWaiter waiter(KinesisClient client) {
        return KinesisWaiter.builder()
                .client(client)
                .overrideConfiguration(
                        override -> override.backoffStrategyV2(BackoffStrategy.fixedDelay(Duration.ofMillis(100))))
                .build();
    }
}
