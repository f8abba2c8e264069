package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import java.io.IOException;
import org.apache.kafka.common.errors.InvalidMetadataException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/// What a producer is told, where that is not plain from the table in [ProduceErrors].
class ProduceErrorsTest {
    private static final short NEWEST = ApiKeys.PRODUCE.latestVersion();

    @Test
    void aProducerRetriesWhenTheDiskIsFullOrFailed() {
        for (var outcome : new AppendOutcome[] {
            new Refused(Reason.DISK_FULL, "12 MiB are free"), new AppendOutcome.Unknown(new IOException("sync failed"))
        }) {
            assertEquals(Errors.KAFKA_STORAGE_ERROR, ProduceErrors.of(outcome, NEWEST));
            assertEquals(Errors.KAFKA_STORAGE_ERROR, ProduceErrors.of(outcome, (short) 4));
            assertEquals(Errors.NOT_LEADER_OR_FOLLOWER, ProduceErrors.of(outcome, (short) 3), "knows no other");
        }
        assertInstanceOf(InvalidMetadataException.class, Errors.KAFKA_STORAGE_ERROR.exception(), "a retriable one");
        assertInstanceOf(InvalidMetadataException.class, Errors.NOT_LEADER_OR_FOLLOWER.exception());
    }

    @Test
    void aBatchThatAnEndOvertookIsSentAgainAndOneOutsideOfTheTransactionIsNot() {
        var outcome = new Refused(Reason.NOT_IN_TRANSACTION, "it ended before the batch came");

        assertEquals(Errors.NOT_ENOUGH_REPLICAS, ProduceErrors.ofTransactional(outcome, NEWEST));
        assertInstanceOf(RetriableException.class, Errors.NOT_ENOUGH_REPLICAS.exception());
        assertEquals(Errors.INVALID_TXN_STATE, ProduceErrors.of(outcome, NEWEST));
        var fenced = new Refused(Reason.FENCED, "it has a successor");
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, ProduceErrors.ofTransactional(fenced, NEWEST));
    }
}
