package io.braid.aws.kinesis;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What users of Amazon's Kinesis Data Streams find different here, operation by operation:
/// `docs/kinesis-compatibility.md` is made from it. Which operations are served, [Kinesis] says itself.
final class Compatibility {
    /// Of the service: those of the model of 2013-12-02 as of 2026, and the six that came with channels and record
    /// distribution.
    static final List<String> OPERATIONS = List.of(
            "AddTagsToStream",
            "CreateChannel",
            "CreateStream",
            "DecreaseStreamRetentionPeriod",
            "DeleteChannel",
            "DeleteResourcePolicy",
            "DeleteStream",
            "DeregisterStreamConsumer",
            "DescribeAccountSettings",
            "DescribeChannel",
            "DescribeLimits",
            "DescribeStream",
            "DescribeStreamConsumer",
            "DescribeStreamSummary",
            "DisableEnhancedMonitoring",
            "EnableEnhancedMonitoring",
            "GetRecords",
            "GetResourcePolicy",
            "GetShardIterator",
            "IncreaseStreamRetentionPeriod",
            "ListChannels",
            "ListShards",
            "ListStreamConsumers",
            "ListStreams",
            "ListTagsForResource",
            "ListTagsForStream",
            "MergeShards",
            "PutRecord",
            "PutRecords",
            "PutResourcePolicy",
            "RegisterStreamConsumer",
            "RemoveTagsFromStream",
            "SplitShard",
            "StartStreamEncryption",
            "StopStreamEncryption",
            "SubscribeToShard",
            "TagResource",
            "UntagResource",
            "UpdateAccountSettings",
            "UpdateChannel",
            "UpdateMaxRecordSize",
            "UpdateShardCount",
            "UpdateStreamMode",
            "UpdateStreamRecordDistributionStrategy",
            "UpdateStreamWarmThroughput");

    /// Why an operation is not served. An operation that is served has no line here.
    private static final Map<String, String> GAPS = Map.of();

    private static final String OWN_WORDS = "Refusals are in words of Braid's own, as Amazon's are not known.";
    private static final String ENCRYPTION = "Nothing is encrypted and no key is looked at: any KeyId is taken. "
            + "KMS's own errors therefore do not occur. The refusal of more changes than 25 in 24 hours is in words of"
            + " Braid's own.";
    private static final String CHANNEL = "See [channels](channels.md).";
    private static final String POLICY = "A policy is kept and told, and enforced by nobody.";

    /// What is different about an operation that is served.
    private static final Map<String, String> DIFFERENCES = Map.ofEntries(
            Map.entry("CreateStream", "A limit of On-Demand streams for an account does not hold."),
            Map.entry(
                    "DeleteStream",
                    "The stream is gone at once. While it is told to be DELETING (`kinesis.lifecycle-delay`),"
                            + " operations other than describing, listing, creating and deleting say that it is not"
                            + " found."),
            Map.entry(
                    "CreateChannel",
                    "The channel is ACTIVE at the next look and delivers from then on. Buckets only: S3 Tables (Apache"
                            + " Iceberg) are refused. DataFreshnessInSeconds may be less than Amazon's 300, down to 1."
                            + " The role is not assumed, CloudWatch Logs are not written. "
                            + OWN_WORDS + " " + CHANNEL),
            Map.entry(
                    "DescribeChannel",
                    "While a bucket cannot be written to, ChannelStatusReason says why, and the status stays ACTIVE."
                            + " A channel is never FAILED."),
            Map.entry("UpdateChannel", "In force at once: UPDATING in the answer, ACTIVE at the next look."),
            Map.entry("DeleteChannel", "The channel is gone at once. What waits is not delivered, as at Amazon."),
            Map.entry("AddTagsToStream", "Keys that begin with `aws:` are taken."),
            Map.entry("TagResource", "Keys that begin with `aws:` are taken."),
            Map.entry("DeleteResourcePolicy", POLICY),
            Map.entry("GetResourcePolicy", POLICY),
            Map.entry(
                    "PutResourcePolicy",
                    POLICY + " The document must be JSON of at most 20 KiB with Statements that have Effect, Principal"
                            + " and Action; what these say is not looked into. " + OWN_WORDS),
            Map.entry("StartStreamEncryption", ENCRYPTION),
            Map.entry("StopStreamEncryption", ENCRYPTION + " KeyId need not be the one it was started with."),
            Map.entry("UpdateStreamRecordDistributionStrategy", OWN_WORDS),
            Map.entry(
                    "UpdateStreamMode",
                    "The shards stay as they are. In On-Demand mode they follow the load from then on, by rules of"
                            + " Braid's own ([scaling.md](scaling.md)). Asking for the mode that it has is done and no"
                            + " switch. " + OWN_WORDS),
            Map.entry(
                    "UpdateStreamWarmThroughput",
                    "Kept, told, and ready at once, unless `kinesis.limits` limits shards. The stream gets a shard for"
                            + " each MiB/s within a few turns of its scaling, and keeps them. " + OWN_WORDS),
            Map.entry("UpdateAccountSettings", "Nobody bills anything. Kept for each region of the credential scope."),
            Map.entry(
                    "GetRecords",
                    "EncryptionType is told of all records or of none, by how the stream is now."
                            + " Records of Kafka producers without a key, and those put without a partition key, have"
                            + " the partition key `-`."),
            Map.entry(
                    "PutRecord",
                    "A stream that Kafka has created takes records up to 1 MiB, too, until" + " UpdateMaxRecordSize."),
            Map.entry("PutRecords", "As PutRecord."),
            Map.entry("UpdateShardCount", "The refusal of an eleventh in 24 hours is in words of Braid's own."),
            Map.entry(
                    "RegisterStreamConsumer",
                    "20 consumers for each stream, also with MinimumThroughputBillingCommitment. Refusals of too"
                            + " many are in words of Braid's own."),
            Map.entry(
                    "SubscribeToShard",
                    "EncryptionType and partition keys are told as GetRecords tells them. The refusal of"
                            + " more than one call in a second is in words of Braid's own."),
            Map.entry("DescribeStreamSummary", "StreamId is never told: SDKs would go to Amazon's hosts with it."),
            Map.entry(
                    "DescribeLimits",
                    "ShardLimit is the setting of this server for all accounts together, 10,000 by default;"
                            + " ChannelCountLimit is OnDemandStreamCountLimit, as a stream has one channel."));

    private Compatibility() {}

    static Optional<String> gap(String operation) {
        return Optional.ofNullable(GAPS.get(operation));
    }

    static Optional<String> difference(String operation) {
        return Optional.ofNullable(DIFFERENCES.get(operation));
    }
}
