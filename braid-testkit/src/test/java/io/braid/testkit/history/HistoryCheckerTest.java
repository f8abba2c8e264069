package io.braid.testkit.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.testkit.history.Operation.Kind;
import io.braid.testkit.history.Operation.Outcome;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// A faultless history, and one of each fault.
class HistoryCheckerTest {
    private static final int READER = 9;

    @Test
    void nothingIsFoundInAFaultlessHistory() {
        assertFinds(
                Set.of(),
                alone(1, sent(10, 0)),
                transaction(2, Outcome.DONE, polled(0, 10), sent(20, 1), sent(21, 3)),
                transaction(2, Outcome.FAILED, polled(1, 20), sent(22, 5), polled(3, 21)),
                transaction(3, Outcome.UNKNOWN, sent(30, 7), sent(31, 8)),
                transaction(4, Outcome.UNKNOWN, sent(40), sent(41)),
                alone(READER, positioned(0), polled(0, 10), polled(1, 20)),
                alone(READER, polled(3, 21), polled(10, 40), polled(11, 41)));
    }

    @Test
    void emptyOperationsThatLookAlikeAreNoCircle() {
        assertFinds(Set.of(), alone(1), alone(1, sent(10, 0)), alone(1), alone(READER, polled(0, 10)));
    }

    @Test
    void twoValuesAtOneOffset() {
        assertFinds(
                Set.of(Anomaly.Kind.INCONSISTENT_OFFSETS),
                alone(1, sent(10)),
                alone(2, sent(20)),
                alone(3, polled(0, 10)),
                alone(READER, polled(0, 20)));
    }

    @Test
    void anAcknowledgementThatNamesAnotherOffset() {
        assertFinds(
                Set.of(Anomaly.Kind.INCONSISTENT_OFFSETS),
                alone(1, sent(10, 0)),
                alone(2, sent(20, 0)),
                alone(READER, polled(0, 10), polled(1, 20)));
    }

    @Test
    void oneValueAtTwoOffsets() {
        assertFinds(Set.of(Anomaly.Kind.DUPLICATE), alone(1, sent(10)), alone(READER, polled(0, 10), polled(1, 10)));
    }

    @Test
    void aValueOfNobody() {
        assertFinds(Set.of(Anomaly.Kind.UNWRITTEN_READ), alone(READER, polled(0, 10)));
    }

    @Test
    void aValueOfAnAbortedTransaction() {
        assertFinds(
                Set.of(Anomaly.Kind.ABORTED_READ),
                transaction(1, Outcome.FAILED, sent(10, 0)),
                alone(READER, polled(0, 10)));
    }

    @Test
    void aTransactionThatSeesItself() {
        assertFinds(
                Set.of(Anomaly.Kind.PRECOMMITTED_READ),
                transaction(1, Outcome.DONE, sent(10, 0), polled(0, 10)),
                alone(READER, polled(0, 10)));
    }

    @Test
    void anAcknowledgedRecordThatIsNotThere() {
        assertFinds(
                Set.of(Anomaly.Kind.LOST_WRITE),
                alone(1, sent(10, 0)),
                alone(1, sent(11, 1)),
                alone(READER, polled(1, 11)));
        assertFinds(Set.of(Anomaly.Kind.LOST_WRITE), transaction(1, Outcome.DONE, sent(10)));
    }

    @Test
    void halfATransaction() {
        assertFinds(
                Set.of(Anomaly.Kind.TORN_TRANSACTION),
                transaction(1, Outcome.UNKNOWN, sent(10), sent(11)),
                alone(READER, polled(0, 10)));
    }

    @Test
    void aRecordThatAConsumerPassesOver() {
        var all = alone(READER, positioned(0), polled(0, 10), polled(1, 11), polled(2, 12));
        var sent = alone(1, sent(10, 0), sent(11, 1), sent(12, 2));
        var skips = Set.of(Anomaly.Kind.POLL_SKIP);

        assertFinds(skips, sent, alone(2, polled(0, 10), polled(2, 12)), all);
        assertFinds(skips, sent, alone(2, polled(0, 10)), alone(2, polled(2, 12)), all);
        assertFinds(skips, sent, alone(2, positioned(1), polled(2, 12)), all);
        assertFinds(Set.of(), sent, alone(2, polled(0, 10), positioned(2), polled(2, 12)), all);
    }

    @Test
    void aConsumerThatGoesBack() {
        var sent = alone(1, sent(10, 0), sent(11, 1));
        var all = alone(READER, polled(0, 10), polled(1, 11));

        assertFinds(Set.of(Anomaly.Kind.NONMONOTONIC_POLL), sent, all, alone(2, polled(1, 11), polled(0, 10)));
        assertFinds(Set.of(), sent, all, alone(2, polled(1, 11), positioned(0), polled(0, 10)));
    }

    @Test
    void recordsThatChangePlaces() {
        var all = alone(READER, polled(0, 10), polled(1, 11));

        assertFinds(Set.of(Anomaly.Kind.NONMONOTONIC_SEND), alone(1, sent(11, 1)), alone(1, sent(10, 0)), all);
        assertFinds(Set.of(Anomaly.Kind.NONMONOTONIC_SEND), alone(1, sent(11), sent(10)), all);
    }

    @Test
    void transactionsThatSeeEachOther() {
        assertFinds(
                Set.of(Anomaly.Kind.CIRCULAR_READ),
                transaction(1, Outcome.DONE, sent(10, 0), polled(1, 20)),
                transaction(2, Outcome.DONE, sent(20, 1), polled(0, 10)),
                alone(READER, polled(0, 10), polled(1, 20)));
    }

    @Test
    void aProcessThatSawItsFuture() {
        assertFinds(
                Set.of(Anomaly.Kind.CIRCULAR_READ),
                alone(1, polled(0, 20)),
                alone(1, sent(10, 1)),
                transaction(2, Outcome.DONE, polled(1, 10), sent(20, 0)),
                alone(READER, polled(0, 20), polled(1, 10)));
    }

    @Test
    void aLongWayRound() {
        int length = 100_000;
        var history = IntStream.range(0, length).mapToObj(i -> {
            int before = (i + length - 1) % length;
            return transaction(i, Outcome.DONE, polled(before, before), sent(i, i));
        });

        var found = HistoryChecker.check(history.toList());

        assertEquals(
                List.of(Anomaly.Kind.CIRCULAR_READ),
                found.stream().map(Anomaly::kind).toList());
    }

    @Test
    void valuesMustDiffer() {
        var twice = List.of(alone(1, sent(10)), alone(2, sent(10)));

        assertThrows(IllegalArgumentException.class, () -> HistoryChecker.check(twice));
    }

    private static void assertFinds(Set<Anomaly.Kind> kinds, Operation... history) {
        var found = HistoryChecker.check(List.of(history));
        assertEquals(kinds, found.stream().map(Anomaly::kind).collect(Collectors.toSet()), found::toString);
    }

    private static Operation alone(int process, Step... steps) {
        return new Operation(process, Kind.ALONE, Outcome.DONE, List.of(steps));
    }

    private static Operation transaction(int process, Outcome outcome, Step... steps) {
        return new Operation(
                process, Kind.TRANSACTION, outcome, Stream.of(steps).toList());
    }

    private static Step sent(long value, long offset) {
        return new Step.Sent("p", value, OptionalLong.of(offset));
    }

    private static Step sent(long value) {
        return new Step.Sent("p", value, OptionalLong.empty());
    }

    private static Step polled(long offset, long value) {
        return new Step.Polled("p", offset, value);
    }

    private static Step positioned(long offset) {
        return new Step.Positioned("p", offset);
    }
}
