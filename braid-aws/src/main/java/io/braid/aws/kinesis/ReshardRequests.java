package io.braid.aws.kinesis;

import static io.braid.aws.wire.Shape.integer;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;

import io.braid.aws.wire.Shape;

/// The requests that change shards; see [Requests].
final class ReshardRequests {
    static final Shape.Structure SPLIT_SHARD = structure(
            required("NewStartingHashKey", Requests.HASH_KEY),
            optional("StreamName", Requests.STREAM_NAME),
            required("ShardToSplit", Requests.SHARD_ID),
            optional("StreamARN", Requests.STREAM_ARN));

    static final Shape.Structure MERGE_SHARDS = structure(
            required("ShardToMerge", Requests.SHARD_ID),
            required("AdjacentShardToMerge", Requests.SHARD_ID),
            optional("StreamName", Requests.STREAM_NAME),
            optional("StreamARN", Requests.STREAM_ARN));

    static final Shape.Structure UPDATE_SHARD_COUNT = structure(
            required("TargetShardCount", integer(1, Long.MAX_VALUE)),
            optional("StreamName", Requests.STREAM_NAME),
            required("ScalingType", oneOf("UNIFORM_SCALING")),
            optional("StreamARN", Requests.STREAM_ARN));

    private ReshardRequests() {}
}
