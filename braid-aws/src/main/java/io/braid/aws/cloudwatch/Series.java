package io.braid.aws.cloudwatch;

import java.util.Arrays;

/// The statistics of one metric in one unit, for each minute that has any: arrays, as there may be a million points.
/// Most come at the end. The store's lock guards it.
final class Series {
    private static final int START = 8;
    private static final int FIELDS = 4;

    private long[] minutes = new long[START]; // since 1970, ascending
    private double[] values = new double[START * FIELDS]; // count, sum, least, greatest of each
    private int size;

    /// What a walk over points is told.
    interface Visitor {
        void point(long minute, Statistics statistics);
    }

    /// Adds to what the minute has; whether it had nothing.
    boolean add(long minute, Statistics statistics) {
        int at = firstFrom(minute);
        boolean there = at < size && minutes[at] == minute;
        if (!there) insert(at, minute);
        set(at, there ? get(at).and(statistics) : statistics);
        return !there;
    }

    private void insert(int at, long minute) {
        if (size == minutes.length) {
            int larger = size + (size >> 1);
            minutes = Arrays.copyOf(minutes, larger);
            values = Arrays.copyOf(values, larger * FIELDS);
        }
        System.arraycopy(minutes, at, minutes, at + 1, size - at);
        System.arraycopy(values, at * FIELDS, values, (at + 1) * FIELDS, (size - at) * FIELDS);
        minutes[at] = minute;
        size++;
    }

    private Statistics get(int at) {
        int from = at * FIELDS;
        return new Statistics(values[from], values[from + 1], values[from + 2], values[from + 3]);
    }

    private void set(int at, Statistics statistics) {
        int from = at * FIELDS;
        values[from] = statistics.count();
        values[from + 1] = statistics.sum();
        values[from + 2] = statistics.least();
        values[from + 3] = statistics.greatest();
    }

    /// Forgets what is older; how many points that were.
    int cutBefore(long minute) {
        int cut = firstFrom(minute);
        if (cut == 0) return 0;
        int left = size - cut;
        System.arraycopy(minutes, cut, minutes, 0, left);
        System.arraycopy(values, cut * FIELDS, values, 0, left * FIELDS);
        size = left;
        int room = Math.max(START, 2 * left);
        if (minutes.length > 2 * room) {
            minutes = Arrays.copyOf(minutes, room);
            values = Arrays.copyOf(values, room * FIELDS);
        }
        return cut;
    }

    /// Shows the points of minutes from `first` on and before `end`.
    void visit(long first, long end, Visitor visitor) {
        for (int at = firstFrom(first); at < size && minutes[at] < end; at++) visitor.point(minutes[at], get(at));
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// There is one.
    long oldest() {
        return minutes[0];
    }

    /// There is one.
    long newest() {
        return minutes[size - 1];
    }

    private int firstFrom(long minute) {
        if (size > 0 && minutes[size - 1] < minute) return size; // nearly always
        int found = Arrays.binarySearch(minutes, 0, size, minute);
        return found < 0 ? -found - 1 : found;
    }
}
