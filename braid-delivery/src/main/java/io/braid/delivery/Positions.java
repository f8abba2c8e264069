package io.braid.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.PartitionLog;
import io.braid.log.Purpose;
import io.braid.log.ReadOutcome;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// How far each shard of each channel is delivered: in memory, and in a compacted stream of the server's own, one
/// record for each. Any thread; a change is durable when its call returns.
///
///     key    the channel's id, a slash, the shard's index
///     value  one byte, the version; then the offset, eight bytes (none: the channel has gone)
final class Positions {
    static final String STREAM = "__delivery";

    private static final byte VERSION = 1;
    private static final int READ_BYTES = 1 << 20;
    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN); // of a batch, behind its offset
    private static final Map<String, String> SETTINGS = Map.of(
            StreamSettings.CLEANUP_POLICY, "compact",
            StreamSettings.DURABILITY, "disk",
            StreamSettings.SEGMENT_BYTES, Integer.toString(4 << 20));

    private final Broker broker;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock(); // guards all below, and is held while one is written
    private final Map<String, Map<Integer, Long>> offsets = new HashMap<>(); // by channel; as many as have channels
    private boolean loaded;

    Positions(Broker broker, InstantSource clock) {
        this.broker = broker;
        this.clock = clock;
    }

    /// Empty if nothing of the shard was delivered yet.
    OptionalLong of(String channel, int shard) throws IOException {
        lock.lock();
        try {
            load();
            var offset = offsets.getOrDefault(channel, Map.of()).get(shard);
            return offset == null ? OptionalLong.empty() : OptionalLong.of(offset);
        } finally {
            lock.unlock();
        }
    }

    void set(String channel, int shard, long offset) throws IOException {
        lock.lock();
        try {
            load();
            var value = ByteBuffer.allocate(1 + Long.BYTES).put(VERSION).putLong(offset);
            append(List.of(key(channel, shard)), MemorySegment.ofArray(value.array()));
            offsets.computeIfAbsent(channel, _ -> new HashMap<>()).put(shard, offset);
        } finally {
            lock.unlock();
        }
    }

    /// Forgets shards of a channel that are no longer there.
    void keepOnly(String channel, Set<Integer> shards) throws IOException {
        lock.lock();
        try {
            load();
            var gone = new HashSet<>(offsets.getOrDefault(channel, Map.of()).keySet());
            gone.removeAll(shards);
            if (gone.isEmpty()) return;
            append(gone.stream().map(shard -> key(channel, shard)).toList(), BatchBuilder.ABSENT);
            offsets.get(channel).keySet().removeAll(gone);
        } finally {
            lock.unlock();
        }
    }

    /// Forgets all channels but these.
    void keepOnly(Set<String> channels) throws IOException {
        lock.lock();
        try {
            load();
            for (var channel : Set.copyOf(offsets.keySet()))
                if (!channels.contains(channel)) {
                    keepOnly(channel, Set.of());
                    offsets.remove(channel);
                }
        } finally {
            lock.unlock();
        }
    }

    private static String key(String channel, int shard) {
        return channel + "/" + shard;
    }

    private void append(List<String> keys, MemorySegment value) throws IOException {
        var log = log(stream());
        long now = clock.millis();
        var batch = new BatchBuilder(now);
        for (var key : keys) batch.add(now, MemorySegment.ofArray(key.getBytes(UTF_8)), value);
        switch (log.append(batch.build(), log.end(), Purpose.SERVICE).join()) {
            case AppendOutcome.Appended _ -> {}
            case AppendOutcome.Duplicate _ ->
                throw new IllegalStateException("a batch without a producer was taken for a copy");
            case AppendOutcome.Refused(var reason, String detail) ->
                throw new IOException("stream %s refused a write (%s): %s".formatted(STREAM, reason, detail));
            case AppendOutcome.Unknown(IOException cause) ->
                throw new IOException("stream %s failed: %s".formatted(STREAM, cause.getMessage()), cause);
        }
    }

    private PartitionLog log(Stream stream) {
        return broker.partition(stream.id(), 0).orElseThrow().log();
    }

    private Stream stream() throws IOException {
        var known = broker.catalog().stream(STREAM);
        var stream = known.isPresent() ? known.get() : create();
        return switch (stream.kind()) {
            case INTERNAL -> stream;
            case USER ->
                throw new IOException("a user has created the stream %s, which the server needs for itself: delete it"
                        .formatted(STREAM));
        };
    }

    private Stream create() throws IOException {
        var asked = new NewStream(STREAM, Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, SETTINGS);
        return switch (broker.create(asked)) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.AlreadyExists(var stream) -> stream;
            case CatalogOutcome.Invalid(var _, var detail) -> throw new IOException(detail);
            case CatalogOutcome.NotFound(var name) -> throw new IOException(name + " was not found");
            case CatalogOutcome.Unknown(var cause) -> throw cause;
        };
    }

    private void load() throws IOException {
        if (loaded) return;
        var stream = broker.catalog().stream(STREAM).filter(known -> known.kind() == Stream.Kind.INTERNAL);
        if (stream.isPresent()) replay(log(stream.get()));
        loaded = true;
    }

    private void replay(PartitionLog log) throws IOException {
        long end = log.end();
        for (long next = log.start(); next < end; ) {
            switch (log.read(next, end, READ_BYTES)) {
                case ReadOutcome.Found(var slice) -> {
                    try (slice) {
                        if (slice.nextOffset() <= next)
                            throw new IOException("stream %s ends at %d, not at %d".formatted(STREAM, next, end));
                        apply(slice.load());
                        next = slice.nextOffset();
                    }
                }
                case ReadOutcome.OutOfRange(long start, long _) ->
                    throw new IOException("stream %s begins at %d, after %d was read".formatted(STREAM, start, next));
                case ReadOutcome.Damaged damaged -> throw damaged.failure();
            }
        }
    }

    private void apply(MemorySegment run) throws IOException {
        for (long at = 0; at < run.byteSize(); ) {
            long size = (long) Batch.PREFIX_BYTES + run.get(LENGTH, at + Long.BYTES);
            var batch = new Batch(run.asSlice(at, size));
            var records = new RecordCursor(batch, batch.payload());
            while (records.next()) apply(records);
            at += size;
        }
    }

    private void apply(RecordCursor record) throws IOException {
        var key = new String(record.key().toArray(ValueLayout.JAVA_BYTE), UTF_8);
        int slash = key.lastIndexOf('/');
        if (slash < 0) throw new IOException("stream %s, offset %d: no key".formatted(STREAM, record.offset()));
        var channel = key.substring(0, slash);
        int shard = Integer.parseInt(key.substring(slash + 1));
        var value = record.value().toArray(ValueLayout.JAVA_BYTE);
        if (value.length == 0) {
            var shards = offsets.getOrDefault(channel, new HashMap<>());
            shards.remove(shard);
            if (shards.isEmpty()) offsets.remove(channel);
            return;
        }
        if (value[0] != VERSION || value.length != 1 + Long.BYTES)
            throw new IOException("stream %s, offset %d: version %d expected, found %d in %d bytes"
                    .formatted(STREAM, record.offset(), VERSION, value[0], value.length));
        offsets.computeIfAbsent(channel, _ -> new HashMap<>())
                .put(shard, ByteBuffer.wrap(value).getLong(1));
    }
}
