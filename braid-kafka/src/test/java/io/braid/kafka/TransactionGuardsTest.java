package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.server.common.TransactionVersion;
import org.apache.kafka.storage.internals.log.VerificationGuard;
import org.junit.jupiter.api.Test;

/// What a coordinator's partition refuses by itself, before the log would: no refusal of the log may ever come
/// late.
class TransactionGuardsTest {
    private static final long PRODUCER = 7;

    private final FakeStateLog log = new FakeStateLog().hold();
    private final List<Long> committed = new ArrayList<>();
    private int reloads;
    private final StatePartition partition = new StatePartition(new TopicPartition("state", 0), log, () -> reloads++);

    TransactionGuardsTest() {
        partition.listen(committed::add);
    }

    @Test
    void aBatchBeginsATransactionIfItsCoordinatorWasAsked() {
        assertEquals(1, append(0, ask()));
        assertEquals(2, append(0, VerificationGuard.SENTINEL), "it has begun, although the log does not know yet");
        log.turn();
        log.turn();
        assertEquals(3, append(0, VerificationGuard.SENTINEL));
    }

    @Test
    void aBatchWhoseCoordinatorWasNotAskedBeginsNone() {
        assertThrows(InvalidTxnStateException.class, () -> append(0, VerificationGuard.SENTINEL));
    }

    @Test
    void aBatchWhoseTransactionEndedSinceIsRefused() {
        append(0, ask());
        var late = ask();
        end(0, TransactionVersion.TV_0);
        log.turn();
        log.turn();

        assertThrows(ConcurrentTransactionsException.class, () -> append(0, late));
        var next = ask();
        assertThrows(ConcurrentTransactionsException.class, () -> append(0, late), "others asked about the next one");
        assertEquals(3, append(0, next));
    }

    @Test
    void whoAsksAgainAfterTheEndMayBeginTheNextOne() {
        append(0, ask());
        var early = ask();
        end(0, TransactionVersion.TV_0);
        log.turn();
        log.turn();

        var again = partition.guards().askAgain(PRODUCER, early);

        assertEquals(3, append(0, again));
    }

    @Test
    void nothingIsWrittenBehindAnEndThatIsUnderWay() {
        append(0, ask());
        end(0, TransactionVersion.TV_0);
        var next = ask();

        assertThrows(ConcurrentTransactionsException.class, () -> append(0, next));
        log.turn();
        log.turn();
        assertEquals(3, append(0, next));
    }

    @Test
    void aFencedProducersBatchIsRefusedEvenIfTheLogDoesNotKnowYet() {
        append(0, ask());
        end(1, TransactionVersion.TV_2);

        assertThrows(InvalidProducerEpochException.class, () -> append(0, ask()));
        log.turn();
        log.turn();
        assertThrows(InvalidProducerEpochException.class, () -> append(0, ask()));
        assertEquals(List.of(1L, 2L), committed);
        assertEquals(0, reloads);
    }

    @Test
    void aBatchOfANewEpochWaitsForTheEndOfTheOldOnesTransaction() {
        append(0, ask());
        log.turn();

        assertThrows(ConcurrentTransactionsException.class, () -> append(1, ask()));
    }

    @Test
    void anEndThatIsWrittenAlreadyIsRefused() {
        append(0, ask());
        end(1, TransactionVersion.TV_2);

        assertThrows(InvalidProducerEpochException.class, () -> end(1, TransactionVersion.TV_2));
        log.turn();
        log.turn();
        assertThrows(InvalidProducerEpochException.class, () -> end(1, TransactionVersion.TV_2));
        assertThrows(InvalidProducerEpochException.class, () -> end(0, TransactionVersion.TV_0));
        assertEquals(0, reloads);
    }

    @Test
    void oneWhoIsRefusedByTheCoordinatorTakesNothingFromOthers() {
        var first = ask();
        partition.guards().refused(PRODUCER, ask());

        assertEquals(1, append(0, first));
    }

    @Test
    void nothingIsRememberedOfThoseWhoWereRefused() {
        var guard = ask();
        partition.guards().refused(PRODUCER, guard);

        assertThrows(ConcurrentTransactionsException.class, () -> append(0, guard));
    }

    private VerificationGuard ask() {
        return partition.guards().ask(PRODUCER);
    }

    private long append(int epoch, VerificationGuard guard) {
        var records = MemoryRecords.withTransactionalRecords(
                Compression.NONE, PRODUCER, (short) epoch, 0, new SimpleRecord("offset".getBytes()));
        return partition.append(records, guard, TransactionVersion.TV_UNKNOWN);
    }

    private long end(int epoch, TransactionVersion version) {
        var records = MemoryRecords.withEndTransactionMarker(
                0, PRODUCER, (short) epoch, new EndTransactionMarker(ControlRecordType.COMMIT, 0));
        return partition.append(records, VerificationGuard.SENTINEL, version.featureLevel());
    }
}
