package io.braid.aws.scaling;

import java.time.Duration;

/// When streams in On-Demand mode are split and merged.
///
/// @param interval    between two looks at the load
/// @param window      the time that the load is averaged over
/// @param hotPercent  of what a shard takes; one that takes more is split
/// @param coldPercent of the same; two neighbours that take less are merged. Less than half of `hotPercent`,
///     or what was merged would be split again
/// @param coldAfter   how long both must have been cold without a break
/// @param shardsMax   of one stream; the ceiling
/// @param kafkaQuiet  how long no Kafka producer must have written to a stream before its shards are merged
public record ScalingPolicy(
        Duration interval,
        Duration window,
        int hotPercent,
        int coldPercent,
        Duration coldAfter,
        int shardsMax,
        Duration kafkaQuiet) {
    /// Half of what a shard takes, as Amazon keeps it, and 200 shards, as Amazon's 200 MiB a second.
    public static final ScalingPolicy DEFAULT = new ScalingPolicy(
            Duration.ofSeconds(10), Duration.ofMinutes(1), 50, 16, Duration.ofHours(1), 200, Duration.ofHours(24));

    /// How many shards Amazon begins with, and goes back to.
    static final int FLOOR = 4;

    /// @throws IllegalArgumentException says what is wrong
    public ScalingPolicy {
        require(interval.isPositive(), "kinesis.scaling.interval %s: must be longer than zero", interval);
        require(window.compareTo(interval) >= 0, "kinesis.scaling.window %s: must be at least the interval", window);
        require(
                hotPercent >= 1 && hotPercent <= 100,
                "kinesis.scaling.hot-percent %d: must be from 1 to 100",
                hotPercent);
        require(
                coldPercent >= 0 && 2 * coldPercent < hotPercent,
                "kinesis.scaling.cold-percent %d: must be less than half of kinesis.scaling.hot-percent, or what is"
                        + " merged would be split again",
                coldPercent);
        require(
                coldAfter.compareTo(window) >= 0,
                "kinesis.scaling.cold-after %s: must be at least the window",
                coldAfter);
        require(shardsMax >= 1, "kinesis.scaling.shards-max %d: must be at least 1", shardsMax);
        require(!kafkaQuiet.isNegative(), "kinesis.scaling.kafka-quiet %s: must not be negative", kafkaQuiet);
    }

    private static void require(boolean holds, String rule, Object value) {
        if (!holds) throw new IllegalArgumentException(rule.formatted(value));
    }

    /// As a part of what a shard takes.
    double hot() {
        return hotPercent / 100.0;
    }

    double cold() {
        return coldPercent / 100.0;
    }
}
