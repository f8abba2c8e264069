package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.kafka.ShareSessions.Key;
import io.braid.kafka.ShareSessions.Part;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidShareSessionEpochException;
import org.apache.kafka.common.errors.ShareSessionLimitReachedException;
import org.apache.kafka.common.errors.ShareSessionNotFoundException;
import org.junit.jupiter.api.Test;

class ShareSessionsTest {
    private static final Key ANN = new Key("g", "ann");
    private static final Key BOB = new Key("g", "bob");
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final Part FIRST = new Part(TOPIC, 0);
    private static final Part SECOND = new Part(TOPIC, 1);

    private final ShareSessions sessions = new ShareSessions(1);

    @Test
    void requestsNameWhatChanges() {
        assertEquals(
                List.of(FIRST),
                sessions.open(ANN, 0, "c", List.of(FIRST), List.of()).parts());

        assertEquals(
                List.of(FIRST, SECOND),
                sessions.open(ANN, 1, "c", List.of(SECOND), List.of()).parts());
        assertEquals(
                List.of(SECOND),
                sessions.open(ANN, 2, "c", List.of(), List.of(FIRST)).parts());
        assertEquals(
                List.of(SECOND),
                sessions.open(ANN, 3, "c", List.of(), List.of()).parts());
    }

    @Test
    void aPartitionThatIsOnlyAcknowledgedIsNamedAndForgottenInOneRequest() {
        sessions.open(ANN, 0, "c", List.of(FIRST), List.of());

        assertEquals(
                List.of(FIRST),
                sessions.open(ANN, 1, "c", List.of(SECOND), List.of(SECOND)).parts());
    }

    @Test
    void fetchesAndAcknowledgementsCountTogether() {
        sessions.open(ANN, 0, "c", List.of(FIRST), List.of());

        sessions.acknowledge(ANN, 1);

        assertThrows(InvalidShareSessionEpochException.class, () -> sessions.acknowledge(ANN, 1));
        assertThrows(InvalidShareSessionEpochException.class, () -> sessions.open(ANN, 1, "c", List.of(), List.of()));
        sessions.open(ANN, 2, "c", List.of(), List.of());
    }

    @Test
    void anAcknowledgementDoesNotBeginASession() {
        assertThrows(InvalidShareSessionEpochException.class, () -> sessions.acknowledge(ANN, 0));
        assertThrows(ShareSessionNotFoundException.class, () -> sessions.acknowledge(ANN, 1));
    }

    @Test
    void aLastRequestLeavesTheSessionToBeEnded() {
        sessions.open(ANN, 0, "c", List.of(FIRST), List.of());

        assertTrue(sessions.acknowledge(ANN, -1).isLast());

        assertEquals(List.of(FIRST), sessions.end(ANN));
        assertEquals(List.of(), sessions.end(ANN));
        assertThrows(ShareSessionNotFoundException.class, () -> sessions.acknowledge(ANN, -1));
    }

    @Test
    void thereAreNoMoreThanAllowedButAMemberMayBeginAgain() {
        sessions.open(ANN, 0, "c", List.of(FIRST), List.of());

        sessions.open(ANN, 0, "c", List.of(SECOND), List.of());

        assertThrows(
                ShareSessionLimitReachedException.class, () -> sessions.open(BOB, 0, "d", List.of(FIRST), List.of()));
    }

    @Test
    void aConnectionsSessionsAreFoundByIt() {
        sessions.open(ANN, 0, "c", List.of(FIRST), List.of());

        assertEquals(List.of(ANN), sessions.of("c"));
        assertEquals(List.of(), sessions.of("d"));
        assertTrue(sessions.has("g"));
        sessions.end(ANN);
        assertFalse(sessions.has("g"));
    }

    @Test
    void aClientHearsOfAPartitionWhenThereIsSomethingToHear() {
        var first = sessions.open(ANN, 0, "c", List.of(FIRST), List.of());
        assertTrue(sessions.tell(first, FIRST, false, false), "the first response has everything");
        var second = sessions.open(ANN, 1, "c", List.of(SECOND), List.of());

        assertFalse(sessions.tell(second, FIRST, false, false), "nothing is new");
        assertTrue(sessions.tell(second, FIRST, true, false), "there are records");
        assertTrue(sessions.tell(second, SECOND, false, false), "it was added");
        assertFalse(sessions.tell(second, SECOND, false, false), "nothing is new");
        assertTrue(sessions.tell(second, SECOND, false, true), "something is wrong");
        assertTrue(sessions.tell(second, SECOND, false, false), "it no longer is");
        assertFalse(sessions.tell(second, SECOND, false, false), "nothing is new");
    }
}
