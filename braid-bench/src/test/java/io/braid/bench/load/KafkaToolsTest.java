package io.braid.bench.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

/// Lines that the tools of Kafka 4.3.1 printed.
class KafkaToolsTest {
    private static final String WHOLE = "300000 records sent, 29455.081001 records/sec (28.76 MB/sec), 931.75 ms avg "
            + "latency, 2041.00 ms max latency, 898 ms 50th, 1764 ms 95th, 1927 ms 99th, 2005 ms 99.9th.";
    private static final String STEADY =
            "270000 steady state records sent, 41234.5 records/sec (40.27 MB/sec), 757.00 ms "
                    + "avg latency, 1357.00 ms max latency, 700 ms 50th, 1200 ms 95th, 1300 ms 99th, 1350 ms 99.9th.";

    @Test
    void theSteadyRateIsTheLastSummarys() {
        var interval =
                "84691 records sent, 16907.8 records/sec (16.51 MB/sec), 1367.4 ms avg latency, 2041.0 ms max latency.";

        assertEquals(41234.5, KafkaTools.steadyRate(List.of(interval, WHOLE, STEADY)));
    }

    @Test
    void aRunWithoutSummaryIsNoFigure() {
        assertThrows(IllegalStateException.class, () -> KafkaTools.steadyRate(List.of("something else")));
    }

    @Test
    void theFetchRateLeavesOutTheGroupsJoining() {
        var line =
                "2026-11-23 01:57:03:650, 2026-11-23 01:57:09:221, 292.9688, 52.5882, 300000, 53850.2962, 4438, 1133, "
                        + "258.5779, 264783.7599";

        assertEquals(264783.7599, KafkaTools.fetchRate(List.of("a warning", line)));
    }
}
