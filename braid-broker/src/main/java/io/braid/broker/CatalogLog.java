package io.braid.broker;

import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Duplicate;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.AppendOutcome.Unknown;
import io.braid.log.Batch;
import io.braid.log.BatchBuilder;
import io.braid.log.Durability;
import io.braid.log.Log;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.PartitionLog;
import io.braid.log.Purpose;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;

/// The partition in which the catalog is kept: one record for each change, one batch for each record. One thread at
/// a time.
final class CatalogLog {
    /// The same in every data directory, so that it can be found before anything is known.
    static final PartitionId ID = new PartitionId(UUID.fromString("00000000-0000-4000-8000-62726169640a"), 0);

    private static final PartitionConfig CONFIG =
            new PartitionConfig(Durability.DISK, 32 << 20, 64 << 20, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);

    private final PartitionLog log;
    private final InstantSource clock;

    private CatalogLog(PartitionLog log, InstantSource clock) {
        this.log = log;
        this.clock = clock;
    }

    static CatalogLog open(Log log, InstantSource clock) throws IOException {
        return new CatalogLog(log.create(ID, CONFIG), clock);
    }

    /// What all changes so far have led to.
    ///
    /// @throws IOException the disk failed, or a change cannot be read: the message says where and why
    CatalogState replay() throws IOException {
        return replay(new Batches(log, log.start())::next);
    }

    /// Where the batches of a catalog come from.
    interface Source {
        /// Empty at the end.
        Optional<Batch> next() throws IOException;
    }

    /// What all changes of a source have led to.
    ///
    /// @throws IOException as above
    static CatalogState replay(Source batches) throws IOException {
        var state = CatalogState.EMPTY;
        for (var batch = batches.next(); batch.isPresent(); batch = batches.next()) {
            var records = new RecordCursor(batch.get(), batch.get().payload());
            while (records.next()) state = replay(state, records);
        }
        return state;
    }

    private static CatalogState replay(CatalogState state, RecordCursor record) throws IOException {
        try {
            return state.after(ChangeCodec.decode(record.value().toArray(ValueLayout.JAVA_BYTE)));
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException("catalog: change %d: %s".formatted(record.offset(), e.getMessage()), e);
        }
    }

    /// How many changes there are.
    long end() {
        return log.end();
    }

    /// Writes a change; it is durable when this returns.
    ///
    /// @throws IOException it may or may not have been written
    void append(CatalogChange change) throws IOException {
        long now = clock.millis();
        var value = MemorySegment.ofArray(ChangeCodec.encode(change));
        var batch = new BatchBuilder(now).add(now, BatchBuilder.ABSENT, value).build();
        AppendOutcome outcome = log.append(batch, log.end(), Purpose.RESCUE).join();
        switch (outcome) {
            case Appended _ -> {}
            case Duplicate(long first, long _) ->
                throw new IllegalStateException("a change without a producer was taken for a copy of " + first);
            case Refused(var reason, String detail) ->
                throw new IOException("the catalog's log refused a change (%s): %s".formatted(reason, detail));
            case Unknown(IOException cause) ->
                throw new IOException("the catalog's log failed: " + cause.getMessage(), cause);
        }
    }
}
