package io.braid.bench;

import io.braid.bench.load.KinesisLoad;
import io.braid.bench.load.Protocol;
import java.io.IOException;
import java.util.List;

/// What keeping records costs: PutRecords beside the same server that decodes the same requests and throws away what
/// it has decoded.
///
/// It does so by itself, when the stream is not there: it finds that out when it has decoded and checked every record.
/// Its answer is one line then, where it has a sequence number for each record otherwise; so the ratio is a little
/// lower than it would be beside a server that answers in full.
record KinesisDiscard(Protocol protocol) implements Measurement {
    static final String DISCARDING = "braid discarding";
    private static final long RECORDS = 4_000_000;
    private static final int DATA_BYTES = 1024;

    @Override
    public String name() {
        return Kinesis.named("kinesis-discard", protocol);
    }

    @Override
    public String about() {
        return "PutRecords, 500 x 1 KB a call, 8 connections, HTTP/1.1 and %s, beside the same requests without a stream"
                .formatted(protocol);
    }

    @Override
    public List<Target> targets() {
        return List.of(Target.ratioAtLeast(Metric.THROUGHPUT, 0.5, DISCARDING));
    }

    @Override
    public Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException {
        long records = setting.records().orElse(RECORDS);
        try (var braid = lab.braid()) {
            var load = new KinesisLoad(braid.http(), Kinesis.STREAM, Kinesis.SHARDS, DATA_BYTES, protocol);
            Trial discarding = _ -> Kinesis.measured(braid, DATA_BYTES, () -> load.putNowhere(setting.time(), records));
            return Comparison.alternate(
                    this,
                    setting,
                    records,
                    Kinesis.putting(braid, lab, load, () -> load.put(setting.time(), records)),
                    List.of(new Peer(DISCARDING, discarding)),
                    lab.out());
        }
    }
}
