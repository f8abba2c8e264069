package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.braid.broker.Shard;

/// Where one record of a put ended up.
sealed interface Placement {

    /// Durable at `offset` of `shard`.
    record Stored(Target target, long offset) implements Placement {}

    /// Not stored, or nobody knows whether.
    ///
    /// @param code    what a client makes of it
    /// @param message for people
    record Failed(Code code, String message) implements Placement {}

    /// PutRecords knows two names for them; PutRecord has more ways to say it.
    enum Code {
        THROTTLED("ProvisionedThroughputExceededException"),
        /// There is no room, and may be again: not the client's doing, so not a throttling, which would have it ask for
        /// more shards.
        NO_ROOM("InternalFailure"),
        INTERNAL("InternalFailure");

        private final String wireName;

        Code(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    /// A shard as answers name it, prepared once for all records that went there.
    ///
    /// @param arrival the second of the records' timestamp
    record Target(int index, byte[] shardId, long created, long arrival) {
        static Target of(Shard shard, long timestampMillis) {
            return new Target(
                    shard.index(),
                    Lookup.shardId(shard.index()).getBytes(US_ASCII),
                    SequenceNumber.createdSecond(shard),
                    SequenceNumber.arrivalSecond(timestampMillis));
        }
    }
}
