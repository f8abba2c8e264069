package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.broker.UsageMeter;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.time.InstantSource;

/// GetRecords: what any writer put, Kinesis or Kafka, from an iterator on ([ShardReading]).
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
final class GetRecords implements Operation {
    private final Broker broker;
    private final Lookup lookup;
    private final InstantSource clock;
    private final Traffic traffic;
    private final UsageMeter usage;
    private final Seal seal;

    GetRecords(Broker broker, Lookup lookup, InstantSource clock, Traffic traffic, UsageMeter usage, Seal seal) {
        this.broker = broker;
        this.lookup = lookup;
        this.clock = clock;
        this.traffic = traffic;
        this.usage = usage;
        this.seal = seal;
    }

    @Override
    public void answer(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.GET_RECORDS);
        long now = clock.millis();
        var iterator = ShardIterator.open(seal, params.requiredText("ShardIterator"), now);
        var stream = stream(iterator, params);
        var known = stream.shard(iterator.shard()).orElseThrow();
        var partition = broker.partition(stream.id(), known.partition())
                .orElseThrow(() -> lookup.noShard(Lookup.shardId(iterator.shard()), Lookup.shownName(stream)));
        if (!lookup.rates().takeRead(stream.id(), known.index())) {
            traffic.of(stream).throttledGet(now);
            traffic.of(stream, known.index()).ifPresent(of -> of.throttledGet(now));
            throw lookup.tooOften(Lookup.shardId(known.index()), Lookup.shownName(stream));
        }
        boolean answered = false;
        try {
            answer(call, params, iterator, stream, known, partition.log(), now);
            answered = true;
        } finally {
            if (!answered) traffic.of(stream).failedGet(clock.millis());
        }
    }

    private void answer(
            Call call, Params params, ShardIterator iterator, Stream stream, Shard known, PartitionLog log, long now)
            throws IOException {
        // First how far may be read, then the shard: if it is still open now, all of that is its own, and not a
        // child's.
        long stable = log.lastStable();
        var shard = lookup.find(stream.id())
                .flatMap(current -> current.shard(known.index()))
                .orElse(known);
        int limit = (int) params.number("Limit").orElse(Requests.GET_RECORDS_MAX);
        var answer = call.answer().startMap().field(Names.RECORDS).startList();
        var most = new ShardReading.Most(limit, Sizes.GET_BYTES_MAX, Long.MAX_VALUE);
        var reading = new ShardReading(log, stream, shard, stable, iterator.offset(), most, answer);
        reading.countOld(now - Sizes.LONG_TERM_MILLIS);
        reading.run();
        answer.endList();
        traffic.got(reading.records(), reading.bytes());
        lookup.rates().read(stream.id(), shard.index(), reading.bytes());
        usage.got(stream, reading.bytes(), reading.oldBytes());
        // The catalog once more: if the shard has been closed and we have read all of it, the client goes on.
        finish(answer, lookup.find(stream.id()).orElse(stream), shard, reading, now);
        long done = clock.millis();
        long age = reading.millisBehind(now);
        traffic.of(stream).gotRecords(done, Math.max(0, done - now), reading.records(), reading.bytes(), age);
        traffic.of(stream, shard.index())
                .ifPresent(of -> of.gotFromShard(done, reading.records(), reading.bytes(), age));
    }

    private Stream stream(ShardIterator iterator, Params params) {
        var stream = lookup.find(iterator.stream())
                .filter(found -> found.shard(iterator.shard()).isPresent())
                .orElseThrow(() -> lookup.noShard(Lookup.shardId(iterator.shard()), iterator.name()));
        params.text("StreamARN").ifPresent(arn -> {
            if (!Lookup.nameOf(arn).equals(Lookup.shownName(stream)))
                throw AwsFault.invalidArgument("Invalid ShardIterator. It is not one of stream %s.".formatted(arn));
        });
        return stream;
    }

    private void finish(WireWriter answer, Stream stream, Shard known, ShardReading reading, long now) {
        int index = known.index();
        var shard = stream.shard(index).orElse(known);
        if (reading.next() < Lookup.endOf(shard)) {
            var next = new ShardIterator(clock.millis(), stream.id(), Lookup.shownName(stream), index, reading.next());
            answer.field(Names.NEXT_SHARD_ITERATOR).text(next.sealed(seal));
        } else {
            Description.children(answer, stream, index);
        }
        answer.field(Names.MILLIS_BEHIND_LATEST)
                .number(reading.millisBehind(now))
                .endMap();
    }
}
