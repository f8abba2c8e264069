package io.braid.aws.kinesis;

import static io.braid.aws.wire.Shape.integer;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;
import static io.braid.aws.wire.Shape.text;

import io.braid.aws.wire.Shape;

/// The requests of the Kinesis Data Streams API, from Amazon's published service model (2013-12-02): types and
/// constraints, with the members in the order in which the service was seen to report their faults.
final class Requests {
    static final int PUT_RECORDS_MAX = 500;
    static final int GET_RECORDS_MAX = 10_000;
    static final int LIST_TAGS_MAX = 50;

    private static final int INT_MAX = Integer.MAX_VALUE;
    private static final String NAME_PATTERN = "[a-zA-Z0-9_.-]+";

    static final Shape.Text STREAM_NAME = text(1, 128, NAME_PATTERN);
    static final Shape.Text STREAM_ARN = text(1, 2048, "arn:aws.*:kinesis:.*:\\d{12}:stream/\\S+");
    static final Shape.Text SHARD_ID = text(1, 128, NAME_PATTERN);
    static final Shape.Text HASH_KEY = text(0, INT_MAX, "0|([1-9]\\d{0,38})");
    static final Shape.Text SEQUENCE_NUMBER = text(0, INT_MAX, "0|([1-9]\\d{0,128})");
    static final Shape.Text PARTITION_KEY = text(1, 256);
    static final Shape.Blob DATA = new Shape.Blob(10_485_760);

    static final Shape.Text NEXT_TOKEN = text(1, 1_048_576);
    static final Shape.Text RESOURCE_ARN = text(1, 2048, "arn:aws.*:kinesis:.*:\\d{12}:.*(stream|channel)/\\S+");
    private static final Shape.Whole PAGE_LIMIT = integer(1, 10_000);
    private static final Shape.Whole ANY_INTEGER = integer(Long.MIN_VALUE, Long.MAX_VALUE);
    static final Shape.MapOf TAGS = new Shape.MapOf(text(1, 128), text(0, 256), 1, 200);

    static final Shape.Structure MODE_DETAILS = structure(required("StreamMode", oneOf("PROVISIONED", "ON_DEMAND")));
    static final Shape.Whole RECORD_KIB = integer(1024, Sizes.RECORD_KIB_MAX);
    static final Shape.Whole WARM_MIBPS = integer(0, Long.MAX_VALUE);
    static final Shape.Text DISTRIBUTION = oneOf("AUTO", "USER_PARTITION_KEY");

    static final Shape.Structure CREATE_STREAM = structure(
            optional("ShardCount", integer(1, Long.MAX_VALUE)),
            required("StreamName", STREAM_NAME),
            optional("StreamModeDetails", MODE_DETAILS),
            optional("Tags", TAGS),
            optional("MaxRecordSizeInKiB", RECORD_KIB),
            optional("WarmThroughputMiBps", WARM_MIBPS),
            optional("RecordDistributionStrategy", DISTRIBUTION));

    static final Shape.Structure DELETE_STREAM = structure(
            optional("EnforceConsumerDeletion", new Shape.Flag()),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure DESCRIBE_STREAM = structure(
            optional("Limit", PAGE_LIMIT),
            optional("ExclusiveStartShardId", SHARD_ID),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    /// For the operations that name a stream and nothing else that matters here.
    static final Shape.Structure STREAM =
            structure(optional("StreamName", STREAM_NAME), optional("StreamARN", STREAM_ARN));

    static final Shape.Structure LIST_STREAMS = structure(
            optional("Limit", PAGE_LIMIT),
            optional("ExclusiveStartStreamName", STREAM_NAME),
            optional("NextToken", NEXT_TOKEN));

    static final Shape.Structure LIST_SHARDS = structure(
            optional("MaxResults", PAGE_LIMIT),
            optional("ExclusiveStartShardId", SHARD_ID),
            optional("StreamName", STREAM_NAME),
            optional("NextToken", NEXT_TOKEN),
            optional("StreamCreationTimestamp", new Shape.Moment()),
            optional(
                    "ShardFilter",
                    structure(
                            required(
                                    "Type",
                                    oneOf(
                                            "AFTER_SHARD_ID",
                                            "AT_TRIM_HORIZON",
                                            "FROM_TRIM_HORIZON",
                                            "AT_LATEST",
                                            "AT_TIMESTAMP",
                                            "FROM_TIMESTAMP")),
                            optional("ShardId", SHARD_ID),
                            optional("Timestamp", new Shape.Moment()))),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure GET_SHARD_ITERATOR = structure(
            required("ShardId", SHARD_ID),
            required(
                    "ShardIteratorType",
                    oneOf("AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON")),
            optional("StartingSequenceNumber", SEQUENCE_NUMBER),
            optional("Timestamp", new Shape.Moment()),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure GET_RECORDS = structure(
            optional("Limit", integer(1, GET_RECORDS_MAX)),
            required("ShardIterator", text(1, 512)),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure RETENTION_PERIOD = structure(
            required("RetentionPeriodHours", ANY_INTEGER),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure LIST_TAGS_FOR_STREAM = structure(
            optional("Limit", integer(1, LIST_TAGS_MAX)),
            optional("ExclusiveStartTagKey", text(1, 128)),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure LIST_TAGS_FOR_RESOURCE = structure(required("ResourceARN", RESOURCE_ARN));

    static final Shape.Structure NOTHING = structure();

    private Requests() {}
}
