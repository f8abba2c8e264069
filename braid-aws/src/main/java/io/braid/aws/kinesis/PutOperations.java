package io.braid.aws.kinesis;

import io.braid.aws.kinesis.Placement.Code;
import io.braid.aws.kinesis.Placement.Failed;
import io.braid.aws.kinesis.Placement.Stored;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.UsageMeter;
import io.braid.broker.UsageUnit;
import java.time.InstantSource;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// PutRecord and PutRecords: the request is read in place, put with one batch per shard, and answered when every
/// batch is as durable as its stream promises.
final class PutOperations {
    /// Clocks of clients and servers differ; a sequence number from further ahead than this was made up.
    private static final long FUTURE_SECONDS_MAX = 60;

    private final Broker broker;
    private final Lookup lookup;
    private final InstantSource clock;
    private final Traffic traffic;
    private final UsageMeter usage;
    private final AtomicLong spread = new AtomicLong(); // records that were spread over shards so far

    /// What became of a request's records.
    ///
    /// @param stored how many are in the log, with `bytes` of keys and data
    private record Result(Placement[] placements, long stored, long bytes, long throttled) {}

    PutOperations(Broker broker, Lookup lookup, InstantSource clock, Traffic traffic, UsageMeter usage) {
        this.broker = broker;
        this.lookup = lookup;
        this.clock = clock;
        this.traffic = traffic;
        this.usage = usage;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html
    void putRecord(Call call) {
        var request = PutRequest.one(call.body(), this::isAutoDistributed);
        var stream = lookup.created(request.streamIn(lookup));
        request.checkSizes(recordBytesMax(stream));
        long now = clock.millis();
        request.sequenceNumberForOrdering().ifPresent(number -> checkOrdering(number, stream, now));
        var result = put(stream, request.entries(), now);
        var placement = result.placements()[0];
        long done = clock.millis();
        traffic.of(stream)
                .putRecord(
                        done,
                        Math.max(0, done - now),
                        placement instanceof Stored,
                        request.entries().getFirst().byteSize(),
                        result.throttled() > 0);
        switch (placement) {
            case Stored stored -> {
                call.answer().startMap();
                place(call.answer(), stored, new byte[SequenceNumber.DIGITS_MAX]);
                encryption(call.answer(), stream);
                call.answer().endMap();
            }
            case Failed(Code code, String message) ->
                throw switch (code) {
                    case THROTTLED -> AwsFault.of(code.wireName(), message);
                    case NO_ROOM -> AwsFault.busy(message);
                    case INTERNAL -> AwsFault.internal();
                };
        }
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
    void putRecords(Call call) {
        var request = PutRequest.many(call.body(), this::isAutoDistributed);
        var stream = lookup.created(request.streamIn(lookup));
        request.checkSizes(recordBytesMax(stream));
        long now = clock.millis();
        var result = put(stream, request.entries(), now);
        var placements = result.placements();
        long done = clock.millis();
        traffic.of(stream)
                .putRecords(
                        done,
                        Math.max(0, done - now),
                        placements.length,
                        result.stored(),
                        result.bytes(),
                        result.throttled());
        var answer = call.answer().startMap().field(Names.RECORDS).startList();
        var digits = new byte[SequenceNumber.DIGITS_MAX];
        for (var placement : placements) {
            answer.startMap();
            switch (placement) {
                case Stored stored -> place(answer, stored, digits);
                case Failed(Code code, String message) -> {
                    answer.field(Names.ERROR_CODE)
                            .text(code.wireName())
                            .field(Names.ERROR_MESSAGE)
                            .text(message);
                }
            }
            answer.endMap();
        }
        answer.endList().field(Names.FAILED_RECORD_COUNT).number(placements.length - result.stored());
        encryption(answer, stream);
        answer.endMap();
    }

    private boolean isAutoDistributed(PutRequest request) {
        return request.findIn(lookup)
                .filter(found -> StreamAttributes.of(found).isAutoDistributed())
                .isPresent();
    }

    private static int recordBytesMax(Stream stream) {
        return StreamAttributes.of(stream).recordKib() << 10;
    }

    /// Said of an encrypted stream only: NONE is left out here.
    private static void encryption(WireWriter answer, Stream stream) {
        if (StreamAttributes.of(stream).keyId().isPresent())
            answer.field(Names.ENCRYPTION_TYPE).text(Description.KMS);
    }

    /// For those who want to know it of each shard.
    private void countShards(Stream stream, List<PutRequest.Entry> entries, Placement[] placements, int[] shards) {
        if (StreamAttributes.of(stream).shardMetrics().isEmpty()) return;
        var sums = new TreeMap<Integer, long[]>(); // records, bytes, records that were throttled
        for (int i = 0; i < placements.length; i++) {
            var sum = sums.computeIfAbsent(shards[i], _ -> new long[3]);
            if (placements[i] instanceof Stored) {
                sum[0]++;
                sum[1] += entries.get(i).byteSize();
            } else if (isThrottled(placements[i])) {
                sum[2]++;
            }
        }
        long done = clock.millis();
        sums.forEach(
                (shard, sum) -> traffic.of(stream, shard).ifPresent(of -> of.putToShard(done, sum[0], sum[1], sum[2])));
    }

    private static boolean isThrottled(Placement placement) {
        return placement instanceof Failed(Code code, String _) && code == Code.THROTTLED;
    }

    private Result put(Stream stream, List<PutRequest.Entry> entries, long now) {
        var put = new Put(broker, usage, lookup.account(), now, entries, spread, lookup.rates());
        var placements = put.run(stream);
        countShards(stream, entries, placements, put.shards());
        long stored = 0;
        long bytes = 0;
        long units = 0;
        long rounded = 0;
        long throttled = 0;
        for (int i = 0; i < placements.length; i++) {
            if (placements[i] instanceof Stored) {
                long size = entries.get(i).byteSize();
                stored++;
                bytes += size;
                units += UsageUnit.payloadUnits(size);
                rounded += UsageUnit.rounded(size);
            } else if (isThrottled(placements[i])) {
                throttled++;
            }
        }
        traffic.put(stored, bytes);
        usage.put(stream, stored, bytes, units, rounded);
        traffic.refused(placements.length - stored);
        return new Result(placements, stored, bytes, throttled);
    }

    private static void place(WireWriter answer, Stored stored, byte[] digits) {
        var target = stored.target();
        int length = SequenceNumber.print(target.created(), target.index(), stored.offset(), target.arrival(), digits);
        answer.field(Names.SEQUENCE_NUMBER)
                .ascii(digits, 0, length)
                .field(Names.SHARD_ID)
                .ascii(target.shardId(), 0, target.shardId().length);
    }

    /// A put's sequence number is always greater than any given out before in its shard, which is what
    /// SequenceNumberForOrdering asks for; so what is left to do is to refuse one that was never given out.
    private void checkOrdering(String number, Stream stream, long now) {
        boolean known = SequenceNumber.parse(number)
                .filter(sequence -> sequence.arrival() <= now / 1000 + FUTURE_SECONDS_MAX)
                .filter(sequence -> sequence.shard() >= 0
                        && sequence.shard() <= stream.shards().getLast().index())
                .filter(sequence -> wasGivenOut(sequence, stream))
                .isPresent();
        if (!known)
            throw AwsFault.invalidArgument(
                    "ExclusiveMinimumSequenceNumber %s used in PutRecord on stream %s under account %s is invalid."
                            .formatted(number, Lookup.shownName(stream), lookup.account()));
    }

    private boolean wasGivenOut(SequenceNumber sequence, Stream stream) {
        var found = stream.shard(sequence.shard());
        if (found.isEmpty()) return true; // nobody can tell any more
        var shard = found.get();
        if (sequence.created() != SequenceNumber.createdSecond(shard)) return false;
        if (sequence.isStart() || !shard.isOpen()) return true;
        return broker.partition(stream.id(), shard.partition())
                .map(partition -> sequence.offset() < partition.log().end())
                .orElse(false);
    }
}
