package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// How long a record takes from before it is put to the event that brings it, with Amazon's clients on both ends, and
/// how long to the answer. Prints both; nothing is demanded, as the machine decides.
/// `-Dbraid.test.args=-Dfanout.puts=5000`
/// takes more than the few that keep this alive.
@ExtendWith(OneServer.class)
class FanOutDelayTest {
    private static final int PUTS = Integer.getInteger("fanout.puts", 200);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    @Test
    void everyPutComesAndItsDelayIsTold(RunningServer server) throws Exception {
        try (var client = Kinesis.sync(server.endpoint());
                var subscribing = FanOut.client(server.endpoint())) {
            var stream = Kinesis.create(client, "fan-out-delay", 1);
            var consumer = FanOut.register(client, stream, "reader");
            var reader = FanOut.subscribe(
                    subscribing, consumer, "shardId-000000000000", FanOut.from(ShardIteratorType.LATEST));
            reader.event();
            var events = new long[PUTS];
            var answers = new long[PUTS];

            for (int i = 0; i < PUTS; i++) {
                long before = System.nanoTime();
                var data = ByteBuffer.allocate(1024).putLong(0, before);
                client.putRecord(r -> r.streamName(stream).partitionKey("k").data(SdkBytes.fromByteBuffer(data)));
                answers[i] = System.nanoTime() - before;
                var event = reader.event();
                while (event.records().isEmpty()) event = reader.event();
                assertEquals(
                        before, event.records().getFirst().data().asByteBuffer().getLong(0));
                events[i] = reader.arrivedNanos() - before;
                LockSupport.parkNanos(PAUSE_NANOS);
            }

            reader.cancel();
            tell("put to event ", events);
            tell("put to answer", answers);
        }
    }

    private static void tell(String what, long[] nanos) {
        Arrays.sort(nanos);
        System.out.printf(
                "%s, %d puts of 1 KB: p50 %.2f ms, p99 %.2f ms, most %.2f ms%n",
                what, PUTS, nanos[PUTS / 2] / 1e6, nanos[PUTS * 99 / 100] / 1e6, nanos[PUTS - 1] / 1e6);
    }
}
