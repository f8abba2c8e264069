package io.braid.aws.cloudwatch;

import java.util.Comparator;
import java.util.List;

/// What a number is of. Two metrics that differ in one dimension are different metrics.
///
/// @param home       whose it is: an account in a region; two homes know nothing of each other
/// @param dimensions by name; each name once
public record Metric(String home, String namespace, String name, List<Dimension> dimensions)
        implements Comparable<Metric> {
    private static final Comparator<Metric> ORDER = Comparator.comparing(Metric::home)
            .thenComparing(Metric::namespace)
            .thenComparing(Metric::name)
            .thenComparing((a, b) -> compare(a.dimensions, b.dimensions));

    public record Dimension(String name, String value) implements Comparable<Dimension> {
        @Override
        public int compareTo(Dimension other) {
            int byName = name.compareTo(other.name);
            return byName != 0 ? byName : value.compareTo(other.value);
        }
    }

    public Metric {
        dimensions = dimensions.stream().sorted().toList();
    }

    private static int compare(List<Dimension> a, List<Dimension> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = a.get(i).compareTo(b.get(i));
            if (order != 0) return order;
        }
        return Integer.compare(a.size(), b.size());
    }

    /// The metric of these names in another home.
    Metric in(String other) {
        return new Metric(other, namespace, name, dimensions);
    }

    /// What its names take.
    int characters() {
        int sum = namespace.length() + name.length();
        for (var dimension : dimensions)
            sum += dimension.name().length() + dimension.value().length();
        return sum;
    }

    @Override
    public int compareTo(Metric other) {
        return ORDER.compare(this, other);
    }
}
