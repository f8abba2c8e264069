package io.braid.aws.kinesis;

import io.braid.broker.Stream;
import io.braid.broker.UsageMeter;
import io.braid.broker.UsageRow;
import java.time.InstantSource;

/// What the meter of usage must know of a stream that only Kinesis does, and who else is told what Kafka's producers
/// write. Any thread.
final class UsageFront implements UsageMeter.Front {
    private final Home elsewhere;
    private final Traffic traffic;
    private final InstantSource clock;

    /// @param elsewhere the home of streams that Kinesis has not created
    UsageFront(Home elsewhere, Traffic traffic, InstantSource clock) {
        this.elsewhere = elsewhere;
        this.traffic = traffic;
        this.clock = clock;
    }

    @Override
    public UsageMeter.Facts facts(Stream stream) {
        var home = StreamAttributes.of(stream).home().orElse(elsewhere);
        int consumers = 0;
        for (var attribute : stream.attributes().keySet())
            if (Consumer.read(attribute).isPresent()) consumers++;
        return new UsageMeter.Facts(
                new UsageRow.Owner(home.account(), home.region(), Lookup.shownName(stream)), consumers);
    }

    @Override
    public void written(UsageMeter.Written written) {
        var stream = written.stream();
        long now = clock.millis();
        traffic.of(stream).produced(now, written.records(), written.bytes());
        for (var shard : stream.openShards()) {
            if (shard.partition() != written.partition()) continue;
            traffic.of(stream, shard.index()).ifPresent(of -> of.produced(now, written.records(), written.bytes()));
        }
    }
}
