package io.braid.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What one trial gave.
record Sample(Map<Metric, Double> values) {
    Sample {
        values = Map.copyOf(values);
    }

    double value(Metric metric) {
        return values.get(metric);
    }

    /// The median of one metric over trials; of an even number, the mean of the middle two.
    static double median(List<Sample> samples, Metric metric) {
        var sorted =
                samples.stream().mapToDouble(sample -> sample.value(metric)).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    @Override
    public String toString() {
        return new TreeMap<>(values)
                .entrySet().stream()
                        .map(entry ->
                                entry.getKey().title() + " " + entry.getKey().written(entry.getValue()))
                        .collect(Collectors.joining(", "));
    }
}
