package io.braid.aws;

import io.braid.aws.cloudwatch.CloudWatch;
import io.braid.aws.dynamodb.DynamoDb;
import io.braid.aws.kinesis.Kinesis;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Protocol;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// One of Amazon's services, as the port sees it: a row of the table by which requests are told apart.
///
/// @param target     what X-Amz-Target begins with, up to the dot; Smithy RPC v2 has it in the path
/// @param query      how the query protocol knows it
/// @param metrics    what the names of its operations begin with in the metrics
/// @param protocols  that it speaks; others are unknown operations to it
/// @param operations by name
/// @param unknown    what is answered to the name of another
record Service(
        String target,
        Optional<Query> query,
        String metrics,
        Set<Protocol> protocols,
        Function<String, Optional<Operation>> operations,
        Function<String, AwsFault> unknown) {

    /// @param version   by which a form names its service
    /// @param namespace of its XML
    record Query(String version, String namespace) {}

    static Service of(Kinesis kinesis) {
        return new Service(
                Kinesis.TARGET,
                Optional.empty(),
                "",
                Set.of(Protocol.JSON, Protocol.CBOR),
                kinesis::operation,
                _ -> AwsFault.unknownOperation());
    }

    static Service of(DynamoDb dynamoDb) {
        return new Service(
                DynamoDb.TARGET,
                Optional.empty(),
                "dynamodb.",
                Set.of(Protocol.JSON_10, Protocol.JSON),
                dynamoDb::operation,
                dynamoDb::unknown);
    }

    static Service of(CloudWatch cloudWatch) {
        return new Service(
                CloudWatch.TARGET,
                Optional.of(new Query(CloudWatch.VERSION, CloudWatch.NAMESPACE)),
                "cloudwatch.",
                Set.of(Protocol.RPC_CBOR, Protocol.JSON_10, Protocol.JSON, Protocol.QUERY),
                cloudWatch::operation,
                cloudWatch::unknown);
    }
}
