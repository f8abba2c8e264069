package io.braid.bench;

import io.braid.bench.load.Protocol;
import java.io.IOException;
import java.util.List;

/// One question about speed or size, asked of Braid and mostly of a peer too, on the same machine in the same minutes.
sealed interface Measurement
        permits Produce, Consume, Start, Kinesis, KinesisDiscard, KinesisStart, KinesisFanOut, Scale, CatchUp, Latency {

    /// All of them, in the order in which `./braid bench all` runs them.
    static List<Measurement> all() {
        return List.of(
                Produce.WITH_SIX_PARTITIONS,
                Consume.ALONE,
                new Start(),
                Produce.BOTH_SYNCING,
                new Kinesis(Kinesis.Operation.PUT, Protocol.JSON),
                new Kinesis(Kinesis.Operation.PUT_SMALL, Protocol.JSON),
                new Kinesis(Kinesis.Operation.PUT_ONE, Protocol.JSON),
                new Kinesis(Kinesis.Operation.GET, Protocol.JSON),
                new Kinesis(Kinesis.Operation.PUT, Protocol.CBOR),
                new Kinesis(Kinesis.Operation.PUT_SMALL, Protocol.CBOR),
                new Kinesis(Kinesis.Operation.PUT_ONE, Protocol.CBOR),
                new Kinesis(Kinesis.Operation.GET, Protocol.CBOR),
                new KinesisDiscard(Protocol.JSON),
                new KinesisDiscard(Protocol.CBOR),
                new KinesisStart(),
                new KinesisFanOut(),
                Produce.AT_ONE_THOUSAND,
                Produce.BOTH_SYNCING_AT_ONE_THOUSAND,
                Produce.BESIDE_DEFAULTS_AT_ONE_THOUSAND,
                Produce.BOTH_UNSYNCED,
                Produce.SMALL_RECORDS,
                Produce.COMPRESSED,
                Produce.TEN_PRODUCERS,
                Produce.ONE_PARTITION,
                Produce.HUNDRED_PARTITIONS,
                Consume.GROUP_OF_FOUR,
                Produce.TRANSACTIONS,
                Produce.CONNECTIONS,
                new Scale(),
                new CatchUp(),
                new Latency());
    }

    /// What to type after `./braid bench`.
    String name();

    /// What it measures, in one sentence.
    String about();

    List<Target> targets();

    /// Does it. Every process it starts has ended when it returns.
    Comparison run(Lab lab, Setting setting) throws IOException, InterruptedException;
}
