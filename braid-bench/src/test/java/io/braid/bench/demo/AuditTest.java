package io.braid.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whatever goes wrong between the two protocols, one of the three findings says so.
class AuditTest {
    private static final List<Event> SENT =
            List.of(new Event("1", "a", "a1"), new Event("2", "b", "b1"), new Event("3", "a", "a2"));
    private static final List<Arrival> RECEIVED =
            List.of(new Arrival(1, 0, "b", "b1"), new Arrival(0, 1, "a", "a2"), new Arrival(0, 0, "a", "a1"));

    @Test
    void equalIsEqualWhateverTheOrderOfArrival() {
        assertTrue(Audit.compare(SENT, RECEIVED).stream().allMatch(Audit.Finding::isGood));
    }

    @Test
    void aLostRecordIsFound() {
        assertEquals(List.of(false, false, false), verdicts(RECEIVED.subList(1, 3)));
    }

    @Test
    void aRecordDeliveredTwiceIsFound() {
        var received = new ArrayList<>(RECEIVED);
        received.add(RECEIVED.getFirst());

        assertEquals(List.of(false, false, false), verdicts(received));
    }

    @Test
    void aRecordDeliveredTwiceInPlaceOfALostOneIsFound() {
        var received = new ArrayList<>(RECEIVED.subList(1, 3));
        received.add(RECEIVED.getLast());

        assertEquals(List.of(false, false, false), verdicts(received));
    }

    @Test
    void recordsOfOneKeyOutOfOrderAreFound() {
        var received =
                List.of(new Arrival(1, 0, "b", "b1"), new Arrival(0, 0, "a", "a2"), new Arrival(0, 1, "a", "a1"));

        assertEquals(List.of(true, false, false), verdicts(received));
    }

    @Test
    void aChangedValueIsFound() {
        var received = new ArrayList<>(RECEIVED);
        received.set(0, new Arrival(1, 0, "b", "B1"));

        assertEquals(List.of(true, false, false), verdicts(received));
    }

    @Test
    void aRecordUnderAKeyThatWasNeverPutIsFound() {
        var received = new ArrayList<>(RECEIVED);
        received.add(new Arrival(2, 0, "c", "c1"));

        assertEquals(List.of(false, true, false), verdicts(received));
    }

    private static List<Boolean> verdicts(List<Arrival> received) {
        return Audit.compare(SENT, received).stream().map(Audit.Finding::isGood).toList();
    }
}
