package io.braid.testkit.history;

import java.util.List;
import java.util.stream.Stream;

/// What one process did. It ended before the same process began another one.
///
/// @param process who
/// @param kind    in a transaction or not
/// @param outcome what became of it, as far as the process knows
/// @param steps   in their order
public record Operation(int process, Kind kind, Outcome outcome, List<Step> steps) {
    /// Whether its records stand and fall together.
    public enum Kind {
        ALONE,
        TRANSACTION
    }

    /// What a client was told.
    public enum Outcome {
        /// Acknowledged; of a transaction, that it was committed.
        DONE,
        /// It is certain that nothing of it may ever be seen: a transaction whose commit was never asked for.
        FAILED,
        /// Nobody has said.
        UNKNOWN
    }

    public Operation {
        steps = List.copyOf(steps);
    }

    /// What it sent.
    public Stream<Step.Sent> sent() {
        return of(Step.Sent.class);
    }

    /// What it polled.
    public Stream<Step.Polled> polled() {
        return of(Step.Polled.class);
    }

    boolean isTransaction() {
        return kind == Kind.TRANSACTION;
    }

    private <T extends Step> Stream<T> of(Class<T> type) {
        return steps.stream().filter(type::isInstance).map(type::cast);
    }

    @Override
    public String toString() {
        return "process %d %s %s %s".formatted(process, kind, outcome, steps);
    }
}
