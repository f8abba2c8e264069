package io.braid.aws.kinesis;

import io.braid.aws.wire.Caller;
import java.util.Optional;
import java.util.regex.Pattern;

/// Where streams are created and seen: an account in a region. Two homes know nothing of each other
/// (docs/decisions/0075).
record Home(String account, String region) {
    /// Of what belongs to an account and to none of its regions.
    static final String EVERY_REGION = "*";

    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern ARN = Pattern.compile("arn:[^:]*:kinesis:([^:]*):(\\d{12}):.*");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{1,32}");

    /// An access key of twelve digits is the account; every other one is of the default account. Nothing is
    /// verified in this release.
    static Home of(Caller caller, String defaultAccount) {
        var key = caller.accessKey();
        return new Home(ACCOUNT.matcher(key).matches() ? key : defaultAccount, caller.region());
    }

    /// The home that an ARN names; empty if its region is none.
    static Optional<Home> of(String arn) {
        var parts = ARN.matcher(arn);
        return parts.matches() && REGION.matcher(parts.group(1)).matches()
                ? Optional.of(new Home(parts.group(2), parts.group(1)))
                : Optional.empty();
    }

    /// As an attribute of a stream has it.
    static Home parse(String text) {
        var parts = text.split(" ", 2);
        return new Home(parts[0], parts[1]);
    }

    String text() {
        return account + " " + region;
    }

    /// The name that a stream has for Kafka where its own is taken by a stream of another home.
    String qualified(String name) {
        return account + "." + region + "." + name;
    }
}
