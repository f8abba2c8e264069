package io.braid.log;

/// When a partition's old segments are deleted, and from where. -1 is for ever, or for no limit.
///
/// @param millis      a sealed segment is deleted once its newest record is this old
/// @param bytes       the oldest sealed segments are deleted while the rest still hold this much
/// @param tiering     what becomes of sealed segments in the tier, if the log has one
/// @param localMillis a copied segment leaves this disk once its newest record is this old; at most `millis`
/// @param localBytes  the oldest copied segments leave this disk while the rest of them here still hold this much; at
///     most `bytes`
public record Retention(long millis, long bytes, Tiering tiering, long localMillis, long localBytes) {
    public static final Retention FOREVER = new Retention(-1, -1);

    public enum Tiering {
        /// Nothing is copied there. What was, before, is kept and read from there until it is deleted everywhere.
        NOT_COPIED,
        /// Sealed segments are copied there, and leave this disk by the local settings.
        COPIED,
        /// Nothing is copied there, and what was, before, is deleted: records that are only there with it.
        REMOVED
    }

    public Retention {
        new Problems()
                .require(millis >= -1, "retentionMillis", millis, "must be at least -1, for ever")
                .require(bytes >= -1, "retentionBytes", bytes, "must be at least -1, for no limit")
                .require(
                        isWithin(localMillis, millis),
                        "localRetentionMillis",
                        localMillis,
                        "must be from 0 to retentionMillis (%d), or -1 if that is".formatted(millis))
                .require(
                        isWithin(localBytes, bytes),
                        "localRetentionBytes",
                        localBytes,
                        "must be from 0 to retentionBytes (%d), or -1 if that is".formatted(bytes))
                .raise();
    }

    /// All on this disk.
    public Retention(long millis, long bytes) {
        this(millis, bytes, Tiering.NOT_COPIED, millis, bytes);
    }

    private static boolean isWithin(long part, long whole) {
        if (whole < -1) return true; // said already
        return whole == -1 ? part >= -1 : part >= 0 && part <= whole;
    }
}
