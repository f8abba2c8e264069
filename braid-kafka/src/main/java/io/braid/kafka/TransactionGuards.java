package io.braid.kafka;

import io.braid.log.Batch;
import io.braid.log.TransactionStatus;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.storage.internals.log.VerificationGuard;

/// What a [StatePartition] knows of transactions in it before the log does: it numbers ahead of the log, so it must
/// refuse by itself whatever the log would refuse.
///
/// 1. A batch of a producer that was fenced is refused.
/// 2. A batch may begin a transaction only if its coordinator was asked, and no end was submitted since (KIP-890):
///    nobody would end it.
/// 3. The end of a transaction that has ended is refused.
///
/// [#ask], [#askAgain] and [#refused] are for any thread; the rest is called by the partition's appender, and what
/// [#begin] answers is run by the log's writer thread.
final class TransactionGuards {
    /// Who was given a guard since the last end, and how many of them have not been refused.
    private record Asked(VerificationGuard guard, int askers) {}

    /// What was submitted for one producer and is not answered yet.
    private record UnderWay(int appends, int ends, short epoch) {
        static final UnderWay NOTHING = new UnderWay(0, 0, (short) -1);
    }

    private final StateLog log;
    private final Map<Long, Asked> asked = new ConcurrentHashMap<>(); // bounded by transactions that are open
    private final Map<Long, UnderWay> underWay = new ConcurrentHashMap<>(); // bounded by the log's inbox

    TransactionGuards(StateLog log) {
        this.log = log;
    }

    /// Before a producer's coordinator is asked.
    VerificationGuard ask(long producerId) {
        return asked.merge(
                        producerId,
                        new Asked(new VerificationGuard(), 1),
                        (known, _) -> new Asked(known.guard(), known.askers() + 1))
                .guard();
    }

    /// Before it is asked once more: what had to end first may have ended since.
    VerificationGuard askAgain(long producerId, VerificationGuard guard) {
        refused(producerId, guard);
        return ask(producerId);
    }

    /// The coordinator said no.
    void refused(long producerId, VerificationGuard guard) {
        asked.computeIfPresent(producerId, (_, known) -> {
            if (!known.guard().equals(guard)) return known;
            return known.askers() == 1 ? null : new Asked(guard, known.askers() - 1);
        });
    }

    /// The coordinator loads the partition again, and will be asked again.
    void forget() {
        asked.clear();
    }

    /// @throws ApiException why the batch must not be written
    void check(Batch batch, VerificationGuard guard) {
        long id = batch.producerId();
        var ahead = underWay.getOrDefault(id, UnderWay.NOTHING); // first: once it is settled, the log knows of it
        var known = log.transaction(id);
        checkEpoch(id, batch.producerEpoch(), ahead, known);
        if (ahead.ends() > 0) throw notEnded(id);
        if (ahead.appends() > 0 && ahead.epoch() == batch.producerEpoch()) return; // they have begun it
        if (known instanceof TransactionStatus.Open(long _, short epoch)) {
            if (epoch == batch.producerEpoch()) return;
            throw notEnded(id);
        }
        var last = asked.get(id);
        if (last != null && last.guard().verify(guard)) return;
        if (guard.equals(VerificationGuard.SENTINEL))
            throw new InvalidTxnStateException(
                    "the coordinator of producer %d's transaction was not asked".formatted(id));
        // That of the transaction before, or its own: who asks the coordinator again is told which.
        throw new ConcurrentTransactionsException(
                "a transaction of producer %d has ended since its coordinator was asked".formatted(id));
    }

    /// @throws ApiException why the end must not be written
    void check(EndOfTransaction end) {
        long id = end.producerId();
        var ahead = underWay.getOrDefault(id, UnderWay.NOTHING);
        var known = log.transaction(id);
        checkEpoch(id, end.epoch(), ahead, known);
        if (end.isNewEpoch() && end.epoch() == newest(ahead, known)) throw fenced(id, end.epoch(), end.epoch());
    }

    private static void checkEpoch(long id, short epoch, UnderWay ahead, TransactionStatus known) {
        short newest = newest(ahead, known);
        if (epoch < newest) throw fenced(id, epoch, newest);
    }

    private static short newest(UnderWay ahead, TransactionStatus known) {
        short epoch = switch (known) {
            case TransactionStatus.None() -> -1;
            case TransactionStatus.Open(long _, short open) -> open;
            case TransactionStatus.Ended(long _, short ended) -> ended;
        };
        return (short) Math.max(epoch, ahead.epoch());
    }

    private static ApiException fenced(long id, short epoch, short newest) {
        return new InvalidProducerEpochException(
                "producer %d has epoch %d here, and comes with %d".formatted(id, newest, epoch));
    }

    private static ApiException notEnded(long id) {
        return new ConcurrentTransactionsException("the last transaction of producer %d is still ending".formatted(id));
    }

    /// A batch is submitted; to be run when it is answered.
    Runnable begin(Batch batch) {
        return begin(batch.producerId(), new UnderWay(1, 0, batch.producerEpoch()));
    }

    /// An end is submitted; to be run when it is answered.
    Runnable begin(EndOfTransaction end) {
        asked.remove(end.producerId());
        return begin(end.producerId(), new UnderWay(0, 1, end.epoch()));
    }

    private Runnable begin(long producerId, UnderWay one) {
        underWay.merge(
                producerId,
                one,
                (before, _) -> new UnderWay(before.appends() + one.appends(), before.ends() + one.ends(), one.epoch()));
        return () -> underWay.computeIfPresent(producerId, (_, now) -> {
            int appends = now.appends() - one.appends();
            int ends = now.ends() - one.ends();
            return appends + ends == 0 ? null : new UnderWay(appends, ends, now.epoch());
        });
    }
}
