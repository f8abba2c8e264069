package io.braid.aws.kinesis;

import java.time.Duration;

/// Amazon's limits on sizes, in bytes unless the name says otherwise.
final class Sizes {
    /// The largest record that a stream takes unless it is set to take larger ones.
    static final int RECORD_KIB_DEFAULT = 1_024;
    /// The largest record a stream may be set to take.
    static final int RECORD_KIB_MAX = 10_240;
    /// Data and partition keys of one PutRecords.
    static final int PUT_BYTES_MAX = 10 << 20;
    /// Data and partition keys of one GetRecords answer; a single larger record is returned all the same.
    static final int GET_BYTES_MAX = 10 << 20;
    /// What a compressed batch of a Kafka producer may grow to before it is called corrupt.
    static final int DECOMPRESSED_BYTES_MAX = 128 << 20;

    /// To read records older than this costs extra at Amazon.
    static final long LONG_TERM_MILLIS = Duration.ofDays(7).toMillis();

    private Sizes() {}
}
