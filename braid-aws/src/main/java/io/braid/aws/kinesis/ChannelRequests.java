package io.braid.aws.kinesis;

import static io.braid.aws.wire.Shape.integer;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;
import static io.braid.aws.wire.Shape.text;

import io.braid.aws.wire.Shape;

/// The requests about channels, as [Requests] has all others: from Amazon's reference of its API, as the service model
/// here is older.
final class ChannelRequests {
    private static final int LIST_MAX = 10_000;

    static final Shape.Text CHANNEL_ARN = text(1, 2048, "arn:aws.*:kinesis:.*:\\d{12}:channel/\\S+");

    private static final Shape.Text CHANNEL_NAME = text(1, 128, "[a-zA-Z0-9_.-]+");
    private static final Shape.Text ROLE_ARN =
            text(1, 512, "arn:aws[-a-z0-9]*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+");
    private static final Shape.Text BUCKET_ARN = text(1, 2048, "arn:aws[-a-z0-9]*:s3:::[a-z0-9._-]{3,63}");
    private static final Shape.Text ACCOUNT = text(12, 12, "\\d{12}");
    private static final Shape.Whole FRESHNESS = integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
    private static final Shape.Text ICEBERG_NAME = text(1, 255, "[0-9a-z_]+");

    private static final Shape.Structure RECORD_CONFIGURATION = structure(
            required("RecordFormatType", oneOf("GSR_JSON", "JSON", "STRING", "BYTE_ARRAY")),
            optional(
                    "GSRSchemaARN",
                    text(
                            1,
                            512,
                            "arn:aws[-a-z0-9]*:glue:[-a-z0-9]+:\\d{12}:schema/[-a-zA-Z0-9_$#.]+/[-a-zA-Z0-9_$#.]+")));

    private static final Shape.Structure DEAD_LETTERS = structure(
            required("BucketARN", BUCKET_ARN),
            required("ExpectedBucketOwner", ACCOUNT),
            optional("ErrorOutputPrefix", text(1, 512, "[0-9A-Za-z!\\-_'.*()\\/]+")));

    private static final Shape.Structure STORAGE = structure(
            required("BucketARN", BUCKET_ARN),
            required("ExpectedBucketOwner", ACCOUNT),
            required("CompressionType", oneOf("NONE", "GZIP", "ZSTD")),
            optional("OutputKeyTemplate", text(1, 1024, "[0-9A-Za-z!\\-_'.*()\\/=:{}]+")),
            optional("StorageClass", oneOf("STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR")));

    private static final Shape.Structure S3_DESTINATION = structure(
            required("StorageConfiguration", STORAGE),
            optional("DataFreshnessInSeconds", FRESHNESS),
            optional("DeadLetterQueueS3Configuration", DEAD_LETTERS));

    private static final Shape.Structure TABLE = structure(
            required(
                    "TableBucketARN",
                    text(1, 2048, "arn:aws[-a-z0-9]*:s3tables:[-a-z0-9]+:[0-9]{12}:bucket/[a-z0-9_-]{3,63}")),
            required("Namespace", ICEBERG_NAME),
            required("TableName", ICEBERG_NAME),
            required("CompressionType", oneOf("NONE", "ZSTD", "SNAPPY")),
            optional(
                    "PartitionSpec",
                    structure(required(
                            "PartitionFields",
                            new Shape.ListOf(
                                    structure(
                                            required("Transform", oneOf("TIME_HOUR")),
                                            required("SourceName", text(1, 255, "[a-zA-Z0-9._]+"))),
                                    1,
                                    LIST_MAX)))));

    private static final Shape.Structure S3_TABLES_DESTINATION = structure(
            required("DeadLetterQueueS3Configuration", DEAD_LETTERS),
            required("S3TablesConfigurationList", new Shape.ListOf(TABLE, 1, LIST_MAX)),
            optional("DataFreshnessInSeconds", FRESHNESS));

    private static final Shape.Structure LOGGING = structure(required(
            "CloudWatchLogs",
            structure(
                    required("Enabled", new Shape.Flag()),
                    optional("LogGroupName", text(1, 512, "[\\.\\-_/#A-Za-z0-9]+")),
                    optional("LogStreamName", text(1, 512, "[^:*]*")))));

    private static final Shape.Structure NEW_FRESHNESS = structure(required("DataFreshnessInSeconds", FRESHNESS));

    static final Shape.Structure CREATE = structure(
            required("ChannelName", CHANNEL_NAME),
            required("ServiceExecutionRoleARN", ROLE_ARN),
            required(
                    "StreamConfigurationList",
                    new Shape.ListOf(
                            structure(
                                    required("StreamARN", Requests.STREAM_ARN),
                                    required("RecordConfiguration", RECORD_CONFIGURATION)),
                            1,
                            LIST_MAX)),
            optional("S3DestinationConfiguration", S3_DESTINATION),
            optional("S3TablesDestinationConfiguration", S3_TABLES_DESTINATION),
            optional(
                    "EncryptionConfiguration",
                    structure(required("EncryptionType", oneOf("KMS")), required("KeyId", text(1, 2048)))),
            optional("Tags", Requests.TAGS),
            optional("LoggingConfiguration", LOGGING));

    /// To describe or to delete one.
    static final Shape.Structure CHANNEL = structure(required("ChannelARN", CHANNEL_ARN));

    static final Shape.Structure UPDATE = structure(
            required("ChannelARN", CHANNEL_ARN),
            optional("S3DestinationConfiguration", NEW_FRESHNESS),
            optional("S3TablesDestinationConfiguration", NEW_FRESHNESS),
            optional("LoggingConfiguration", LOGGING));

    static final Shape.Structure LIST = structure(
            optional(
                    "StreamFilter",
                    new Shape.ListOf(
                            structure(
                                    required("StreamARN", Requests.STREAM_ARN),
                                    optional("StreamCreationTimestamp", new Shape.Moment())),
                            1,
                            LIST_MAX)),
            optional("MaxResults", integer(1, LIST_MAX)),
            optional("NextToken", Requests.NEXT_TOKEN));

    private ChannelRequests() {}
}
