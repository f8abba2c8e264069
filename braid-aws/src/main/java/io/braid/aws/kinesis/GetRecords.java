package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import io.braid.broker.Payloads;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.log.AbortedTransaction;
import io.braid.log.Batch;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// GetRecords: what any writer put, Kinesis or Kafka, from an iterator on. Records are read where they lie in
/// their batches (decompressed if a Kafka producer compressed them) and written straight into the answer.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html
final class GetRecords implements Operation {
    private static final ValueLayout.OfInt BIG_ENDIAN_INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    /// Read at once: small answers must not pay for large ones, nor an answer of 500 records of 1 KB (about two of
    /// these) for bytes behind its last.
    private static final int READ_BYTES = 256 << 10;
    /// What an answer has around a record's data and key, about.
    private static final int RECORD_OVERHEAD_BYTES = 176;
    /// Bytes of batches looked at for one answer. Above what an answer may hold, so only a long run of markers or
    /// of a transaction's leftovers ends here, and the next iterator goes on behind it.
    private static final long SCAN_BYTES_MAX = 4L * Sizes.GET_BYTES_MAX;

    private final Broker broker;
    private final Lookup lookup;
    private final InstantSource clock;
    private final Traffic traffic;
    private final Seal seal;

    GetRecords(Broker broker, Lookup lookup, InstantSource clock, Traffic traffic) {
        this.broker = broker;
        this.lookup = lookup;
        this.clock = clock;
        this.traffic = traffic;
        this.seal = IteratorOperation.seal(broker);
    }

