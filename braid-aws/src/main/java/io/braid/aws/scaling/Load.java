package io.braid.aws.scaling;

import java.util.Locale;

/// What is written to a shard, on average over a window.
record Load(double bytesPerSecond, double recordsPerSecond) {
    /// What Amazon lets a shard take in a second.
    static final double SHARD_BYTES = 1 << 20;

    static final double SHARD_RECORDS = 1_000;

    /// The part of what a shard takes: of bytes or of records, whichever is more.
    double part() {
        return Math.max(bytesPerSecond / SHARD_BYTES, recordsPerSecond / SHARD_RECORDS);
    }

    /// `612.0 KiB/s and 431 records/s`
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f KiB/s and %.0f records/s", bytesPerSecond / 1024, recordsPerSecond);
    }
}
