package io.braid.aws.kinesis;

import static io.braid.aws.kinesis.OperationRate.Scope.ACCOUNT;
import static io.braid.aws.kinesis.OperationRate.Scope.STREAM;

import java.util.Map;
import java.util.Optional;

/// How often Amazon lets an account call an operation that describes or changes streams, as of
/// November 2026.
///
/// https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html#kds-api-limits
///
/// @param perSecond    calls
/// @param scope        whose they are
/// @param namesStream  whether its requests name a stream, and the refusal with them
record OperationRate(int perSecond, Scope scope, boolean namesStream) {
    enum Scope {
        ACCOUNT,
        STREAM
    }

    /// Operations that are not here have no rate that Amazon tells.
    private static final Map<String, OperationRate> ALL = Map.ofEntries(
            Map.entry("AddTagsToStream", new OperationRate(5, ACCOUNT, true)),
            Map.entry("CreateStream", new OperationRate(5, ACCOUNT, true)),
            Map.entry("DecreaseStreamRetentionPeriod", new OperationRate(5, STREAM, true)),
            Map.entry("DeleteResourcePolicy", new OperationRate(5, ACCOUNT, true)),
            Map.entry("DeleteStream", new OperationRate(5, ACCOUNT, true)),
            Map.entry("DeregisterStreamConsumer", new OperationRate(5, STREAM, true)),
            Map.entry("DescribeAccountSettings", new OperationRate(5, ACCOUNT, false)),
            Map.entry("DescribeLimits", new OperationRate(1, ACCOUNT, false)),
            Map.entry("DescribeStream", new OperationRate(10, ACCOUNT, true)),
            Map.entry("DescribeStreamConsumer", new OperationRate(20, STREAM, true)),
            Map.entry("DescribeStreamSummary", new OperationRate(20, ACCOUNT, true)),
            Map.entry("DisableEnhancedMonitoring", new OperationRate(5, STREAM, true)),
            Map.entry("EnableEnhancedMonitoring", new OperationRate(5, STREAM, true)),
            Map.entry("GetResourcePolicy", new OperationRate(5, ACCOUNT, true)),
            Map.entry("IncreaseStreamRetentionPeriod", new OperationRate(5, STREAM, true)),
            Map.entry("ListShards", new OperationRate(1000, STREAM, true)),
            Map.entry("ListStreamConsumers", new OperationRate(5, STREAM, true)),
            Map.entry("ListStreams", new OperationRate(5, ACCOUNT, false)),
            Map.entry("ListTagsForStream", new OperationRate(5, STREAM, true)),
            Map.entry("MergeShards", new OperationRate(5, STREAM, true)),
            Map.entry("PutResourcePolicy", new OperationRate(5, ACCOUNT, true)),
            Map.entry("RegisterStreamConsumer", new OperationRate(5, STREAM, true)),
            Map.entry("RemoveTagsFromStream", new OperationRate(5, STREAM, true)),
            Map.entry("SplitShard", new OperationRate(5, STREAM, true)),
            Map.entry("UpdateAccountSettings", new OperationRate(5, ACCOUNT, false)),
            Map.entry("UpdateStreamWarmThroughput", new OperationRate(5, ACCOUNT, true)));

    static Optional<OperationRate> of(String operation) {
        return Optional.ofNullable(ALL.get(operation));
    }

    static Map<String, OperationRate> all() {
        return ALL;
    }
}
