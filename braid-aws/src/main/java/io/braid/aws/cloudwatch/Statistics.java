package io.braid.aws.cloudwatch;

/// What is left of some values. There is at least one.
///
/// @param count of values; need not be whole, as programs may put any
public record Statistics(double count, double sum, double least, double greatest) {

    static Statistics of(double value, double count) {
        return new Statistics(count, value * count, value, value);
    }

    Statistics and(Statistics other) {
        return new Statistics(
                count + other.count, sum + other.sum, Math.min(least, other.least), Math.max(greatest, other.greatest));
    }

    /// One of Amazon's five statistics, in the order of its service model.
    enum Kind {
        SampleCount,
        Average,
        Sum,
        Minimum,
        Maximum
    }

    double get(Kind kind) {
        return switch (kind) {
            case SampleCount -> count;
            case Average -> sum / count;
            case Sum -> sum;
            case Minimum -> least;
            case Maximum -> greatest;
        };
    }
}
