package io.braid.broker;

/// What is counted of a stream, in whole numbers of a small unit. Amazon bills in these, or in sums and multiples of
/// these; which of them it bills depends on the stream's mode.
///
/// https://aws.amazon.com/kinesis/data-streams/pricing/
public enum UsageUnit {
    /// That were put, by whichever protocol.
    RECORDS(1, "records"),
    /// Of data and keys of those; of Kafka's producers the bytes as they are stored.
    BYTES_IN(2, "bytes_in"),
    /// 25 KB of a record each, the last one perhaps not full.
    PAYLOAD_UNITS(3, "payload_units"),
    /// The same bytes, those of each record rounded up to whole KB.
    ROUNDED_BYTES_IN(4, "rounded_bytes_in"),
    /// Of data and keys that GetRecords gave out; what Kafka's consumers fetched, as it is stored.
    BYTES_OUT(5, "bytes_out"),
    /// Those of them that were older than seven days.
    OLD_BYTES_OUT(6, "old_bytes_out"),
    /// Of data and keys that subscribers were sent (enhanced fan-out).
    FAN_OUT_BYTES(7, "fan_out_bytes"),
    /// For which the stream was there.
    STREAM_MILLIS(8, "stream_millis"),
    /// For which each open shard was there, together.
    SHARD_MILLIS(9, "shard_millis"),
    /// The same while records were kept for longer than a day.
    EXTENDED_SHARD_MILLIS(10, "extended_shard_millis"),
    /// Open shards times registered consumers times the time for which it was so.
    CONSUMER_SHARD_MILLIS(11, "consumer_shard_millis"),
    /// Bytes of records older than a day and not older than seven, times the time for which they were kept.
    EXTENDED_BYTE_SECONDS(12, "extended_byte_seconds"),
    /// The same of records older than seven days.
    LONG_TERM_BYTE_SECONDS(13, "long_term_byte_seconds"),
    /// Those of [#RECORDS] that Kafka's producers wrote: counted by how far the partitions have grown.
    KAFKA_RECORDS(14, "kafka_records"),
    /// Those of [#BYTES_IN] that Kafka's producers wrote.
    KAFKA_BYTES_IN(15, "kafka_bytes_in"),
    /// Those of [#BYTES_OUT] that Kafka's consumers fetched.
    KAFKA_BYTES_OUT(16, "kafka_bytes_out");

    /// Whose parts are one [#PAYLOAD_UNITS] each.
    public static final int PAYLOAD_UNIT_BYTES = 25 << 10;

    private final byte code; // as it is stored: never another's
    private final String word;

    UsageUnit(int code, String word) {
        this.code = (byte) code;
        this.word = word;
    }

    byte code() {
        return code;
    }

    /// As machines are told of it.
    public String word() {
        return word;
    }

    /// Payload units of a record of so many bytes: at least one.
    public static long payloadUnits(long bytes) {
        return Math.max(1, Math.ceilDiv(bytes, PAYLOAD_UNIT_BYTES));
    }

    /// The bytes of a record, rounded up to whole KB: at least one.
    public static long rounded(long bytes) {
        return Math.max(1, Math.ceilDiv(bytes, 1024)) << 10;
    }
}
