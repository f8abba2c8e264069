package io.braid.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/// What a partition remembers of its idempotent producers: the epoch and the last five batches of each, as the
/// clients rely on (KIP-98; five is `max.in.flight.requests.per.connection`'s limit). Writer thread only.
///
/// An unknown producer may begin at any sequence (KIP-360): it was forgotten, or its records were deleted. Only a batch
/// of it that was [refused][Refusals] it may not leave out. One with an open transaction is not forgotten.
final class Producers {
    static final int WINDOW = 5;
    static final long NO_MARKER = -1;

    /// What is to be done with a batch.
    sealed interface Verdict {
        record Fresh() implements Verdict {}

        /// It is here already, at these offsets.
        record Seen(long firstOffset, long lastOffset) implements Verdict {}

        record Gap(String detail) implements Verdict {}

        record Fenced(String detail) implements Verdict {}

        record NotInTransaction(String detail) implements Verdict {}

        /// As many transactions are open as the log remembers producers.
        record TooManyOpen(String detail) implements Verdict {}
    }

    private static final Verdict FRESH = new Verdict.Fresh();

    private final int most;
    // In the order of their last batches, so that the first is the first to forget.
    private final LinkedHashMap<Long, Producer> byId = new LinkedHashMap<>();
    private final Transactions transactions = new Transactions();
    private final Refusals refusals = new Refusals();

    Producers(int most) {
        this.most = most;
    }

    Transactions transactions() {
        return transactions;
    }

    /// Any thread.
    Refusals refusals() {
        return refusals;
    }

    Verdict check(Batch batch, Origin origin) {
        if (batch.isControl()) return checkMarker(batch, origin);
        if (!batch.isIdempotent())
            return batch.isTransactional()
                    ? new Verdict.NotInTransaction("a transactional batch has a producer id")
                    : FRESH;
        var producer = byId.get(batch.producerId());
        if (producer != null) {
            var verdict = producer.check(batch, origin);
            if (verdict != FRESH) return verdict;
        } else if (refusals.leavesOut(batch)) {
            return new Verdict.Gap("producer %d sent sequence %d, and one before it was refused"
                    .formatted(batch.producerId(), batch.baseSequence()));
        }
        return checkTransaction(batch, origin);
    }

    private Verdict checkMarker(Batch marker, Origin origin) {
        if (!(origin instanceof Origin.Ending(long _, boolean isNewEpoch)))
            return new Verdict.NotInTransaction("only a transaction's coordinator ends it");
        var producer = byId.get(marker.producerId());
        if (producer == null) return FRESH;
        boolean isNew = marker.producerEpoch() > producer.epoch;
        if (isNew || marker.producerEpoch() == producer.epoch && !isNewEpoch) return FRESH;
        return new Verdict.Fenced("the end of a transaction of producer %d has epoch %d, should be %s %d"
                .formatted(
                        marker.producerId(),
                        marker.producerEpoch(),
                        isNewEpoch ? "above" : "at least",
                        producer.epoch));
    }

    private Verdict checkTransaction(Batch batch, Origin origin) {
        long id = batch.producerId();
        boolean isOpen = transactions.isOpen(id);
        var producer = byId.get(id);
        boolean isOthers = producer != null && producer.epoch != batch.producerEpoch();
        if (isOpen && (isOthers || !batch.isTransactional()))
            return new Verdict.NotInTransaction(
                    "producer %d has a transaction open, of which the batch is no part".formatted(id));
        if (isOpen || !batch.isTransactional()) return FRESH;
        if (transactions.openCount() >= most)
            return new Verdict.TooManyOpen("%d transactions are open here".formatted(most));
        return switch (origin) {
            case Origin.Anybody _, Origin.Retry _, Origin.Ending _ ->
                new Verdict.NotInTransaction(
                        "producer %d has no transaction open here, and its coordinator was not asked".formatted(id));
            case Origin.InTransaction(TransactionStatus seen) ->
                seen.equals(transactions.of(id))
                        ? FRESH
                        : new Verdict.NotInTransaction(
                                "the transaction of producer %d ended before the batch came".formatted(id));
            case Origin.Coordinator _ -> FRESH;
        };
    }

    /// Remembers a batch that was written at its base offset.
    void remember(Batch batch, long nowMillis) {
        if (!batch.isIdempotent()) return;
        long id = batch.producerId();
        var known = byId.get(id);
        var producer = known == null ? new Producer(id) : known;
        if (batch.isControl()) {
            producer.end(batch, nowMillis);
            transactions.end(id, batch.producerEpoch(), batch.baseOffset());
        } else {
            producer.remember(batch, nowMillis);
            if (batch.isTransactional()) transactions.note(id, batch.producerEpoch(), batch.baseOffset());
        }
        byId.putLast(id, producer);
        refusals.forget(id);
        if (byId.size() > most) forgetFirst(Long.MAX_VALUE);
    }

