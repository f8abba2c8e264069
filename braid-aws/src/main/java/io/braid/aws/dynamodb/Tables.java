package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Caller;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the table that a request names, by name or ARN.
final class Tables {
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.-]+");
    private static final Pattern TABLE_ARN =
            Pattern.compile("arn:aws[a-z-]*:dynamodb:[a-z0-9-]*:\\d{12}:table/([a-zA-Z0-9_.-]+)");
    private static final int LENGTH_MIN = 3;
    private static final int LENGTH_MAX = 255;

    private final String account;

    Tables(String account) {
        this.account = account;
    }

    String arn(Caller caller, String table) {
        return "arn:aws:dynamodb:%s:%s:table/%s".formatted(caller.region(), account, table);
    }

    /// The name that a request's `TableName` means; region and account of an ARN choose nothing here.
    ///
    /// @throws AwsFault it is none
    static String name(String nameOrArn) {
        Matcher arn = TABLE_ARN.matcher(nameOrArn);
        var name = arn.matches() ? arn.group(1) : nameOrArn;
        if (name.length() < LENGTH_MIN || name.length() > LENGTH_MAX)
            throw AwsFault.validation("TableName must be at least 3 characters long and at most 255 characters long");
        if (!NAME.matcher(name).matches())
            throw AwsFault.validation(("1 validation error detected: Value '%s' at 'tableName' failed to satisfy"
                            + " constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
                    .formatted(name));
        return name;
    }

    /// The name in an ARN.
    ///
    /// @throws AwsFault it is none
    static String nameInArn(String arn) {
        var found = TABLE_ARN.matcher(arn);
        if (!found.matches())
            throw AwsFault.validation("Invalid TableArn: Invalid ResourceArn provided as input " + arn);
        return found.group(1);
    }

    /// For operations on items.
    ///
    /// @throws AwsFault there is none
    static Table forItems(Database database, String nameOrArn) {
        return database.table(name(nameOrArn)).orElseThrow(Faults::notFound);
    }

    /// For operations on tables.
    ///
    /// @throws AwsFault there is none
    static Table existing(Database database, String nameOrArn) {
        var name = name(nameOrArn);
        return database.table(name).orElseThrow(() -> Faults.noTable(name));
    }
}
