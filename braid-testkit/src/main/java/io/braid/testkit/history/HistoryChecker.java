package io.braid.testkit.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Looks for every [Anomaly] in a history.
///
/// ```
///   operations ─► who sent each value, what stands at each offset, what was ever polled
///                    │
///                    ├─ of all values:        two at one offset, one at two, nobody's, lost, torn
///                    ├─ of each transaction:  aborted and seen, seen too early
///                    ├─ of each process:      polls that skip or go back, sends out of order
///                    └─ between operations:   circles of those who saw what the others wrote
/// ```
///
/// The history must end with a final read of all partitions: what it did not see does not exist. Time and memory grow
/// with the steps, n log n. One thread.
public final class HistoryChecker {
    private record Place(String partition, long offset) {}

    private final List<Operation> history;
    private final Map<Long, Integer> senders = new HashMap<>(); // operations, by what they sent
    private final Map<String, NavigableMap<Long, Set<Long>>> values = new HashMap<>(); // by partition and offset
    private final Map<Long, Set<Place>> places = new HashMap<>(); // where each value was polled
    private final List<Anomaly> found = new ArrayList<>();

    private HistoryChecker(List<Operation> history) {
        this.history = history;
    }

    /// All anomalies, those of values before those of processes.
    ///
    /// @param history each process's operations in the order in which it did them
    /// @throws IllegalArgumentException two steps sent the same value
    public static List<Anomaly> check(List<Operation> history) {
        var checker = new HistoryChecker(history);
        checker.gather();
        checker.checkOffsets();
        checker.checkValues();
        for (var operation : history) checker.checkWhole(operation);
        checker.checkProcesses();
        checker.checkCircles();
        return checker.found;
    }

    private void report(Anomaly.Kind kind, String detail, Object... arguments) {
        found.add(new Anomaly(kind, detail.formatted(arguments)));
    }

    private void gather() {
        for (int i = 0; i < history.size(); i++)
            for (var step : history.get(i).steps())
                switch (step) {
                    case Step.Sent sent -> {
                        if (senders.put(sent.value(), i) != null)
                            throw new IllegalArgumentException("value %d was sent twice".formatted(sent.value()));
                        if (sent.offset().isPresent())
                            stands(sent.partition(), sent.offset().getAsLong(), sent.value());
                    }
                    case Step.Polled polled -> {
                        stands(polled.partition(), polled.offset(), polled.value());
                        places.computeIfAbsent(polled.value(), _ -> new HashSet<>())
                                .add(new Place(polled.partition(), polled.offset()));
                    }
                    case Step.Positioned _ -> {}
                }
    }

    private void stands(String partition, long offset, long value) {
        values.computeIfAbsent(partition, _ -> new TreeMap<>())
                .computeIfAbsent(offset, _ -> new HashSet<>())
                .add(value);
    }

    private void checkOffsets() {
        values.forEach((partition, offsets) -> offsets.forEach((offset, at) -> {
            if (at.size() > 1) report(Anomaly.Kind.INCONSISTENT_OFFSETS, "%s at %d: %s", partition, offset, at);
        }));
    }

    private void checkValues() {
        places.forEach((value, at) -> {
            if (at.size() > 1) report(Anomaly.Kind.DUPLICATE, "%d is at %s", value, at);
            var sender = senders.get(value);
            if (sender == null) report(Anomaly.Kind.UNWRITTEN_READ, "%d at %s", value, at);
            else if (history.get(sender).outcome() == Operation.Outcome.FAILED)
                report(Anomaly.Kind.ABORTED_READ, "%d at %s, of %s", value, at, history.get(sender));
        });
    }

    /// Lost records, and what a transaction did to itself.
    private void checkWhole(Operation operation) {
        var unseen = operation
                .sent()
                .filter(sent -> !places.containsKey(sent.value()))
                .toList();
        if (operation.outcome() == Operation.Outcome.DONE)
            for (var sent : unseen) report(Anomaly.Kind.LOST_WRITE, "%s of %s", sent, operation);
        else if (operation.isTransaction()
                && !unseen.isEmpty()
                && unseen.size() < operation.sent().count())
            report(Anomaly.Kind.TORN_TRANSACTION, "%s were never polled, others were, of %s", unseen, operation);
        if (operation.isTransaction()) {
            var sent = operation.sent().map(Step.Sent::value).collect(Collectors.toSet());
            operation
                    .polled()
                    .filter(polled -> sent.contains(polled.value()))
                    .forEach(polled -> report(Anomaly.Kind.PRECOMMITTED_READ, "%s by %s", polled, operation));
        }
    }

