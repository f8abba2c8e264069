package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;

/// DynamoDB's own errors.
final class Faults {
    /// SDKs read what follows the last `#`; DynamoDB has always sent the rest, too.
    private static final String NAMESPACE = "com.amazonaws.dynamodb.v20120810#";

    static final String CONDITION_FAILED = "The conditional request failed";

    private Faults() {}

    static AwsFault of(String type, String message) {
        return AwsFault.of(NAMESPACE + type, message);
    }

    /// For operations on items.
    static AwsFault notFound() {
        return of("ResourceNotFoundException", "Requested resource not found");
    }

    /// For operations on tables.
    static AwsFault noTable(String name) {
        return of("ResourceNotFoundException", "Requested resource not found: Table: %s not found".formatted(name));
    }

    static AwsFault inUse(String message) {
        return of("ResourceInUseException", message);
    }

    static AwsFault limitExceeded(String message) {
        return of("LimitExceededException", message);
    }

    static AwsFault throughputExceeded(String message) {
        return of("ProvisionedThroughputExceededException", message);
    }

    /// A client retries.
    static AwsFault internal(String message) {
        return AwsFault.internal(message);
    }
}
