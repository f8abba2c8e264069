package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Protocol;
import io.braid.aws.wire.WireReader;
import io.braid.aws.wire.WireReader.Token;
import java.util.HashSet;
import java.util.Set;

/// What must be true of a resource policy's JSON before it is kept: the members that every such policy has
/// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html). Actions, principals and
/// conditions are not looked into.
final class PolicyDocument {
    private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");
    private static final Set<String> EFFECTS = Set.of("Allow", "Deny");

    private PolicyDocument() {}

    /// @throws AwsFault an InvalidArgumentException that says what is missing
    static void check(String policy) {
        boolean hasStatement;
        try {
            var reader = Protocol.JSON.reader(policy.getBytes(UTF_8));
            hasStatement = document(reader);
            reader.expectEnd();
        } catch (AwsFault fault) {
            if (fault.type().equals("SerializationException")) throw malformed("it is not a JSON object");
            throw fault;
        }
        if (!hasStatement) throw malformed("it has no Statement");
    }

    private static boolean document(WireReader reader) {
        if (reader.token() != Token.MAP) throw malformed("it is not a JSON object");
        boolean hasStatement = false;
        for (reader.enterMap(); reader.nextName(); ) {
            switch (reader.text()) {
                case "Version" -> oneOf(reader, "Version", VERSIONS);
                case "Statement" -> hasStatement = statements(reader);
                default -> reader.skip();
            }
        }
        return hasStatement;
    }

    private static boolean statements(WireReader reader) {
        if (reader.token() == Token.MAP) {
            statement(reader);
            return true;
        }
        if (reader.token() != Token.LIST) throw malformed("its Statement is neither an object nor a list");
        boolean any = false;
        for (reader.enterList(); reader.nextItem(); any = true) statement(reader);
        return any;
    }

    private static void statement(WireReader reader) {
        if (reader.token() != Token.MAP) throw malformed("a Statement is not an object");
        var members = new HashSet<String>();
        for (reader.enterMap(); reader.nextName(); ) {
            var name = reader.text();
            members.add(name);
            if (name.equals("Effect")) oneOf(reader, name, EFFECTS);
            else reader.skip();
        }
        if (!members.contains("Effect")) throw malformed("a Statement has no Effect");
        if (!members.contains("Principal") && !members.contains("NotPrincipal"))
            throw malformed("a Statement has no Principal");
        if (!members.contains("Action") && !members.contains("NotAction")) throw malformed("a Statement has no Action");
    }

    private static void oneOf(WireReader reader, String name, Set<String> values) {
        if (reader.token() == Token.TEXT) reader.readText();
        else throw malformed(name + " is not a string");
        if (!values.contains(reader.text()))
            throw malformed("its %s is %s, which is none of %s"
                    .formatted(name, reader.text(), values.stream().sorted().toList()));
    }

    private static AwsFault malformed(String why) {
        return AwsFault.invalidArgument("The policy document is malformed: " + why + ".");
    }
}
