package io.braid.bench;

import io.braid.bench.load.FanOutLoad;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/// How long a record takes from its put to the event of a subscription, when the server has little to do.
record KinesisFanOut() implements Measurement {
    private static final double P99_MILLIS_MAX = 10;

    @Override
    public String name() {
        return "kinesis-fanout";
    }

    @Override
    public String about() {
        return "from due to be put to its event, %d PutRecord/s of 1 KB, one subscription by HTTP/2; synced to disk"
                .formatted(FanOutLoad.RECORDS_PER_SECOND);
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.atMost(Metric.P99, P99_MILLIS_MAX));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        try (var braid = lab.braid()) {
            long inTime = FanOutLoad.RECORDS_PER_SECOND * setting.time().toMillis() / 1_000;
            var load = new FanOutLoad(braid.http());
            return Comparison.alternate(
                    this,
                    setting,
                    setting.records().orElse(inTime),
                    records -> delays(load, records),
                    List.of(),
                    lab.out());
        }
    }

    static Sample delays(FanOutLoad load, long records) throws IOException, InterruptedException {
        var delays = load.run(records);
        return new Sample(Map.of(
                Metric.P50, delays.getValueAtPercentile(50) / 1e6,
                Metric.P99, delays.getValueAtPercentile(99) / 1e6,
                Metric.P99_9, delays.getValueAtPercentile(99.9) / 1e6));
    }
}
