package io.braid.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/// The transactions of one partition: which are open, and where each producer's last one ended.
///
///     none ──first batch──► open ──end marker──► ended ──first batch──► open ...
///
/// The writer thread changes it; any thread may ask [#of].
final class Transactions {
    private static final TransactionStatus NONE = new TransactionStatus.None();

    private record Ended(long producerId, long first, long marker) {}

    // Bounded with the producers, which are as many as the log remembers.
    private final Map<Long, TransactionStatus> byProducer = new ConcurrentHashMap<>();
    private final NavigableMap<Long, Long> open = new TreeMap<>(); // first offset to producer
    // Those whose markers are not behind the point of recovery yet; bounded by what is written between two
    // checkpoints.
    private final Deque<Ended> ended = new ArrayDeque<>();

    /// Any thread.
    TransactionStatus of(long producerId) {
        return byProducer.getOrDefault(producerId, NONE);
    }

    int openCount() {
        return open.size();
    }

    boolean isOpen(long producerId) {
        return of(producerId) instanceof TransactionStatus.Open;
    }

    /// The first offset of an open transaction, or `next` if none is open.
    long stable(long next) {
        return open.isEmpty() ? next : open.firstKey();
    }

    /// What [#stable] would be if this producer's transaction had ended.
    long stableWithout(long producerId, long next) {
        for (var each : open.entrySet()) if (each.getValue() != producerId) return each.getKey();
        return next;
    }

    /// The first offset of a producer's open transaction, [EndMarker#NO_RECORDS] if it has none.
    long firstOf(long producerId) {
        return of(producerId) instanceof TransactionStatus.Open(long first, short _) ? first : EndMarker.NO_RECORDS;
    }

    /// A transactional batch was written.
    void note(long producerId, short epoch, long offset) {
        if (of(producerId) instanceof TransactionStatus.Open(long first, short known)) {
            // a checkpoint that remembers no batch of it does not know its epoch
            if (known != epoch) byProducer.put(producerId, new TransactionStatus.Open(first, epoch));
            return;
        }
        open.put(offset, producerId);
        byProducer.put(producerId, new TransactionStatus.Open(offset, epoch));
    }

    /// An end marker was written.
    void end(long producerId, short epoch, long marker) {
        long first = firstOf(producerId);
        if (first != EndMarker.NO_RECORDS) {
            open.remove(first);
            ended.add(new Ended(producerId, first, marker));
        }
        byProducer.put(producerId, new TransactionStatus.Ended(marker, epoch));
    }

    /// The log no longer remembers this producer.
    void forget(long producerId) {
        byProducer.remove(producerId);
    }

    void clear() {
        byProducer.clear();
        open.clear();
        ended.clear();
    }

    /// Those that were open when the next offset was `offset`, in their order.
    List<Checkpoint.OpenTransaction> openAt(long offset) {
        var found = new ArrayList<Checkpoint.OpenTransaction>();
        open.headMap(offset).forEach((first, producer) -> found.add(new Checkpoint.OpenTransaction(producer, first)));
        for (var each : ended)
            if (each.first() < offset && each.marker() >= offset)
                found.add(new Checkpoint.OpenTransaction(each.producerId(), each.first()));
        found.sort(Comparator.comparingLong(Checkpoint.OpenTransaction::first));
        return found;
    }

    /// Nobody will ask [#openAt] about an offset below this one.
    void settle(long offset) {
        while (!ended.isEmpty() && ended.getFirst().marker() < offset) ended.removeFirst();
    }
}