    /// Forgets those who have not written for so long and have no transaction open.
    void expire(long nowMillis, long keptMillis) {
        while (forgetFirst(nowMillis - keptMillis)) {}
        refusals.expire(nowMillis - keptMillis);
    }

    /// Forgets the one who wrote longest ago, if that was not after `millis`.
    private boolean forgetFirst(long millis) {
        for (var producer : byId.values()) {
            if (producer.lastMillis > millis) return false;
            if (transactions.isOpen(producer.id)) continue;
            byId.remove(producer.id);
            transactions.forget(producer.id);
            return true;
        }
        return false;
    }

    /// What is known of batches below `offset`, in the order in which producers will be forgotten.
    List<Checkpoint.ProducerState> below(long offset) {
        var states = new ArrayList<Checkpoint.ProducerState>(byId.size());
        for (var producer : byId.values()) {
            var sent = producer.sentBelow(offset);
            long marker = producer.marker < offset ? producer.marker : NO_MARKER;
            if (!sent.isEmpty() || marker != NO_MARKER)
                states.add(
                        new Checkpoint.ProducerState(producer.id, producer.epoch, producer.lastMillis, marker, sent));
        }
        return states;
    }

    void restore(Checkpoint.ProducerState state) {
        var producer = new Producer(state.id());
        producer.epoch = state.epoch();
        producer.lastMillis = state.lastMillis();
        producer.marker = state.marker();
        if (producer.marker != NO_MARKER) transactions.end(producer.id, producer.epoch, producer.marker);
        for (var sent : state.sent()) producer.add(sent.firstSequence(), sent.lastSequence(), sent.firstOffset());
        byId.put(state.id(), producer);
    }

    /// After the producers: a transaction that is still open.
    void restore(Checkpoint.OpenTransaction open) {
        var producer = byId.get(open.producer());
        transactions.note(open.producer(), producer == null ? -1 : producer.epoch, open.first());
    }

    /// In the order in which they will be forgotten.
    List<ProducerStatus> all() {
        return byId.values().stream()
                .map(producer -> new ProducerStatus(
                        producer.id, producer.epoch, producer.newestSequence(), producer.lastMillis, producer.marker))
                .toList();
    }

    void clear() {
        byId.clear();
        transactions.clear();
    }

    static int lastSequence(Batch batch) {
        return (int) ((batch.baseSequence() + (long) batch.lastOffsetDelta()) & Integer.MAX_VALUE);
    }

    /// One producer. The arrays are rings of the last [#WINDOW] batches; `written % WINDOW` is the next to fill.
    private static final class Producer {
        final long id;
        short epoch = -1;
        long lastMillis;
        long marker = NO_MARKER; // offset of the end of its last transaction here
        int written; // batches of this epoch, counted up to 2 * WINDOW and then kept within it
        final int[] firstSequence = new int[WINDOW];
        final int[] lastSequence = new int[WINDOW];
        final long[] firstOffset = new long[WINDOW];

        Producer(long id) {
            this.id = id;
        }

        private Verdict check(Batch batch, Origin origin) {
            if (batch.producerEpoch() < epoch)
                return new Verdict.Fenced(
                        "producer %d has epoch %d, which is before %d".formatted(id, batch.producerEpoch(), epoch));
            if (origin instanceof Origin.Coordinator) return FRESH;
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
            int expected = (newestSequence() + 1) & Integer.MAX_VALUE;
            return batch.baseSequence() == expected
                    ? FRESH
                    : new Verdict.Gap(
                            "producer %d sent sequence %d, expected %d".formatted(id, batch.baseSequence(), expected));
        }

        /// -1 if there is no batch of this epoch.
        private int newestSequence() {
            return written == 0 ? -1 : lastSequence[(written - 1) % WINDOW];
        }

        private void remember(Batch batch, long nowMillis) {
            if (batch.producerEpoch() != epoch) written = 0;
            epoch = batch.producerEpoch();
            lastMillis = nowMillis;
            add(batch.baseSequence(), lastSequence(batch), batch.baseOffset());
        }

        /// The end of a transaction; one with a new epoch begins that epoch.
        private void end(Batch batch, long nowMillis) {
            if (batch.producerEpoch() > epoch) {
                written = 0;
                epoch = batch.producerEpoch();
            }
            lastMillis = nowMillis;
            marker = batch.baseOffset();
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
