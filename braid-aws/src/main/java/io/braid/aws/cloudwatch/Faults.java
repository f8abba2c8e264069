package io.braid.aws.cloudwatch;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;

/// CloudWatch's own errors. Each has two names: of its shape, and the older one of the query protocol.
final class Faults {
    private static final String NAMESPACE = "com.amazonaws.cloudwatch#";

    private Faults() {}

    static AwsFault invalid(String message) {
        return AwsFault.of(NAMESPACE + "InvalidParameterValueException", message)
                .coded("InvalidParameterValue");
    }

    static AwsFault combination(String message) {
        return AwsFault.of(NAMESPACE + "InvalidParameterCombinationException", message)
                .coded("InvalidParameterCombination");
    }

    static AwsFault missing(String message) {
        return AwsFault.of(NAMESPACE + "MissingRequiredParameterException", message)
                .coded("MissingParameter");
    }

    static AwsFault limit(String message) {
        return AwsFault.of(NAMESPACE + "LimitExceededFault", message).coded("LimitExceeded");
    }

    static AwsFault nextToken() {
        return AwsFault.of(NAMESPACE + "InvalidNextToken", "Request parameter NextToken is invalid")
                .coded("InvalidNextToken");
    }

    /// What GetMetricData says, whose model has no error for it.
    static AwsFault validation(String message) {
        return AwsFault.of("ValidationError", message);
    }

    /// `path` leads to `params` and ends in a dot, unless it is empty.
    static String required(Params params, String path, String name) {
        return params.text(name).orElseThrow(() -> isMissing(path + name));
    }

    static AwsFault isMissing(String path) {
        return missing("The parameter %s is required.".formatted(path));
    }

    static AwsFault value(String value, String path) {
        return invalid("The value %s for parameter %s is invalid.".formatted(value, path));
    }

    static AwsFault exclusive(String one, String other) {
        return combination(exclusion(one, other));
    }

    static String exclusion(String one, String other) {
        return "The parameters %s and %s are mutually exclusive and you have specified both.".formatted(one, other);
    }

    static void size(int size, int max, String path) {
        if (size > max) throw invalid("The collection %s must not have a size greater than %d.".formatted(path, max));
    }
}
