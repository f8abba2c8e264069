package io.braid.aws.cloudwatch;

import java.util.NavigableMap;
import java.util.TreeMap;

/// Points of a series by the bucket they fall into. One thread.
final class Buckets implements Series.Visitor {
    private final Period period;
    private final TreeMap<Long, Statistics> byStart = new TreeMap<>();

    Buckets(Period period) {
        this.period = period;
    }

    @Override
    public void point(long minute, Statistics statistics) {
        byStart.merge(period.bucketMillis(minute), statistics, Statistics::and);
    }

    /// What another series of the same question has, too.
    void add(Buckets other) {
        other.byStart.forEach((start, statistics) -> byStart.merge(start, statistics, Statistics::and));
    }

    boolean isEmpty() {
        return byStart.isEmpty();
    }

    /// What is said to a period that is no whole number of minutes.
    static String badPeriod(String path, long seconds) {
        return "The parameter %s must be a multiple of 60, and is %d: Braid keeps statistics of minutes, also of what was put with a StorageResolution of 1."
                .formatted(path, seconds);
    }

    /// By the milliseconds at which each begins; those with something in them.
    NavigableMap<Long, Statistics> byStart() {
        return byStart;
    }
}
