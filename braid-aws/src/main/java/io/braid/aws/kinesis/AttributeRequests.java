package io.braid.aws.kinesis;

import static io.braid.aws.kinesis.Requests.DISTRIBUTION;
import static io.braid.aws.kinesis.Requests.MODE_DETAILS;
import static io.braid.aws.kinesis.Requests.RECORD_KIB;
import static io.braid.aws.kinesis.Requests.RESOURCE_ARN;
import static io.braid.aws.kinesis.Requests.STREAM_ARN;
import static io.braid.aws.kinesis.Requests.STREAM_NAME;
import static io.braid.aws.kinesis.Requests.TAGS;
import static io.braid.aws.kinesis.Requests.WARM_MIBPS;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;
import static io.braid.aws.wire.Shape.text;

import io.braid.aws.wire.Shape;

/// The requests about what is kept with streams and accounts, as [Requests].
final class AttributeRequests {
    /// Any text will do, as the service looks into it itself.
    private static final Shape.Text ANY_TEXT = text(0, Integer.MAX_VALUE);

    private static final Shape.ListOf TAG_KEYS = new Shape.ListOf(text(1, 128), 1, 50);
    private static final Shape.Text ENCRYPTION_TYPE = oneOf("NONE", "KMS");
    private static final Shape.ListOf METRICS = new Shape.ListOf(
            oneOf(
                    "IncomingBytes",
                    "IncomingRecords",
                    "OutgoingBytes",
                    "OutgoingRecords",
                    "WriteProvisionedThroughputExceeded",
                    "ReadProvisionedThroughputExceeded",
                    "IteratorAgeMilliseconds",
                    "ALL"),
            1,
            7);

    static final Shape.Structure ADD_TAGS_TO_STREAM =
            structure(required("Tags", TAGS), optional("StreamName", STREAM_NAME), optional("StreamARN", STREAM_ARN));

    static final Shape.Structure REMOVE_TAGS_FROM_STREAM = structure(
            required("TagKeys", TAG_KEYS), optional("StreamName", STREAM_NAME), optional("StreamARN", STREAM_ARN));

    static final Shape.Structure TAG_RESOURCE =
            structure(required("Tags", TAGS), required("ResourceARN", RESOURCE_ARN));

    static final Shape.Structure UNTAG_RESOURCE =
            structure(required("TagKeys", TAG_KEYS), required("ResourceARN", RESOURCE_ARN));

    /// For the operations that name a resource and nothing else that matters here.
    static final Shape.Structure RESOURCE = structure(required("ResourceARN", RESOURCE_ARN));

    static final Shape.Structure PUT_RESOURCE_POLICY =
            structure(required("ResourceARN", RESOURCE_ARN), required("Policy", ANY_TEXT));

    static final Shape.Structure STREAM_ENCRYPTION = structure(
            required("EncryptionType", ENCRYPTION_TYPE),
            required("KeyId", text(1, 2048)),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure ENHANCED_MONITORING = structure(
            required("ShardLevelMetrics", METRICS),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure UPDATE_MAX_RECORD_SIZE =
            structure(required("MaxRecordSizeInKiB", RECORD_KIB), optional("StreamARN", STREAM_ARN));

    static final Shape.Structure UPDATE_STREAM_MODE = structure(
            required("StreamModeDetails", MODE_DETAILS),
            optional("WarmThroughputMiBps", WARM_MIBPS),
            required("StreamARN", STREAM_ARN));

    static final Shape.Structure UPDATE_STREAM_WARM_THROUGHPUT = structure(
            required("WarmThroughputMiBps", WARM_MIBPS),
            optional("StreamName", STREAM_NAME),
            optional("StreamARN", STREAM_ARN));

    static final Shape.Structure UPDATE_STREAM_RECORD_DISTRIBUTION_STRATEGY =
            structure(required("RecordDistributionStrategy", DISTRIBUTION), required("StreamARN", STREAM_ARN));

    static final Shape.Structure UPDATE_ACCOUNT_SETTINGS = structure(required(
            "MinimumThroughputBillingCommitment", structure(required("Status", oneOf("ENABLED", "DISABLED")))));

    private AttributeRequests() {}
}
