package io.braid.aws.kinesis;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import java.io.IOException;
import java.time.InstantSource;

/// GetShardIterator: turns a [StartingPosition] into an offset, once. What is put later does not move it.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
final class IteratorOperation implements Operation {
    private final Broker broker;
    private final Lookup lookup;
    private final InstantSource clock;
    private final StartingPosition.Finder positions;
    private final Seal seal;

    IteratorOperation(Broker broker, Lookup lookup, InstantSource clock, Seal seal) {
        this.broker = broker;
        this.lookup = lookup;
        this.clock = clock;
        this.positions = new StartingPosition.Finder(broker, lookup, clock, "GetShardIterator");
        this.seal = seal;
    }

    @Override
    public void answer(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.GET_SHARD_ITERATOR);
        var name = Lookup.name(params);
        int index = lookup.shardIndex(params.requiredText("ShardId"), name);
        var id = Lookup.shardId(index);
        var stream = lookup.find(params)
                .filter(found -> lookup.life().of(found) != LifeCycle.Status.CREATING)
                .orElseThrow(() -> lookup.noShard(id, name));
        var shard = lookup.shard(stream, index);
        if (!lookup.rates().takeIterator(stream.id(), index)) throw lookup.tooOften(id, name);
        var partition = broker.partition(stream.id(), shard.partition()).orElseThrow(() -> lookup.noStream(name));
        var wish = new StartingPosition(
                params.requiredText("ShardIteratorType"),
                params.text("StartingSequenceNumber"),
                params.moment("Timestamp"));
        long offset = positions.offset(wish, stream, shard, partition);
        var iterator = new ShardIterator(clock.millis(), stream.id(), name, index, offset);
        call.answer()
                .startMap()
                .field(Names.SHARD_ITERATOR)
                .text(iterator.sealed(seal))
                .endMap();
    }
}
