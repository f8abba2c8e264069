package io.braid.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Comparator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DatasetTest {
    @Test
    void flightsAreThere() throws IOException {
        var events = Dataset.FLIGHTS.events();

        assertEquals(20_000, events.size());
        assertEquals(
                new Event(
                        "2001-01-01T00:47",
                        "DTW",
                        "{\"time\":\"2001-01-01T00:47\",\"origin\":\"DTW\",\"destination\":\"LAS\",\"delay\":66,\"distance\":1750}"),
                events.getFirst());
    }

    @Test
    void earthquakesAreThere() throws IOException {
        var events = Dataset.EARTHQUAKES.events();

        assertEquals(1_707, events.size());
        assertEquals("ci", events.getLast().key());
    }

    @ParameterizedTest
    @EnumSource
    void eventsComeInTheOrderOfTheirTimes(Dataset dataset) throws IOException {
        var events = dataset.events();

        assertEquals(events.stream().sorted(Comparator.comparing(Event::time)).toList(), events);
        assertTrue(events.stream().noneMatch(event -> event.key().isEmpty()));
    }
}
