package io.braid.kafka;

import io.braid.broker.BatchFault;
import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Duplicate;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.AppendOutcome.Unknown;
import org.apache.kafka.common.protocol.Errors;

/// The one place where append outcomes become Kafka error codes. What a Java producer does next stands beside
/// each: it retries what Kafka calls retriable until `delivery.timeout.ms`, and fails the record otherwise.
final class ProduceErrors {
    private static final short FIRST_VERSION_WITH_STORAGE_ERROR = 4;

    private ProduceErrors() {}

    static Errors of(AppendOutcome outcome, short version) {
        return switch (outcome) {
            case Appended _, Duplicate _ -> Errors.NONE;
            case Refused(Reason reason, String _) -> of(reason, version);
            case Unknown _ -> storageError(version); // retries, with the same sequence numbers
        };
    }

    /// The same for a batch of a transaction. Where the log says that it is in none, an end was written
    /// after the log was looked at: that of the transaction before, or the batch's own. The client is to
    /// send it again: the coordinator is asked again then, and knows which.
    static Errors ofTransactional(AppendOutcome outcome, short version) {
        boolean isAgain = outcome instanceof Refused(Reason reason, String _) && reason == Reason.NOT_IN_TRANSACTION;
        return isAgain ? Errors.NOT_ENOUGH_REPLICAS : of(outcome, version);
    }

    /// Clients of before do not know it, and would give up; what Kafka tells them has them ask for metadata and retry.
    private static Errors storageError(short version) {
        return version < FIRST_VERSION_WITH_STORAGE_ERROR ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.KAFKA_STORAGE_ERROR;
    }

    private static Errors of(Reason reason, short version) {
        return switch (reason) {
            case OVERLOADED -> Errors.REQUEST_TIMED_OUT; // the client's own word for "try again"
            case DISK_FULL -> storageError(version); // asks for metadata, retries
            case NOT_OWNER -> Errors.NOT_LEADER_OR_FOLLOWER; // asks for metadata, retries
            case CORRUPT -> Errors.CORRUPT_MESSAGE; // retries: the network may have done it
            case TOO_LARGE -> Errors.MESSAGE_TOO_LARGE; // splits the batch if it can, or fails
            case OUT_OF_SEQUENCE -> Errors.OUT_OF_ORDER_SEQUENCE_NUMBER; // retries if an earlier batch is under way
            case FENCED -> Errors.INVALID_PRODUCER_EPOCH; // asks for a new producer id, retries
            case NOT_IN_TRANSACTION -> Errors.INVALID_TXN_STATE; // aborts, begins anew
            case NOT_NEXT -> Errors.UNKNOWN_SERVER_ERROR; // an append without an expected offset never gets it
        };
    }

    /// All but the size fail the records named for good, and those around them with another message.
    static Errors of(BatchFault fault) {
        return switch (fault.kind()) {
            case TIME -> Errors.INVALID_TIMESTAMP;
            case SIZE -> Errors.MESSAGE_TOO_LARGE; // splits the batch if it can, or fails
            case CONTENT -> Errors.INVALID_RECORD;
        };
    }

    /// For people, in Kafka's words where programs may look at them.
    static String detail(BatchFault fault) {
        boolean isByRecord =
                fault.kind() == BatchFault.Kind.TIME && !fault.records().isEmpty();
        return isByRecord ? "One or more records have been rejected due to invalid timestamp" : fault.detail();
    }

    /// For people; empty if there is nothing to say.
    static String detail(AppendOutcome outcome) {
        return switch (outcome) {
            case Appended _, Duplicate _ -> "";
            case Refused(Reason _, String detail) -> detail;
            case Unknown(var cause) -> "the storage failed, the record may or may not be there: " + cause.getMessage();
        };
    }
}
