package io.braid.aws.kinesis;

import static io.braid.aws.wire.Shape.integer;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;
import static io.braid.aws.wire.Shape.text;

import io.braid.aws.wire.Shape;

/// The requests about consumers with enhanced fan-out, from Amazon's published service model (2013-12-02), as
/// [Requests] has all others.
final class ConsumerRequests {
    private static final Shape.Text CONSUMER_NAME = text(1, 128, "[a-zA-Z0-9_.-]+");
    private static final Shape.Text CONSUMER_ARN = text(
            1, 2048, "^(arn):aws.*:kinesis:.*:\\d{12}:.*stream\\/[a-zA-Z0-9_.-]+\\/consumer\\/[a-zA-Z0-9_.-]+:[0-9]+");

    static final Shape.Structure REGISTER = structure(
            required("StreamARN", Requests.STREAM_ARN),
            required("ConsumerName", CONSUMER_NAME),
            optional("Tags", Requests.TAGS));

    /// To describe or to deregister one.
    static final Shape.Structure CONSUMER = structure(
            optional("StreamARN", Requests.STREAM_ARN),
            optional("ConsumerName", CONSUMER_NAME),
            optional("ConsumerARN", CONSUMER_ARN));

    static final Shape.Structure LIST = structure(
            required("StreamARN", Requests.STREAM_ARN),
            optional("NextToken", Requests.NEXT_TOKEN),
            optional("MaxResults", integer(1, 10_000)),
            optional("StreamCreationTimestamp", new Shape.Moment()));

    static final Shape.Structure SUBSCRIBE = structure(
            required("ConsumerARN", CONSUMER_ARN),
            required("ShardId", Requests.SHARD_ID),
            required(
                    "StartingPosition",
                    structure(
                            required(
                                    "Type",
                                    oneOf(
                                            "AFTER_SEQUENCE_NUMBER",
                                            "LATEST",
                                            "AT_TIMESTAMP",
                                            "AT_SEQUENCE_NUMBER",
                                            "TRIM_HORIZON")),
                            optional("SequenceNumber", Requests.SEQUENCE_NUMBER),
                            optional("Timestamp", new Shape.Moment()))));

    private ConsumerRequests() {}
}
