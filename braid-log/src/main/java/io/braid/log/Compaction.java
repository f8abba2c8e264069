package io.braid.log;

/// Whether a partition keeps only the newest record of each key (Kafka: `cleanup.policy=compact`).
public sealed interface Compaction {
    Compaction NONE = new None();

    /// All records are kept until retention deletes them.
    record None() implements Compaction {}

    /// Old records of a key are removed in the background.
    ///
    /// @param dirtyRatioMin   how much of the sealed bytes must be new since the last time, 0 to 1, to be worth it
    /// @param lagMillisMin    a record younger than this is not removed yet
    /// @param lagMillisMax    a record that waits longer than this makes compaction due whatever the ratio is;
    ///     [Long#MAX_VALUE] for never
    /// @param tombstoneMillis how long a record without value stays after it has removed those before it
    record ByKey(double dirtyRatioMin, long lagMillisMin, long lagMillisMax, long tombstoneMillis)
            implements Compaction {
        public ByKey {
            new Problems()
                    .require(
                            dirtyRatioMin >= 0 && dirtyRatioMin <= 1,
                            "dirtyRatioMin",
                            dirtyRatioMin,
                            "must be from 0 to 1")
                    .require(lagMillisMin >= 0, "lagMillisMin", lagMillisMin, "must be at least 0")
                    .require(
                            lagMillisMax >= Math.max(1, lagMillisMin),
                            "lagMillisMax",
                            lagMillisMax,
                            "must be at least 1 and lagMillisMin (%d)".formatted(lagMillisMin))
                    .require(tombstoneMillis >= 0, "tombstoneMillis", tombstoneMillis, "must be at least 0")
                    .raise();
        }
    }

    default boolean isByKey() {
        return this instanceof ByKey;
    }
}
