package io.braid.broker;

import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
import io.braid.log.PartitionLog;
import io.braid.log.Purpose;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Records that the server keeps for itself: an internal stream of one partition, written to disk before a write
/// returns, created by the first write. Any thread; a call blocks until it is done.
public final class ServerStream {
    private final Broker broker;
    private final String name;
    private final Map<String, String> settings;
    private final ReentrantLock writing = new ReentrantLock(); // guards the order of writes

    /// @param settings by the names of [StreamSettings]; a stream that is there already gets them by its next write
    public ServerStream(Broker broker, String name, Map<String, String> settings) {
        this.broker = broker;
        this.name = name;
        var own = new HashMap<>(settings);
        own.put(StreamSettings.DURABILITY, "disk");
        own.put(StreamSettings.COMPRESSION_TYPE, StoredCodec.PRODUCER); // or the server's default would be told of it
        this.settings = Map.copyOf(own);
    }

    /// What is told of each record.
    public interface Reader {
        void record(RecordCursor record) throws IOException;
    }

    public boolean exists() {
        return found().isPresent();
    }

    /// The first offset that was not written yet; 0 as long as there is no such stream.
    public long end() {
        return found().map(stream -> log(stream).end()).orElse(0L);
    }

    /// Writes a batch; it is durable when this returns.
    ///
    /// @throws IOException it may or may not have been written; the message says why
    public void append(Batch batch) throws IOException {
        var refused = offer(batch);
        if (refused.isPresent())
            throw new IOException("stream %s refused a write (%s): %s"
                    .formatted(name, refused.get().reason(), refused.get().detail()));
    }

    /// The same for who has an answer to each refusal; empty once the batch is durable.
    ///
    /// @throws IOException it may or may not have been written; the message says why
    public Optional<AppendOutcome.Refused> offer(Batch batch) throws IOException {
        writing.lock();
        try {
            var log = log(ready());
            return switch (log.append(batch, log.end(), Purpose.SERVICE).join()) {
                case AppendOutcome.Appended _ -> Optional.empty();
                case AppendOutcome.Refused refused -> Optional.of(refused);
                case AppendOutcome.Duplicate _ ->
                    throw new IllegalStateException("a batch without a producer was taken for a copy");
                case AppendOutcome.Unknown(IOException cause) ->
                    throw new IOException("stream %s failed: %s".formatted(name, cause.getMessage()), cause);
            };
        } finally {
            writing.unlock();
        }
    }

    /// Shows all records that are there now, in their order.
    ///
    /// @throws IOException they cannot be read, or the reader cannot
    public void read(Reader reader) throws IOException {
        var stream = found();
        if (stream.isEmpty()) return;
        var log = log(stream.get());
        show(new Batches(log, log.start()), log.end(), reader);
    }

    /// Shows the records that were written at `sinceMillis` or later, and some before, in their order, below the offset
    /// `end`. What retention takes away meanwhile is passed over.
    ///
    /// @throws IOException they cannot be read, or the reader cannot
    public void read(long sinceMillis, long end, Reader reader) throws IOException {
        var stream = found();
        if (stream.isEmpty()) return;
        var log = log(stream.get());
        var first = log.batchAt(sinceMillis, log.start());
        if (first.isEmpty()) return;
        show(new Batches(log, first.getAsLong()), end, reader);
    }

    private void show(Batches batches, long end, Reader reader) throws IOException {
        for (var batch = batches.next(); batch.isPresent(); batch = batches.next()) {
            if (batch.get().baseOffset() >= end) return;
            var records = new RecordCursor(batch.get(), batch.get().payload());
            while (records.next()) show(records, reader);
        }
    }

    private void show(RecordCursor record, Reader reader) throws IOException {
        try {
            reader.record(record);
        } catch (IOException e) {
            throw new IOException("stream %s, offset %d: %s".formatted(name, record.offset(), e.getMessage()), e);
        }
    }

    private Optional<Stream> found() {
        return broker.catalog().stream(name).filter(stream -> stream.kind() == Stream.Kind.INTERNAL);
    }

    private PartitionLog log(Stream stream) {
        return broker.partition(stream.id(), 0).orElseThrow().log();
    }

    private Stream ready() throws IOException {
        var known = broker.catalog().stream(name);
        if (known.isEmpty())
            return done(broker.create(new NewStream(name, Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, settings)));
        var stream = known.get();
        if (stream.kind() == Stream.Kind.USER)
            throw new IOException(
                    "a user has created the stream %s, which the server needs for itself: delete it".formatted(name));
        if (stream.settings().equals(settings)) return stream;
        var changes = new HashMap<String, Optional<String>>();
        settings.forEach((setting, value) -> changes.put(setting, Optional.of(value)));
        return done(broker.configure(name, changes));
    }

    private static Stream done(CatalogOutcome outcome) throws IOException {
        return switch (outcome) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.AlreadyExists(var stream) -> stream;
            case CatalogOutcome.Invalid(var _, var detail) -> throw new IOException(detail);
            case CatalogOutcome.NotFound(var missing) -> throw new IOException(missing + " was not found");
            case CatalogOutcome.Unknown(var cause) -> throw cause;
        };
    }
}
