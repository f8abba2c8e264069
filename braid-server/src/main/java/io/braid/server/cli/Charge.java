package io.braid.server.cli;

import java.util.Map;

/// Something that Amazon bills of a stream, in the unit that its price is for.
///
/// https://aws.amazon.com/kinesis/data-streams/pricing/
enum Charge {
    SHARD_HOUR("PROVISIONED", "shard-hour", "shard hours", "shard_millis", Charge.HOUR),
    PAYLOAD_UNITS("PROVISIONED", "million-put-payload-units", "million PUT payload units", "payload_units", 1_000_000),
    EXTENDED_SHARD_HOUR(
            "PROVISIONED",
            "extended-retention-shard-hour",
            "shard hours, extended retention",
            "extended_shard_millis",
            Charge.HOUR),
    LONG_TERM(
            "PROVISIONED",
            "long-term-retention-gb-month",
            "GB-months, long-term retention",
            "long_term_byte_seconds",
            Charge.GB_MONTH),
    LONG_TERM_RETRIEVAL(
            "PROVISIONED", "long-term-retrieval-gb", "GB retrieved after 7 days", "old_bytes_out", Charge.GB),
    CONSUMER_SHARD_HOUR(
            "PROVISIONED",
            "fan-out-consumer-shard-hour",
            "consumer-shard hours, fan-out",
            "consumer_shard_millis",
            Charge.HOUR),
    FAN_OUT("PROVISIONED", "fan-out-gb", "GB retrieved, fan-out", "fan_out_bytes", Charge.GB),
    STREAM_HOUR("ON_DEMAND", "stream-hour", "stream hours", "stream_millis", Charge.HOUR),
    GB_IN("ON_DEMAND", "gb-in", "GB ingested", "rounded_bytes_in", Charge.GB),
    GB_OUT("ON_DEMAND", "gb-out", "GB retrieved", "bytes_out", Charge.GB),
    ON_DEMAND_EXTENDED(
            "ON_DEMAND",
            "extended-retention-gb-month",
            "GB-months, extended retention",
            "extended_byte_seconds",
            Charge.GB_MONTH),
    ON_DEMAND_LONG_TERM(
            "ON_DEMAND",
            "long-term-retention-gb-month",
            "GB-months, long-term retention",
            "long_term_byte_seconds",
            Charge.GB_MONTH),
    ON_DEMAND_FAN_OUT("ON_DEMAND", "fan-out-gb", "GB retrieved, fan-out", "fan_out_bytes", Charge.GB);

    private static final double HOUR = 3_600_000; // milliseconds
    private static final double GB = 1 << 30;
    private static final double GB_MONTH = GB * 730 * 3600; // byte seconds

    private final String mode;
    private final String key;
    private final String label;
    private final String unit;
    private final double size;

    /// @param mode of streams that it is billed of
    /// @param key  in a sheet of prices, below the mode
    /// @param unit as the server counts it
    /// @param size how many of those are billed as one
    Charge(String mode, String key, String label, String unit, double size) {
        this.mode = mode;
        this.key = key;
        this.label = label;
        this.unit = unit;
        this.size = size;
    }

    /// The name of its price in a sheet.
    String key() {
        return modeName() + "." + key;
    }

    String modeName() {
        return modeName(mode);
    }

    static String modeName(String mode) {
        return mode.toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    String label() {
        return label;
    }

    /// How much of it one of the server's rows has.
    double amount(Map<String, Object> row) {
        if (!mode.equals(row.get("mode"))) return 0;
        return row.get(unit) instanceof Long counted ? counted / size : 0;
    }
}
