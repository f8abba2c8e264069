package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.broker.Broker;
import io.braid.broker.Stream;

/// How many open shards all streams of users may have together. Any thread.
///
/// @param most for all accounts together, as it protects the server
record ShardLimit(Broker broker, Lookup lookup, int most) {
    long open() {
        return broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .mapToLong(Stream::openShardCount)
                .sum();
    }

    /// How many On-Demand streams an account may have.
    int onDemandStreams() {
        return most / StreamOperations.ON_DEMAND_SHARDS;
    }

    /// How many channels an account may have: one for each On-Demand stream.
    int channels() {
        return onDemandStreams() * Channels.PER_STREAM_MAX;
    }

    /// @throws AwsFault so many more would be too many, in Amazon's words
    void check(Call call, long more) {
        long open = open();
        if (open + more <= most) return;
        throw AwsFault.of(
                "LimitExceededException",
                "This request would exceed the shard limit for the account %s in %s. Current shard count for the account: %d. Limit: %d. Number of additional shards that would have resulted from this request: %d. Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to request higher limits."
                        .formatted(lookup.account(), call.caller().region(), open, most, more));
    }
}
