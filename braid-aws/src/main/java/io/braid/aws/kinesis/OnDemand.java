package io.braid.aws.kinesis;

import io.braid.aws.scaling.Autoscaler;
import io.braid.aws.scaling.KeySample;
import io.braid.broker.Broker;
import io.braid.broker.HashKey;
import io.braid.broker.Payloads;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.log.BatchBuilder;
import io.braid.log.PartitionLog;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/// What Kinesis knows of its streams that makes them scale: names, warm throughput, and which records have which hash
/// keys. Any thread.
public record OnDemand(Broker broker) implements Autoscaler.Service {
    /// Of a shard's newest records so many are looked at in [#PROBES] places: what came in half a minute at the most
    /// that a shard takes.
    private static final int SPAN_RECORDS = 30_000;

    private static final int PROBES = 8;
    private static final int PROBE_BYTES = 32 << 10; // and whole batches
    private static final int PROBE_RECORDS_MAX = 500;
    private static final Pattern HASH_KEY = Pattern.compile("[0-9]{1,39}");
    /// What Amazon lets a shard take: one MiB a second.
    private static final int SHARD_MIBPS = 1;

    @Override
    public String name(Stream stream) {
        return Lookup.shownName(stream);
    }

    @Override
    public long readyShards(Stream stream) {
        return StreamAttributes.of(stream).warmMibps() / SHARD_MIBPS;
    }

    /// Of records that Kafka's producers wrote only those whose key, if they have one, belongs to the shard.
    @Override
    public KeySample keys(Stream stream, Shard shard) throws IOException {
        var sample = new KeySample();
        var partition = broker.partition(stream.id(), shard.partition());
        if (partition.isEmpty() || StreamAttributes.of(stream).isAutoDistributed()) return sample;
        var log = partition.get().log();
        long end = log.end();
        long first = Math.max(Math.max(shard.firstOffset(), log.start()), end - SPAN_RECORDS);
        long step = Math.max(1, (end - first) / PROBES);
        for (long from = first; from < end; ) from = Math.max(from + step, probe(log, shard, from, end, sample));
        return sample;
    }

    /// @return the first offset behind what was looked at
    private static long probe(PartitionLog log, Shard shard, long from, long end, KeySample sample) throws IOException {
        return switch (log.read(from, end, PROBE_BYTES)) {
            case ReadOutcome.Found(var slice) -> {
                try (slice) {
                    if (!slice.isEmpty()) batches(slice.load(), shard, sample);
                    yield slice.nextOffset();
                }
            }
            case ReadOutcome.OutOfRange _ -> end; // trimmed meanwhile
            case ReadOutcome.Damaged(long _, long behind, String _) -> behind;
        };
    }

    private static void batches(MemorySegment run, Shard shard, KeySample sample) throws IOException {
        for (long at = 0; at < run.byteSize(); ) {
            var batch = ShardReading.batchAt(run, at);
            at += batch.byteSize();
            if (batch.isControl()) continue;
            var records = new RecordCursor(batch, Payloads.of(batch, Sizes.DECOMPRESSED_BYTES_MAX));
            for (int i = 0; i < PROBE_RECORDS_MAX && records.next(); i++) record(records, shard, sample);
        }
    }

    private static void record(RecordCursor record, Shard shard, KeySample sample) {
        hashKey(record)
                .filter(shard.range()::contains)
                .ifPresent(key ->
                        sample.add(key, record.key().byteSize() + record.value().byteSize()));
    }

    private static Optional<HashKey> hashKey(RecordCursor record) {
        for (var header : record.headers())
            if (header.name().equals(Put.EXPLICIT_HASH_KEY_HEADER)) return explicit(header.value());
        if (record.key() == BatchBuilder.ABSENT) return Optional.empty();
        return Optional.of(HashKey.ofPartitionKey(record.key().toArray(ValueLayout.JAVA_BYTE)));
    }

    /// Empty if it is none: anybody may call a header of a record that way.
    private static Optional<HashKey> explicit(MemorySegment text) {
        var digits = new String(text.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
        if (!HASH_KEY.matcher(digits).matches()) return Optional.empty();
        var value = new BigInteger(digits);
        return value.bitLength() > 128 ? Optional.empty() : Optional.of(HashKey.of(value));
    }
}
