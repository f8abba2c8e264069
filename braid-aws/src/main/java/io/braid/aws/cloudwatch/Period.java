package io.braid.aws.cloudwatch;

/// The time that is asked about, and the length of the pieces it is asked about in. A bucket begins where the whole
/// begins, rounded down to a minute, and every so many seconds later.
///
/// @param startMillis since 1970; the first
/// @param endMillis   since 1970; not asked about any more
/// @param seconds     whole minutes
record Period(long startMillis, long endMillis, long seconds) {
    static final long MINUTE_MILLIS = 60_000;

    /// Since 1970.
    long firstMinute() {
        return Math.floorDiv(startMillis, MINUTE_MILLIS);
    }

    /// The first minute that begins after the end.
    long endMinute() {
        return Math.ceilDiv(endMillis, MINUTE_MILLIS);
    }

    /// When the bucket of a minute begins.
    long bucketMillis(long minute) {
        long length = seconds * 1000;
        long start = firstMinute() * MINUTE_MILLIS;
        return start + Math.floorDiv(minute * MINUTE_MILLIS - start, length) * length;
    }

    /// How many buckets there may be.
    long buckets() {
        return Math.ceilDiv(endMillis - startMillis, seconds * 1000);
    }
}
