package io.braid.kafka;

import static java.lang.System.Logger.Level.ERROR;

import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.TransactionResult;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecordSerde;
import org.apache.kafka.coordinator.common.runtime.Deserializer.UnknownRecordTypeException;

/// Replays a partition of a coordinator's stream from its start to its end into the coordinator.
///
/// Loads run one after the other on the executor. A partition that cannot be read, or holds what cannot be
/// replayed, is not served at all: the coordinator answers NOT_COORDINATOR for all that is kept in it until the
/// server is started again.
final class StateLoader implements CoordinatorLoader<CoordinatorRecord> {
    private static final System.Logger LOG = System.getLogger(StateLoader.class.getName());

    /// Offsets replayed between two commits of the coordinator's memory: Kafka's own loader measured this
    /// number.
    private static final long COMMIT_EVERY = 16_384;

    /// Is told of every record that is replayed, and of partitions that could not be loaded.
    interface Observer {
        void replayed(int partition, CoordinatorRecord record);

        void failed(int partition);
    }

    private final List<StatePartition> partitions;
    private final Executor executor;
    private final int readBytes;
    private final InstantSource clock;
    private final Observer observer;
    private final CoordinatorRecordSerde serde;
    private volatile boolean closed;

    /// @param serde     of the coordinator's records
    /// @param readBytes how much is read at once
    StateLoader(
            List<StatePartition> partitions,
            CoordinatorRecordSerde serde,
            Executor executor,
            int readBytes,
            InstantSource clock,
            Observer observer) {
        this.serde = serde;
        this.partitions = List.copyOf(partitions);
        this.executor = executor;
        this.readBytes = readBytes;
        this.clock = clock;
        this.observer = observer;
    }

    @Override
    public CompletableFuture<LoadSummary> load(
            TopicPartition partition, CoordinatorPlayback<CoordinatorRecord> coordinator) {
        long asked = clock.millis();
        var summary = new CompletableFuture<LoadSummary>();
        try {
            executor.execute(() -> run(partition.partition(), coordinator, asked, summary));
        } catch (RejectedExecutionException e) {
            observer.failed(partition.partition());
            summary.completeExceptionally(e);
        }
        return summary;
    }

    private void run(
            int index,
            CoordinatorPlayback<CoordinatorRecord> coordinator,
            long asked,
            CompletableFuture<LoadSummary> summary) {
        try {
            long started = clock.millis();
            var replay = new Replay(index, coordinator);
            replay.all();
            summary.complete(
                    new LoadSummary(asked, clock.millis(), started - asked, replay.recordCount, replay.byteCount));
        } catch (IOException | RuntimeException e) {
            LOG.log(
                    ERROR,
                    "coordinator not loaded: partition=" + partitions.get(index).name(),
                    e);
            observer.failed(index);
            summary.completeExceptionally(e);
        }
    }

    @Override
    public void close() {
        closed = true;
    }

    /// One load of one partition.
    private final class Replay {
        private final int index;
        private final StatePartition partition;
        private final CoordinatorPlayback<CoordinatorRecord> coordinator;
        private long next;
        private long committed;
        private long recordCount;
        private long byteCount;

        Replay(int index, CoordinatorPlayback<CoordinatorRecord> coordinator) {
            this.index = index;
            this.partition = partitions.get(index);
            this.coordinator = coordinator;
        }

        /// Nobody appends while a partition is being loaded, so its end stands still.
        void all() throws IOException {
            var log = partition.log();
            long end = log.end();
            next = log.start();
            while (next < end) {
                if (closed) throw new IOException("the server is being closed");
                var bytes = log.read(next, readBytes);
                if (!bytes.hasRemaining())
                    throw new IOException("%s ends at %d, not at %d".formatted(partition.name(), next, end));
                byteCount += bytes.remaining();
                for (var batch : MemoryRecords.readableRecords(bytes).batches()) one(batch);
            }
            commit(end);
            partition.loaded(end);
        }

        private void one(RecordBatch batch) throws IOException {
            for (var record : batch) {
                if (record.offset() < next) continue; // deleted, but of a batch that is still held in part
                if (batch.isControlBatch()) endTransaction(batch, record);
                else replay(batch, record);
                recordCount++;
            }
            next = batch.nextOffset();
            if (next - committed >= COMMIT_EVERY) commit(next);
        }

        private void commit(long offset) {
            if (offset == committed) return; // the coordinator counts from 0 and takes no offset twice
            coordinator.updateLastWrittenOffset(offset);
            coordinator.updateLastCommittedOffset(offset);
            committed = offset;
        }

        private void replay(RecordBatch batch, Record record) throws IOException {
            try {
                var change = serde.deserialize(record.key(), record.value());
                coordinator.replay(record.offset(), batch.producerId(), batch.producerEpoch(), change);
                observer.replayed(index, change);
            } catch (UnknownRecordTypeException _) {
                // Written by a later release, whose extra knowledge this one does without, as Kafka's own loader does.
            } catch (RuntimeException e) {
                throw new IOException(
                        "%s: the record at offset %d cannot be replayed".formatted(partition.name(), record.offset()),
                        e);
            }
        }

        private void endTransaction(RecordBatch batch, Record record) {
            var type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.COMMIT || type == ControlRecordType.ABORT)
                coordinator.replayEndTransactionMarker(
                        batch.producerId(),
                        batch.producerEpoch(),
                        type == ControlRecordType.COMMIT ? TransactionResult.COMMIT : TransactionResult.ABORT);
        }
    }
}
