package io.braid.broker;

import java.util.concurrent.atomic.AtomicBoolean;

/// A stream whose shards stay as they are until this is closed (see [Broker#hold]). Any thread.
public final class ShardHold implements AutoCloseable {
    private final View view;
    private final Stream stream;
    private final ShardGate gate;
    private final AtomicBoolean closed = new AtomicBoolean();

    ShardHold(View view, Stream stream, ShardGate gate) {
        this.view = view;
        this.stream = stream;
        this.gate = gate;
    }

    public Stream stream() {
        return stream;
    }

    /// The partition that a shard of this stream lies on.
    public Partition partition(Shard shard) {
        return view.partition(stream, shard.partition()).orElseThrow();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) gate.leave();
    }
}
