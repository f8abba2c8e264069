package io.braid.kafka;

import static java.lang.System.Logger.Level.INFO;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;

/// All partitions of a coordinator's stream: they are loaded when the coordinator starts, and loaded again when an
/// append has failed.
///
/// One thread of its own replays partitions, and is gone when there is nothing to load.
final class StatePartitions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(StatePartitions.class.getName());

    private static final Duration LOADER_IDLE = Duration.ofSeconds(5);

    /// A coordinator of Kafka's, which is told what partitions it has and answers at once.
    interface Coordinator {
        /// @param epoch above that of every earlier load of the partition
        void load(int partition, int epoch);

        void unload(int partition);
    }

    private final String stream;
    private final List<StatePartition> partitions;
    private final InstantSource clock;
    private final Runnable whenSettled;
    private final ThreadPoolExecutor loader;
    private final AtomicInteger loading = new AtomicInteger();
    private final AtomicInteger epoch = new AtomicInteger();
    private final CountDownLatch loaded = new CountDownLatch(1);
    private volatile Coordinator coordinator; // set once, by begin, before any append
    private volatile boolean closed;

    /// @param logs        the partitions of the stream, all of them, by number
    /// @param whenSettled run on the loader's thread whenever no partition is being loaded any more
    StatePartitions(String stream, List<StateLog> logs, Runnable whenSettled, InstantSource clock) {
        this.stream = stream;
        this.clock = clock;
        this.whenSettled = whenSettled;
        this.partitions = IntStream.range(0, logs.size())
                .mapToObj(index ->
                        new StatePartition(new TopicPartition(stream, index), logs.get(index), () -> reload(index)))
                .toList();
        this.loader = new ThreadPoolExecutor(
                1,
                1,
                LOADER_IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(2 * logs.size()), // a load for each, and what is run when all are settled
                Thread.ofPlatform().daemon().name("loader-" + stream).factory());
        loader.allowCoreThreadTimeOut(true);
    }

    int count() {
        return partitions.size();
    }

    StateWriter writer(int batchBytesMax, StateWriter.Verification verification) {
        return new StateWriter(partitions, batchBytesMax, verification, _ -> settled());
    }

    /// @param replayed is told of every record
    StateLoader loader(CoordinatorRecordSerde serde, int readBytes, Consumer<CoordinatorRecord> replayed) {
        return new StateLoader(partitions, serde, loader, readBytes, clock, new Observer(replayed));
    }

    /// Begins to load all partitions. Until each is loaded, whoever asks for what is in it is answered that it is
    /// being loaded.
    void load(Coordinator coordinator) {
        this.coordinator = coordinator;
        loading.set(partitions.size());
        for (int index = 0; index < partitions.size(); index++) coordinator.load(index, 0);
        LOG.log(INFO, "coordinator starts: stream={0} partitions={1}", stream, partitions.size());
    }

    /// Waits until all partitions are loaded, or cannot be, but not longer than `patience`.
    void awaitLoaded(Duration patience) throws InterruptedException {
        if (!loaded.await(patience.toMillis(), TimeUnit.MILLISECONDS))
            LOG.log(INFO, "coordinator still loads: stream={0} partitions={1}", stream, loading.get());
    }

    private void reload(int index) {
        loading.incrementAndGet();
        try {
            coordinator.unload(index);
            coordinator.load(index, epoch.incrementAndGet());
        } catch (ApiException e) {
            if (!closed) throw e; // else nobody will ask for this partition again
        }
    }

    /// A partition takes changes, or never will.
    private void settled() {
        if (loading.decrementAndGet() > 0) return;
        try {
            loader.execute(() -> {
                whenSettled.run();
                loaded.countDown();
            });
        } catch (RejectedExecutionException e) {
            if (!closed) throw e;
        }
    }

    @Override
    public void close() {
        closed = true;
        loader.shutdownNow();
    }

    private final class Observer implements StateLoader.Observer {
        private final Consumer<CoordinatorRecord> replayed;

        Observer(Consumer<CoordinatorRecord> replayed) {
            this.replayed = replayed;
        }

        @Override
        public void replayed(int partition, CoordinatorRecord record) {
            replayed.accept(record);
        }

        @Override
        public void failed(int partition) {
            settled();
        }
    }
}