    private void checkProcesses() {
        var processes = new TreeMap<Integer, List<Operation>>();
        for (var operation : history)
            processes
                    .computeIfAbsent(operation.process(), _ -> new ArrayList<>())
                    .add(operation);
        processes.values().forEach(this::checkPolls);
        processes.values().forEach(this::checkSends);
    }

    private void checkPolls(List<Operation> process) {
        var next = new HashMap<String, Long>(); // nothing from here on may be passed over
        for (var operation : process)
            for (var step : operation.steps())
                switch (step) {
                    case Step.Positioned(String partition, long offset) -> next.put(partition, offset);
                    case Step.Polled polled -> checkPoll(polled, next.get(polled.partition()), operation, next);
                    case Step.Sent _ -> {}
                }
    }

    private void checkPoll(Step.Polled polled, Long expected, Operation operation, Map<String, Long> next) {
        next.put(polled.partition(), polled.offset() + 1);
        if (expected == null) return; // nobody said where it began
        if (polled.offset() < expected) {
            report(Anomaly.Kind.NONMONOTONIC_POLL, "%s, was at %d, of %s", polled, expected, operation);
            return;
        }
        values.get(polled.partition()).subMap(expected, polled.offset()).forEach((offset, at) -> {
            if (at.stream().anyMatch(places::containsKey))
                report(Anomaly.Kind.POLL_SKIP, "%s at %d before %s of %s", at, offset, polled, operation);
        });
    }

    /// A transaction's producer and one for what is sent alone are two, each with an order of its own.
    private void checkSends(List<Operation> process) {
        for (var kind : Operation.Kind.values()) {
            var last = new HashMap<String, Long>();
            for (var operation : process)
                if (operation.kind() == kind) operation.sent().forEach(sent -> checkSend(sent, operation, last));
        }
    }

    private void checkSend(Step.Sent sent, Operation operation, Map<String, Long> last) {
        var at = offsetOf(sent);
        if (at.isEmpty()) return;
        var before = last.put(sent.partition(), at.getAsLong());
        if (before != null && at.getAsLong() <= before)
            report(Anomaly.Kind.NONMONOTONIC_SEND, "%s after one at %d, of %s", sent, before, operation);
    }

    private OptionalLong offsetOf(Step.Sent sent) {
        if (sent.offset().isPresent()) return sent.offset();
        return places.getOrDefault(sent.value(), Set.of()).stream()
                .mapToLong(Place::offset)
                .findFirst();
    }

    /// An edge from each operation to those that polled what it sent, and to the next one of its process. Such
    /// an edge goes forward in time: the writes of a transaction are seen after its reads are done, and outside
    /// of transactions only operations that do nothing but write, or but read, have edges. So there are no
    /// circles.
    private void checkCircles() {
        var edges = new ArrayList<Set<Integer>>();
        var lasts = new HashMap<Integer, Integer>();
        for (int i = 0; i < history.size(); i++) edges.add(new HashSet<>());
        for (int i = 0; i < history.size(); i++) {
            var operation = history.get(i);
            if (!isAtOnce(operation)) continue;
            var last = lasts.put(operation.process(), i);
            if (last != null) edges.get(last).add(i);
            int reader = i;
            operation.polled().map(polled -> senders.get(polled.value())).forEach(sender -> {
                if (sender != null && sender != reader && isAtOnce(history.get(sender)))
                    edges.get(sender).add(reader);
            });
        }
        for (var circle : Circles.in(edges))
            report(
                    Anomaly.Kind.CIRCULAR_READ,
                    "%s",
                    circle.stream().map(history::get).toList());
    }

    private static boolean isAtOnce(Operation operation) {
        return operation.isTransaction()
                || operation.sent().findAny().isEmpty()
                || operation.polled().findAny().isEmpty();
    }
}
