package io.braid.aws.kinesis;

import io.braid.aws.wire.Name;

/// The names of members, encoded once.
final class Names {
    static final Name ADJACENT_PARENT_SHARD_ID = new Name("AdjacentParentShardId");
    static final Name APPROXIMATE_ARRIVAL_TIMESTAMP = new Name("ApproximateArrivalTimestamp");
    static final Name CHILD_SHARDS = new Name("ChildShards");
    static final Name CONSUMER = new Name("Consumer");
    static final Name CONSUMERS = new Name("Consumers");
    static final Name CONSUMER_ARN = new Name("ConsumerARN");
    static final Name CONSUMER_COUNT = new Name("ConsumerCount");
    static final Name CONSUMER_CREATION_TIMESTAMP = new Name("ConsumerCreationTimestamp");
    static final Name CONSUMER_DESCRIPTION = new Name("ConsumerDescription");
    static final Name CONSUMER_NAME = new Name("ConsumerName");
    static final Name CONSUMER_STATUS = new Name("ConsumerStatus");
    static final Name CONTINUATION_SEQUENCE_NUMBER = new Name("ContinuationSequenceNumber");
    static final Name CURRENT_SHARD_COUNT = new Name("CurrentShardCount");
    static final Name DATA = new Name("Data");
    static final Name ENCRYPTION_TYPE = new Name("EncryptionType");
    static final Name ENDING_HASH_KEY = new Name("EndingHashKey");
    static final Name ENDING_SEQUENCE_NUMBER = new Name("EndingSequenceNumber");
    static final Name ENHANCED_MONITORING = new Name("EnhancedMonitoring");
    static final Name ERROR_CODE = new Name("ErrorCode");
    static final Name ERROR_MESSAGE = new Name("ErrorMessage");
    static final Name EXPLICIT_HASH_KEY = new Name("ExplicitHashKey");
    static final Name FAILED_RECORD_COUNT = new Name("FailedRecordCount");
    static final Name HASH_KEY_RANGE = new Name("HashKeyRange");
    static final Name HAS_MORE_SHARDS = new Name("HasMoreShards");
    static final Name HAS_MORE_STREAMS = new Name("HasMoreStreams");
    static final Name HAS_MORE_TAGS = new Name("HasMoreTags");
    static final Name MAX_RECORD_SIZE_IN_KIB = new Name("MaxRecordSizeInKiB");
    static final Name MILLIS_BEHIND_LATEST = new Name("MillisBehindLatest");
    static final Name NEXT_SHARD_ITERATOR = new Name("NextShardIterator");
    static final Name NEXT_TOKEN = new Name("NextToken");
    static final Name ON_DEMAND_STREAM_COUNT = new Name("OnDemandStreamCount");
    static final Name ON_DEMAND_STREAM_COUNT_LIMIT = new Name("OnDemandStreamCountLimit");
    static final Name OPEN_SHARD_COUNT = new Name("OpenShardCount");
    static final Name PARENT_SHARDS = new Name("ParentShards");
    static final Name PARENT_SHARD_ID = new Name("ParentShardId");
    static final Name PARTITION_KEY = new Name("PartitionKey");
    static final Name RECORDS = new Name("Records");
    static final Name RECORD_DISTRIBUTION_STRATEGY = new Name("RecordDistributionStrategy");
    static final Name RETENTION_PERIOD_HOURS = new Name("RetentionPeriodHours");
    static final Name SEQUENCE_NUMBER = new Name("SequenceNumber");
    static final Name SEQUENCE_NUMBER_FOR_ORDERING = new Name("SequenceNumberForOrdering");
    static final Name SEQUENCE_NUMBER_RANGE = new Name("SequenceNumberRange");
    static final Name SHARDS = new Name("Shards");
    static final Name SHARD_ID = new Name("ShardId");
    static final Name SHARD_ITERATOR = new Name("ShardIterator");
    static final Name SHARD_LEVEL_METRICS = new Name("ShardLevelMetrics");
    static final Name SHARD_LIMIT = new Name("ShardLimit");
    static final Name STARTING_HASH_KEY = new Name("StartingHashKey");
    static final Name STARTING_SEQUENCE_NUMBER = new Name("StartingSequenceNumber");
    static final Name STREAM_ARN = new Name("StreamARN");
    static final Name STREAM_CREATION_TIMESTAMP = new Name("StreamCreationTimestamp");
    static final Name STREAM_DESCRIPTION = new Name("StreamDescription");
    static final Name STREAM_DESCRIPTION_SUMMARY = new Name("StreamDescriptionSummary");
    static final Name STREAM_MODE = new Name("StreamMode");
    static final Name STREAM_MODE_DETAILS = new Name("StreamModeDetails");
    static final Name STREAM_NAME = new Name("StreamName");
    static final Name STREAM_NAMES = new Name("StreamNames");
    static final Name STREAM_STATUS = new Name("StreamStatus");
    static final Name STREAM_SUMMARIES = new Name("StreamSummaries");
    static final Name TAGS = new Name("Tags");
    static final Name TARGET_SHARD_COUNT = new Name("TargetShardCount");

    private Names() {}
}
