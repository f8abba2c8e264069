package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Partition;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.InstantSource;

/// GetShardIterator: turns a wish (the oldest, the newest, a sequence number, a time) into an offset, once. What
/// is put later does not move it.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
final class IteratorOperation implements Operation {
    private final Broker broker;
    private final Lookup lookup;
    private final InstantSource clock;
    private final Seal seal;

    IteratorOperation(Broker broker, Lookup lookup, InstantSource clock) {
        this.broker = broker;
        this.lookup = lookup;
        this.clock = clock;
        this.seal = seal(broker);
    }

    /// What all iterators of a server are sealed with.
    static Seal seal(Broker broker) {
        return new Seal(broker.clusterId(), "shard iterator");
    }

    @Override
    public void answer(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.GET_SHARD_ITERATOR);
        var name = Lookup.name(params);
        int index = lookup.shardIndex(params.requiredText("ShardId"), name);
        var id = Lookup.shardId(index);
        var stream = lookup.find(name).orElseThrow(() -> lookup.noShard(id, name));
        if (index >= stream.shards().size()) throw lookup.noShard(id, name);
        var shard = stream.shards().get(index);
        var partition = broker.partition(stream.id(), shard.partition()).orElseThrow(() -> lookup.noStream(name));
        long offset = offset(params, stream, shard, partition);
        var iterator = new ShardIterator(clock.millis(), stream.id(), name, index, offset);
        call.answer()
                .startMap()
                .field(Names.SHARD_ITERATOR)
                .text(iterator.sealed(seal))
                .endMap();
    }

    private long offset(Params params, Stream stream, Shard shard, Partition partition) throws IOException {
        var type = params.requiredText("ShardIteratorType");
        var number = params.text("StartingSequenceNumber");
        boolean byNumber = type.endsWith("_SEQUENCE_NUMBER");
        if (byNumber && number.isEmpty()) throw numberAndType(type, "no");
        if (!byNumber && number.isPresent()) throw numberAndType(type, "also a");
        long wanted = switch (type) {
            case "TRIM_HORIZON" -> shard.firstOffset();
            case "LATEST" -> partition.log().end();
            case "AT_TIMESTAMP" -> atTimestamp(params, shard, partition);
            case "AT_SEQUENCE_NUMBER" ->
                checked(number.orElseThrow(), stream, shard).offset();
            default -> {
                var after = checked(number.orElseThrow(), stream, shard);
                boolean record = !after.isStart() && after.offset() < Lookup.endOf(shard);
                yield record ? after.offset() + 1 : after.offset();
            }
        };
        long first = Math.max(shard.firstOffset(), partition.log().start());
        long end = Math.min(Lookup.endOf(shard), partition.log().end());
        return Math.max(shard.firstOffset(), Math.min(Math.max(wanted, first), end));
    }

    private static AwsFault numberAndType(String type, String found) {
        return AwsFault.invalidArgument(
                "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified %s and %s StartingSequenceNumber."
                        .formatted(type, found));
    }

    private long atTimestamp(Params params, Shard shard, Partition partition) throws IOException {
        long time = params.moment("Timestamp")
                .orElseThrow(() -> AwsFault.invalidArgument(
                        "Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current"
                                + " request has no timestamp parameter."));
        long now = clock.millis();
        if (time > now)
            throw AwsFault.invalidArgument(
                    "The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: %d, currentTimestampInMillis: %d"
                            .formatted(time, now));
        var found = broker.offsetAt(partition, time, shard.firstOffset());
        return found.isPresent() ? found.get().offset() : partition.log().end();
    }

    private SequenceNumber checked(String number, Stream stream, Shard shard) {
        var parsed = SequenceNumber.parse(number);
        int encoded = parsed.map(SequenceNumber::shard)
                .or(() -> SequenceNumber.legacyShard(number))
                .orElseThrow(() -> invalid(number, stream, shard, "."));
        if (encoded != shard.index())
            throw AwsFault.invalidArgument(
                    "Invalid StartingSequenceNumber. It encodes shardId-%012d, while it was used in a call to a shard with %s"
                            .formatted(encoded, Lookup.shardId(shard.index())));
        return parsed.filter(sequence -> sequence.created() == SequenceNumber.createdSecond(shard))
                .orElseThrow(() -> invalid(number, stream, shard, " because it did not come from this stream."));
    }

    private AwsFault invalid(String number, Stream stream, Shard shard, String end) {
        return AwsFault.invalidArgument(
                "StartingSequenceNumber %s used in GetShardIterator on shard %s in stream %s under account %s is invalid%s"
                        .formatted(number, Lookup.shardId(shard.index()), stream.name(), lookup.account(), end));
    }
}
