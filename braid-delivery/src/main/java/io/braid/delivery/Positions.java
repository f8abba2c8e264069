package io.braid.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.broker.Broker;
import io.braid.broker.ServerStream;
import io.braid.broker.StreamSettings;
import io.braid.log.BatchBuilder;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
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
    private static final Map<String, String> SETTINGS =
            Map.of(StreamSettings.CLEANUP_POLICY, "compact", StreamSettings.SEGMENT_BYTES, Integer.toString(4 << 20));

    private final ServerStream stream;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock(); // guards all below, and is held while one is written
    private final Map<String, Map<Integer, Long>> offsets = new HashMap<>(); // by channel; as many as have channels
    private boolean loaded;

    Positions(Broker broker, InstantSource clock) {
        this.stream = new ServerStream(broker, STREAM, SETTINGS);
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
        long now = clock.millis();
        var batch = new BatchBuilder(now);
        for (var key : keys) batch.add(now, MemorySegment.ofArray(key.getBytes(UTF_8)), value);
        stream.append(batch.build());
    }

    private void load() throws IOException {
        if (loaded) return;
        offsets.clear(); // of a replay that failed
        stream.read(this::apply);
        loaded = true;
    }

    private void apply(RecordCursor record) throws IOException {
        var key = new String(record.key().toArray(ValueLayout.JAVA_BYTE), UTF_8);
        int slash = key.lastIndexOf('/');
        if (slash < 0) throw new IOException("no key");
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
            throw new IOException(
                    "version %d expected, found %d in %d bytes".formatted(VERSION, value[0], value.length));
        offsets.computeIfAbsent(channel, _ -> new HashMap<>())
                .put(shard, ByteBuffer.wrap(value).getLong(1));
    }
}
