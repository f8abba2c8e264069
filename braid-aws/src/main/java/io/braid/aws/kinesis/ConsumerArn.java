package io.braid.aws.kinesis;

import java.util.Optional;

/// The name of a consumer that is never another's: it ends in the second of its registration.
///
///     arn:aws:kinesis:us-east-1:000000000000:stream/orders/consumer/billing:1795395723
///
/// @param registered seconds since 1970; -1 if the ARN has a number that no consumer was ever given
record ConsumerArn(String stream, String consumer, long registered) {
    private static final String STREAM = "stream/";
    private static final String CONSUMER = "/consumer/";
    private static final int SECOND_DIGITS_MAX = 18;

    static String of(String streamArn, Consumer consumer) {
        return streamArn + CONSUMER + consumer.name() + ":"
                + consumer.registered().getEpochSecond();
    }

    /// Reads the ARN of a consumer; empty if it is something else's.
    static Optional<ConsumerArn> parse(String arn) {
        int consumer = arn.lastIndexOf(CONSUMER);
        int second = arn.lastIndexOf(':');
        int stream = arn.lastIndexOf(STREAM, consumer - STREAM.length()); // a stream may be called so, too
        if (stream < 0 || second < consumer) return Optional.empty();
        var digits = arn.substring(second + 1);
        if (!digits.matches("[0-9]+")) return Optional.empty();
        return Optional.of(new ConsumerArn(
                arn.substring(stream + STREAM.length(), consumer),
                arn.substring(consumer + CONSUMER.length(), second),
                digits.length() > SECOND_DIGITS_MAX ? -1 : Long.parseLong(digits)));
    }

    /// The ARN of the stream in the ARN of a consumer.
    static String streamArn(String arn) {
        return arn.substring(0, arn.lastIndexOf(CONSUMER));
    }

    boolean names(Consumer other) {
        return consumer.equals(other.name()) && registered == other.registered().getEpochSecond();
    }
}
