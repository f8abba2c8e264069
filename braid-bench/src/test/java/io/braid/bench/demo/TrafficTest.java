package io.braid.bench.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TrafficTest {
    @Test
    void theLineTellsRateLagAndShards() {
        var traffic = new Traffic(2);
        traffic.reached("2001-01-01T00:47");
        for (int i = 0; i < 3; i++) traffic.put(0);
        traffic.put(1);
        traffic.received(1);

        assertEquals("2001-01-01T00:47  in 4  out 1  2,000/s  lag 3  shards 3 1", traffic.line(2_000));
    }
}
