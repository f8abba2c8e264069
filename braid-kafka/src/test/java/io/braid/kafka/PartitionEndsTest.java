package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.broker.NewStream;
import io.braid.log.BatchBuilder;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionLog;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Ends of transactions in a real log.
@Timeout(60)
class PartitionEndsTest {
    private static final long PRODUCER = 7;
    private static final TopicPartition S0 = new TopicPartition("s", 0);
    private static final TopicPartition S1 = new TopicPartition("s", 1);
    private static final TopicPartition GONE = new TopicPartition("gone", 0);

    private Log log;
    private Broker broker;
    private PartitionEnds ends;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        log = Log.open(new LogConfig(directory), InstantSource.system());
        broker = Broker.open(log, BrokerConfig.DEFAULT, InstantSource.system(), new SplittableRandom(1));
        broker.create(NewStream.of("s", 2));
        var config = TestServer.config(KafkaListener.Limits.DEFAULT, true);
        ends = new PartitionEnds(broker, GroupServer.groups(broker, config));
    }

    @AfterEach
    void close() throws Exception {
        broker.close();
        log.close();
    }

    @Test
    void aTransactionIsOpenFromItsFirstRecordToItsEnd() throws Exception {
        assertFalse(ends.isOpen(S0, PRODUCER));
        begin();

        assertTrue(ends.isOpen(S0, PRODUCER));
        assertFalse(ends.isOpen(S1, PRODUCER));
        assertFalse(ends.isOpen(GONE, PRODUCER));

        assertEquals(Errors.NONE, write(S0, 0, false));
        assertFalse(ends.isOpen(S0, PRODUCER));
        assertEquals(2, partition().lastStable());
    }

    @Test
    void anEndWithAnEpochOfItsOwnIsWrittenOnce() throws Exception {
        begin();

        assertEquals(Errors.NONE, write(S0, 1, true));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, write(S0, 1, true));
        assertEquals(2, partition().end());
    }

    @Test
    void aPartitionThatIsGoneIsUnknownAndStateStreamsHaveNoTransactions() throws Exception {
        assertEquals(Errors.UNKNOWN_TOPIC_OR_PARTITION, write(GONE, 1, true));
        StateStream.compacted(broker, TransactionCoordination.STREAM, TransactionCoordination.CODEC)
                .open(1, 1 << 20);
        assertEquals(
                Errors.INVALID_TOPIC_EXCEPTION, write(new TopicPartition(TransactionCoordination.STREAM, 0), 1, true));
    }

    private void begin() throws Exception {
        var batch = new BatchBuilder(1)
                .producer(PRODUCER, (short) 0, 0)
                .transactional()
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build();
        partition().append(batch, partition().transaction(PRODUCER)).get(20, TimeUnit.SECONDS);
    }

    private Errors write(TopicPartition partition, int epoch, boolean isNewEpoch) throws Exception {
        return ends.write(partition, new EndOfTransaction(PRODUCER, (short) epoch, true, isNewEpoch, 1))
                .get(20, TimeUnit.SECONDS);
    }

    private PartitionLog partition() {
        return broker.partition("s", 0).orElseThrow().log();
    }
}
