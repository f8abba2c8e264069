package io.braid.broker;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntToLongFunction;

/// A change of a stream's shards on its way: what will be is sketched first, so that the partitions it needs can be
/// created; then nobody may put, the ends are read, and the shards are as they become.
///
/// @param kept the stream's shards without those that are forgotten
record Reshaping(Stream stream, View.Doors doors, List<Shard> kept, Plan plan) {
    /// An append is answered in far less, or its partition is closed.
    private static final int APPEND_SECONDS_MAX = 30;

    /// The same whenever it is asked, but for the offsets.
    interface Plan {
        Reshape make(List<Shard> kept, IntToLongFunction end);
    }

    /// All but the offsets is as it will be.
    Reshape sketch() {
        return plan.make(kept, this::end);
    }

    private long end(int partition) {
        return doors.partitions().get(partition).log().end();
    }

    /// The shards as they become. Until this is closed nobody puts by hash key.
    record Ready(List<Shard> shards, ShardGate gate) implements AutoCloseable {
        @Override
        public void close() {
            gate.reopen();
        }
    }

    /// Waits for all who put by hash key. A partition that no open shard lies on afterwards takes no more records
    /// from now on, so that none comes to lie behind the end that is read here.
    ///
    /// @throws IOException somebody did not end, or a partition is closed; all is as it was
    Ready ready(Reshape sketch) throws IOException {
        var writable = new BitSet(); // afterwards
        for (var shard : sketch.shards()) if (shard.isOpen()) writable.set(shard.partition());
        var left = doors.partitions().stream()
                .filter(partition -> partition.isWritable() && !writable.get(partition.index()))
                .toList();
        shutGate();
        boolean isReady = false;
        try {
            suspend(left);
            var shards = plan.make(kept, this::end).shards();
            for (var partition : doors.partitions())
                if (writable.get(partition.index())) partition.log().resume();
            isReady = true;
            return new Ready(shards, doors.shardGate());
        } finally {
            if (!isReady) {
                for (var partition : left) partition.log().resume();
                doors.shardGate().reopen();
            }
        }
    }

    private void shutGate() throws IOException {
        try {
            if (doors.shardGate().shut()) return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stream %s: interrupted before its shards changed".formatted(stream.name()), e);
        }
        throw new IOException("stream %s: puts under way did not end, so its shards were not changed; try again"
                .formatted(stream.name()));
    }

    /// From when this returns nothing but ends of transactions is appended, and all that was can be read.
    private void suspend(List<Partition> left) throws IOException {
        var pending = left.stream().map(partition -> partition.log().suspend()).toList();
        try {
            for (var suspended : pending) suspended.get(APPEND_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw notSuspended(e);
        } catch (ExecutionException | TimeoutException e) {
            throw notSuspended(e);
        }
    }

    private IOException notSuspended(Exception cause) {
        return new IOException(
                "stream %s: appends under way did not end, so its shards were not changed; try again"
                        .formatted(stream.name()),
                cause);
    }
}
