package io.braid.broker;

import io.braid.log.Retention;
import io.braid.log.Retention.Tiering;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What a stream's settings about the tier mean together, and what they may not be together. Settings are asked for
/// by their names; the answer is the value in force.
final class TierRules {
    /// In Kafka's settings of local retention: as long, or as much, as in all.
    private static final long AS_TOTAL = -2;

    private TierRules() {}

    /// How long a partition that is not compacted keeps its records, and where. What the settings of a stream and of
    /// the
    /// server say together may have changed since each was checked: the shorter time and the smaller size hold, and
    /// nothing in the tier is deleted unless somebody said so.
    static Retention retention(Function<String, String> value) {
        long millis = Long.parseLong(value.apply(StreamSettings.RETENTION_MS));
        long bytes = Long.parseLong(value.apply(StreamSettings.RETENTION_BYTES));
        var tiering = tiering(value);
        if (tiering != Tiering.COPIED) return new Retention(millis, bytes, tiering, millis, bytes);
        return new Retention(
                millis,
                bytes,
                tiering,
                local(Long.parseLong(value.apply(StreamSettings.LOCAL_RETENTION_MS)), millis),
                local(Long.parseLong(value.apply(StreamSettings.LOCAL_RETENTION_BYTES)), bytes));
    }

    /// The same where no record is ever deleted, as Kafka has it: those that were copied leave this disk all the same.
    static Retention retentionOfAll(Function<String, String> value) {
        var deleting = retention(value);
        boolean isCopied = deleting.tiering() == Tiering.COPIED;
        return new Retention(
                -1,
                -1,
                deleting.tiering(),
                isCopied ? deleting.localMillis() : -1,
                isCopied ? deleting.localBytes() : -1);
    }

    private static Tiering tiering(Function<String, String> value) {
        if (is(value, StreamSettings.REMOTE_ENABLE))
            return is(value, StreamSettings.REMOTE_COPY_DISABLE) ? Tiering.NOT_COPIED : Tiering.COPIED;
        return is(value, StreamSettings.REMOTE_DELETE_ON_DISABLE) ? Tiering.REMOVED : Tiering.NOT_COPIED;
    }

    private static long local(long part, long whole) {
        if (part == AS_TOTAL || part == -1) return whole;
        return whole == -1 ? part : Math.min(part, whole);
    }

    /// What is wrong with a new stream's settings.
    static Optional<String> fault(Function<String, String> value, boolean hasTier) {
        var faults = new ArrayList<String>();
        if (is(value, StreamSettings.REMOTE_ENABLE)) needTier(hasTier, faults);
        checkTogether(value, faults);
        return text(faults);
    }

    /// What is wrong with defaults for all streams, wherever they would be kept.
    static Optional<String> faultTogether(Function<String, String> value) {
        var faults = new ArrayList<String>();
        checkTogether(value, faults);
        return text(faults);
    }

    /// What is wrong with a change of settings.
    ///
    /// @param hasTiered whether records of the stream are in the tier
    static Optional<String> fault(
            Function<String, String> before, Function<String, String> after, boolean hasTier, boolean hasTiered) {
        var faults = new ArrayList<String>();
        boolean wasOn = is(before, StreamSettings.REMOTE_ENABLE);
        boolean isOn = is(after, StreamSettings.REMOTE_ENABLE);
        if (isOn && !wasOn) needTier(hasTier, faults);
        if (wasOn && !isOn && !is(after, StreamSettings.REMOTE_DELETE_ON_DISABLE))
            faults.add("%s: to turn it off deletes what is only in the tier, so it takes %s=true; to keep that and copy"
                            .formatted(StreamSettings.REMOTE_ENABLE, StreamSettings.REMOTE_DELETE_ON_DISABLE)
                    + " nothing more, set %s=true instead".formatted(StreamSettings.REMOTE_COPY_DISABLE));
        if (hasTiered && isCompacted(after) && !isCompacted(before))
            faults.add(
                    "%s: records of the stream are in the tier, and compaction does not reach there: set %s=false and"
                                    .formatted(StreamSettings.CLEANUP_POLICY, StreamSettings.REMOTE_ENABLE)
                            + " %s=true first, and try again when they are gone"
                                    .formatted(StreamSettings.REMOTE_DELETE_ON_DISABLE));
        checkTogether(after, faults);
        return text(faults);
    }

    private static void needTier(boolean hasTier, List<String> faults) {
        if (!hasTier)
            faults.add(("%s: is 'true', and this server has no tier: set storage.tier to s3://bucket/prefix (or"
                            + " file:///directory) and start it again")
                    .formatted(StreamSettings.REMOTE_ENABLE));
    }

    private static void checkTogether(Function<String, String> value, List<String> faults) {
        if (is(value, StreamSettings.REMOTE_ENABLE) && isCompacted(value))
            faults.add(
                    ("%s: is 'true', and compacted streams stay on this disk, where their segments are written again:"
                                    + " set %s=delete, or leave it out")
                            .formatted(StreamSettings.REMOTE_ENABLE, StreamSettings.CLEANUP_POLICY));
        checkPart(value, StreamSettings.LOCAL_RETENTION_MS, StreamSettings.RETENTION_MS, faults);
        checkPart(value, StreamSettings.LOCAL_RETENTION_BYTES, StreamSettings.RETENTION_BYTES, faults);
    }

    private static void checkPart(Function<String, String> value, String part, String whole, List<String> faults) {
        long most = Long.parseLong(value.apply(whole));
        long found = Long.parseLong(value.apply(part));
        boolean isWithin = found == AS_TOTAL || most == -1 || found >= 0 && found <= most;
        if (!isWithin)
            faults.add("%s: must be from 0 to %s, which is %d, or -2 for the same; is '%d'"
                    .formatted(part, whole, most, found));
    }

    /// Whether a change makes a stream one that is compacted.
    static boolean isCompactedNow(Function<String, String> before, Function<String, String> after) {
        return isCompacted(after) && !isCompacted(before);
    }

    private static boolean isCompacted(Function<String, String> value) {
        return value.apply(StreamSettings.CLEANUP_POLICY).contains(StreamSettings.COMPACT);
    }

    private static boolean is(Function<String, String> value, String name) {
        return value.apply(name).equals("true");
    }

    private static Optional<String> text(List<String> faults) {
        return faults.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", faults));
    }
}