    @Override
    public void answer(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.GET_RECORDS);
        long now = clock.millis();
        var iterator = ShardIterator.open(seal, params.requiredText("ShardIterator"), now);
        var stream = stream(iterator, params);
        var partition = broker.partition(
                        stream.id(), stream.shards().get(iterator.shard()).partition())
                .orElseThrow(() -> lookup.noShard(Lookup.shardId(iterator.shard()), stream.name()));
        // First how far may be read, then the shard: if it is still open now, all of that is its own, and not a
        // child's.
        long stable = partition.log().lastStable();
        var shard = lookup.find(stream.id()).orElse(stream).shards().get(iterator.shard());
        int limit = (int) params.number("Limit").orElse(Requests.GET_RECORDS_MAX);
        var answer = call.answer().startMap().field(Names.RECORDS).startList();
        var reading = new Reading(partition.log(), shard, stable, iterator.offset(), limit, answer);
        reading.run();
        answer.endList();
        traffic.got(reading.records, reading.bytes);
        // The catalog once more: if the shard has been closed and we have read all of it, the client goes on.
        finish(answer, lookup.find(stream.id()).orElse(stream), shard.index(), reading, now);
    }

    private Stream stream(ShardIterator iterator, Params params) {
        var stream = lookup.find(iterator.stream())
                .filter(found -> found.shards().size() > iterator.shard())
                .orElseThrow(() -> lookup.noShard(Lookup.shardId(iterator.shard()), iterator.name()));
        params.text("StreamARN").ifPresent(arn -> {
            if (!Lookup.name(Optional.empty(), Optional.of(arn)).equals(stream.name()))
                throw AwsFault.invalidArgument("Invalid ShardIterator. It is not one of stream %s.".formatted(arn));
        });
        return stream;
    }

    private void finish(WireWriter answer, Stream stream, int index, Reading reading, long now) {
        var shard = stream.shards().get(index);
        if (reading.next < Lookup.endOf(shard)) {
            var next = new ShardIterator(clock.millis(), stream.id(), stream.name(), index, reading.next);
            answer.field(Names.NEXT_SHARD_ITERATOR).text(next.sealed(seal));
        } else {
            answer.field(Names.CHILD_SHARDS).startList();
            for (var child : stream.shards()) if (child.parents().contains(index)) Description.child(answer, child);
            answer.endList();
        }
        answer.field(Names.MILLIS_BEHIND_LATEST)
                .number(reading.millisBehind(now))
                .endMap();
    }

    /// One pass over a partition from an offset until an answer is full. One thread.
    private static final class Reading {
        private final PartitionLog log;
        private final Shard shard;
        private final int limit;
        private final WireWriter answer;
        private final long created;
        private final long stable; // the first offset that may not be shown
        private final byte[] digits = new byte[SequenceNumber.DIGITS_MAX];

        private boolean roomMade;

        private long next;
        private long scanned;
        private long newestMillis = -1;
        private boolean full;
        private int records;
        private long bytes;

        Reading(PartitionLog log, Shard shard, long stable, long offset, int limit, WireWriter answer) {
            this.log = log;
            this.shard = shard;
            this.limit = limit;
            this.answer = answer;
            this.created = SequenceNumber.createdSecond(shard);
            this.next = offset;
            this.stable = Math.min(stable, Lookup.endOf(shard));
        }

        void run() throws IOException {
            while (!full && next < stable && scanned < SCAN_BYTES_MAX) {
                switch (log.read(next, stable, READ_BYTES)) {
                    case ReadOutcome.Found(var slice) -> {
                        try (slice) {
                            if (slice.isEmpty() && slice.nextOffset() == next) return;
                            scanned += slice.byteSize();
                            batches(slice.load(), log.aborted(slice.firstOffset(), slice.nextOffset()));
                            if (slice.isEmpty()) next = slice.nextOffset(); // compaction has left nothing up to there
                        }
                    }
                    case ReadOutcome.OutOfRange(long start, long _) -> {
                        if (next >= start) return; // the end moved back: only a crash without syncing does that
                        next = Math.min(start, stable); // trimmed since: go on with the oldest record there is
                    }
                    case ReadOutcome.Damaged(long first, long behind, String _) -> {
                        if (records == 0) throw damaged(first, behind); // the log has said where
                        return; // the next iterator meets it
                    }
                }
            }
        }

        private AwsFault damaged(long first, long behind) {
            return AwsFault.internal(
                    "Records are damaged on the disk here, %d of them. To go on behind them, get a shard iterator AT_SEQUENCE_NUMBER %s."
                            .formatted(behind - Math.max(first, next), SequenceNumber.of(shard, behind, 0)));
        }

        private void batches(MemorySegment run, List<AbortedTransaction> aborted) throws IOException {
            for (long at = 0; at < run.byteSize() && !full; ) {
                var batch = batchAt(run, at);
                at += batch.byteSize();
                if (!roomMade) makeRoom(batch);
                if (!batch.isControl() && !isAborted(batch, aborted)) records(batch);
                if (!full) next = Math.max(next, Math.min(batch.nextOffset(), stable));
                newestMillis = full ? newestMillis : Math.max(newestMillis, batch.maxTimestamp());
            }
        }

        /// Makes room for the whole answer, as if all its records were of the first batch's mean size: an answer
        /// that doubles its way up is copied once, and allocated twice.
        private void makeRoom(Batch first) {
            roomMade = true;
            long expected = Math.min(limit, stable - next);
            long mean = first.byteSize() / Math.max(1, first.recordCount());
            long blobs = Math.min(expected * mean, Sizes.GET_BYTES_MAX) / 3 * 4; // Base64
            answer.reserve((int) (blobs + expected * RECORD_OVERHEAD_BYTES));
        }

        private static boolean isAborted(Batch batch, List<AbortedTransaction> aborted) {
            for (var transaction : aborted) if (transaction.covers(batch)) return true;
            return false;
        }

        private static Batch batchAt(MemorySegment run, long at) {
            long size = (long) Batch.PREFIX_BYTES + run.get(BIG_ENDIAN_INT, at + Long.BYTES);
            return new Batch(run.asSlice(at, size));
        }

        private void records(Batch batch) throws IOException {
            var cursor = new RecordCursor(batch, Payloads.of(batch, Sizes.DECOMPRESSED_BYTES_MAX));
            while (cursor.next()) {
                long offset = cursor.offset();
                if (offset < next) continue;
                if (offset >= stable) return;
                long size = cursor.key().byteSize() + cursor.value().byteSize();
                full = records == limit || records > 0 && bytes + size > Sizes.GET_BYTES_MAX;
                if (full) return;
                record(cursor, offset);
                records++;
                bytes += size;
                next = offset + 1;
            }
        }

        private void record(RecordCursor cursor, long offset) {
            long timestamp = Math.max(0, cursor.timestamp());
            newestMillis = timestamp;
            int length = SequenceNumber.print(
                    created, shard.index(), offset, SequenceNumber.arrivalSecond(timestamp), digits);
            answer.startMap().field(Names.SEQUENCE_NUMBER).ascii(digits, 0, length);
            answer.field(Names.APPROXIMATE_ARRIVAL_TIMESTAMP).moment(timestamp);
            answer.field(Names.DATA).blob(cursor.value());
            answer.field(Names.PARTITION_KEY);
            PartitionKeys.write(answer, cursor.key());
            answer.endMap();
        }

        /// 0 if nothing more could be read; else how old the last record looked at is.
        long millisBehind(long now) {
            if (next >= stable) return 0;
            return newestMillis < 0 ? 1 : Math.max(1, now - newestMillis);
        }
    }
}
