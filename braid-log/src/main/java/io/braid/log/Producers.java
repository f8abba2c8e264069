package io.braid.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// What a partition remembers of its idempotent producers: the epoch and the last five batches of each, as the
/// clients rely on (KIP-98; five is `max.in.flight.requests.per.connection`'s limit). Writer thread only.
///
/// An unknown producer may begin at any sequence (KIP-360): it was forgotten, or its records were deleted.
final class Producers {
    static final int WINDOW = 5;

    /// What is to be done with a batch.
    sealed interface Verdict {
        record Fresh() implements Verdict {}

        /// It is here already, at these offsets.
        record Seen(long firstOffset, long lastOffset) implements Verdict {}

        record Gap(String detail) implements Verdict {}

        record Fenced(String detail) implements Verdict {}
    }

    private static final Verdict FRESH = new Verdict.Fresh();

    private final int most;
    private final long keptMillis;
    // In the order of their last batches, so that the first is the first to forget.
    private final LinkedHashMap<Long, Producer> byId = new LinkedHashMap<>();

    Producers(int most, long keptMillis) {
        this.most = most;
        this.keptMillis = keptMillis;
    }

    Verdict check(Batch batch) {
        if (!batch.isIdempotent() || batch.isControl()) return FRESH;
        var producer = byId.get(batch.producerId());
        return producer == null ? FRESH : producer.check(batch);
    }

    /// Remembers a batch that was written at its base offset.
    void remember(Batch batch, long nowMillis) {
        if (!batch.isIdempotent() || batch.isControl()) return;
        var known = byId.get(batch.producerId());
        var producer = known == null ? new Producer(batch.producerId()) : known;
        producer.remember(batch, nowMillis);
        byId.putLast(producer.id, producer);
        if (byId.size() > most) forgetOldest();
    }

    /// Forgets those who have not written for long.
    void expire(long nowMillis) {
        while (!byId.isEmpty() && byId.firstEntry().getValue().lastMillis <= nowMillis - keptMillis) forgetOldest();
    }

    /// What is known of batches below `offset`, in the order in which producers will be forgotten.
    List<Checkpoint.ProducerState> below(long offset) {
        var states = new ArrayList<Checkpoint.ProducerState>(byId.size());
        for (var producer : byId.values()) {
            var sent = producer.sentBelow(offset);
            if (!sent.isEmpty())
                states.add(new Checkpoint.ProducerState(producer.id, producer.epoch, producer.lastMillis, sent));
        }
        return states;
    }

    void restore(Checkpoint.ProducerState state) {
        var producer = new Producer(state.id());
        producer.epoch = state.epoch();
        producer.lastMillis = state.lastMillis();
        for (var sent : state.sent()) producer.add(sent.firstSequence(), sent.lastSequence(), sent.firstOffset());
        byId.put(state.id(), producer);
    }

    void clear() {
        byId.clear();
    }

    private void forgetOldest() {
        byId.pollFirstEntry();
    }

    static int lastSequence(Batch batch) {
        return (int) ((batch.baseSequence() + (long) batch.lastOffsetDelta()) & Integer.MAX_VALUE);
    }

    /// One producer. The arrays are rings of the last [#WINDOW] batches; `written % WINDOW` is the next to fill.
    private static final class Producer {
        final long id;
        short epoch = -1;
        long lastMillis;
        int written; // batches of this epoch, counted up to 2 * WINDOW and then kept within it
        final int[] firstSequence = new int[WINDOW];
        final int[] lastSequence = new int[WINDOW];
        final long[] firstOffset = new long[WINDOW];

        Producer(long id) {
            this.id = id;
        }

        private Verdict check(Batch batch) {
            if (batch.producerEpoch() < epoch)
                return new Verdict.Fenced(
                        "producer %d has epoch %d, which is before %d".formatted(id, batch.producerEpoch(), epoch));
            if (batch.producerEpoch() > epoch)
                return batch.baseSequence() == 0
                        ? FRESH
                        : new Verdict.Gap("producer %d begins epoch %d with sequence %d, should be 0"
                                .formatted(id, batch.producerEpoch(), batch.baseSequence()));
            int last = lastSequence(batch);
            for (int i = Math.max(0, written - WINDOW); i < written; i++) {
                int at = i % WINDOW;
                if (firstSequence[at] == batch.baseSequence() && lastSequence[at] == last)
                    return new Verdict.Seen(firstOffset[at], firstOffset[at] + batch.lastOffsetDelta());
            }
            int expected = (lastSequence[(written - 1) % WINDOW] + 1) & Integer.MAX_VALUE;
            return batch.baseSequence() == expected
                    ? FRESH
                    : new Verdict.Gap(
                            "producer %d sent sequence %d, expected %d".formatted(id, batch.baseSequence(), expected));
        }

        private void remember(Batch batch, long nowMillis) {
            if (batch.producerEpoch() != epoch) written = 0;
            epoch = batch.producerEpoch();
            lastMillis = nowMillis;
            add(batch.baseSequence(), lastSequence(batch), batch.baseOffset());
        }

        private List<Checkpoint.Sent> sentBelow(long offset) {
            var sent = new ArrayList<Checkpoint.Sent>(WINDOW);
            for (int i = Math.max(0, written - WINDOW); i < written; i++) {
                int at = i % WINDOW;
                if (firstOffset[at] < offset)
                    sent.add(new Checkpoint.Sent(firstSequence[at], lastSequence[at], firstOffset[at]));
            }
            return sent;
        }

        private void add(int first, int last, long offset) {
            int at = written % WINDOW;
            firstSequence[at] = first;
            lastSequence[at] = last;
            firstOffset[at] = offset;
            written = written + 1 == 3 * WINDOW ? 2 * WINDOW : written + 1;
        }
    }
}
