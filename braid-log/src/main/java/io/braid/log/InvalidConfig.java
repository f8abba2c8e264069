package io.braid.log;

import java.util.List;
import java.util.stream.Collectors;

/// A configuration that cannot work; names every mistake in it at once.
public final class InvalidConfig extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // List.copyOf is serializable, and its elements are only read in this process
    private final List<Problems.Problem> problems;

    public InvalidConfig(List<Problems.Problem> problems) {
        super(problems.stream()
                .map(Problems.Problem::toString)
                .collect(Collectors.joining("\n  ", "invalid configuration:\n  ", "")));
        this.problems = List.copyOf(problems);
    }

    public List<Problems.Problem> problems() {
        return problems;
    }
}
