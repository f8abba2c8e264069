package io.braid.aws;

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
/// @param target     what X-Amz-Target begins with, up to the dot
/// @param metrics    what the names of its operations begin with in the metrics
/// @param protocols  that it speaks; others are unknown operations to it
/// @param operations by name
/// @param unknown    what is answered to the name of another
record Service(
        String target,
        String metrics,
        Set<Protocol> protocols,
        Function<String, Optional<Operation>> operations,
        Function<String, AwsFault> unknown) {

    static Service of(Kinesis kinesis) {
        return new Service(
                Kinesis.TARGET,
                "",
                Set.of(Protocol.JSON, Protocol.CBOR),
                kinesis::operation,
                _ -> AwsFault.unknownOperation());
    }

    static Service of(DynamoDb dynamoDb) {
        return new Service(
                DynamoDb.TARGET,
                "dynamodb.",
                Set.of(Protocol.JSON_10, Protocol.JSON),
                dynamoDb::operation,
                dynamoDb::unknown);
    }
}
