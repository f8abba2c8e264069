package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// `kill -9` of the real process, at random moments, while clients of both protocols write, with and
/// without transactions: on one directory and the same ports, life after life. Then every record that was
/// ever acknowledged is there exactly once and in order, all of every transaction that was committed, and
/// nothing of the others.
///
/// `-Dlives=200` lets it live longer (or `-Psoak`, for 300 lives), `-Dseed=...` kills at the moments of an
/// earlier run; what the clients do in between follows no seed, so a seed narrows a failure down and does
/// not repeat it.
class CrashTest {
    private static final int LIVES = Integer.getInteger("lives", 12);
    private static final String SEED = System.getProperty("seed", "");

    /// A life is this long after the server is ready, at most: long enough for some thousand records, short
    /// enough that recovery is a large part of all that happens.
    private static final Duration LIFE_MAX = Duration.ofMillis(1_500);

    @Test
    void whatWasAcknowledgedIsThereOnceAndInOrderAfterEveryKill() throws Exception {
        long seed = SEED.isBlank() ? System.nanoTime() : Long.parseLong(SEED);
        System.out.printf("crash test: %d lives, -Dseed=%d%n", LIVES, seed);
        var random = new Random(seed);
        try (var server = RunningServer.startToBeKilled("crash")) {
            try (var kafka = new KafkaLoad(server.kafka());
                    var kinesis = new KinesisLoad(server.endpoint());
                    var transactions = new TransactionLoad(server.kafka(), new Random(random.nextLong()))) {
                for (int life = 1; life <= LIVES; life++) {
                    long lived = random.nextLong(LIFE_MAX.toMillis());
                    await(kafka, kinesis, transactions, Duration.ofMillis(lived));
                    server.kill();
                    server.live();
                }
                kafka.stop();
                kinesis.stop();
                transactions.stop();
                assertTrue(kafka.acknowledged() > 0 && kinesis.acknowledged() > 0, "nothing was written");
                System.out.printf(
                        "crash test: %d records acknowledged to Kafka, %d to Kinesis; %s%n",
                        kafka.acknowledged(), kinesis.acknowledged(), transactions);
                kafka.audit();
                kinesis.audit();
                transactions.audit(server.endpoint());
                assertEquals(0, server.stop(), "exit code after SIGTERM");
                transactions.auditEnds(server.data());
            } catch (Throwable e) {
                server.keepEvidence();
                throw new AssertionError("with -Dseed=" + seed + ", log " + server.log(), e);
            }
        }
    }

    /// Waits until all loads have got on in this life, so that none is only a start and an end, and then
    /// for `more`.
    private static void await(KafkaLoad kafka, KinesisLoad kinesis, TransactionLoad transactions, Duration more) {
        long kafkaBefore = kafka.acknowledged();
        long kinesisBefore = kinesis.acknowledged();
        long committedBefore = transactions.committed();
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (kafka.acknowledged() == kafkaBefore
                || kinesis.acknowledged() == kinesisBefore
                || transactions.committed() == committedBefore) {
            assertTrue(
                    System.nanoTime() < end,
                    () -> "no progress for a minute: " + kafka + ", " + kinesis + ", " + transactions);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        long until = System.nanoTime() + more.toNanos();
        while (System.nanoTime() < until) LockSupport.parkNanos(until - System.nanoTime());
    }
}
