package io.braid.broker;

import java.util.Arrays;

/// How many bytes came into a stream in each of its last hours, as far as they are kept: by the hour for a month,
/// by the day for a year (which are forgotten up to a day early), so a stream takes some 20 KB at most. Its owner's
/// lock guards it.
final class StoredBytes {
    private static final int START = 4;

    private long[] hours = new long[START]; // ascending
    private long[] bytes = new long[START];
    private int size;

    void add(long hour, long more) {
        if (more == 0) return;
        int found = Arrays.binarySearch(hours, 0, size, hour);
        if (found >= 0) {
            bytes[found] += more;
            return;
        }
        int at = -found - 1;
        if (size == hours.length) {
            hours = Arrays.copyOf(hours, 2 * size);
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        System.arraycopy(hours, at, hours, at + 1, size - at);
        System.arraycopy(bytes, at, bytes, at + 1, size - at);
        hours[at] = hour;
        bytes[at] = more;
        size++;
    }

    /// Of hours from `first` on and before `end`.
    long between(long first, long end) {
        long sum = 0;
        for (int i = 0; i < size; i++) if (hours[i] >= first && hours[i] < end) sum += bytes[i];
        return sum;
    }

    /// Forgets the hours before `first`, and puts those before `old` together by days.
    void forget(long first, long old) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (hours[i] < first) continue;
            long day = hours[i] - Math.floorMod(hours[i], UsageHours.DAY);
            boolean isOld = day + UsageHours.DAY <= old;
            long hour = isOld ? Math.max(day, first) : hours[i];
            if (isOld && kept > 0 && hours[kept - 1] >= hour) {
                bytes[kept - 1] += bytes[i];
                continue;
            }
            hours[kept] = hour;
            bytes[kept++] = bytes[i];
        }
        size = kept;
    }
}
