package io.braid.broker;

import io.braid.log.Batch;
import io.braid.log.PartitionLog;

/// One partition of a stream as the catalog knew it when it was asked for, with its log. Any thread.
public final class Partition {
    private final Stream stream;
    private final int index;
    private final PartitionLog log;
    private final BatchRules rules;
    private final ClientBatches clients;

    /// @param rules what the stream's settings ask of batches that clients made
    Partition(Stream stream, int index, PartitionLog log, BatchRules rules, ClientBatches clients) {
        this.stream = stream;
        this.index = index;
        this.log = log;
        this.rules = rules;
        this.clients = clients;
    }

    public Stream stream() {
        return stream;
    }

    public int index() {
        return index;
    }

    public PartitionLog log() {
        return log;
    }

    public boolean isWritable() {
        return stream.isWritable(index);
    }

    /// Lets in a batch that a client made, or says why not: see [BatchRules#admit]. Whoever scales the stream hears
    /// of it.
    public Admission admit(Batch batch, long nowMillis) {
        clients.note(nowMillis);
        var admission = rules.admit(batch, log.config(), nowMillis);
        if (admission instanceof Admission.Out) log.noteRefusal(batch);
        return admission;
    }

    /// A batch that the server made itself, as this stream keeps batches: to be appended in its place.
    public Batch kept(Batch batch) {
        return rules.kept(batch, log.config().batchBytesMax());
    }
}
