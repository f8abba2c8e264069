package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// An expression cut into words, numbers and signs, and a place in it. One thread.
final class Tokens {
    /// DynamoDB's own limit of an expression, in bytes; ours in characters.
    private static final int CHARACTERS_MAX = 4096;

    // #name and :value, a word, an index, a sign
    private static final Pattern TOKEN = Pattern.compile("[#:][A-Za-z0-9_]+|[A-Za-z_][A-Za-z0-9_]*|\\d+|<>|<=|>=|\\S");

    private final String kind;
    private final List<String> tokens = new ArrayList<>();
    private int at;

    /// @param kind the parameter that the expression is, for messages
    Tokens(String kind, String expression) {
        this.kind = kind;
        if (expression.isBlank()) throw fault("The expression can not be empty;");
        if (expression.length() > CHARACTERS_MAX)
            throw fault("Expression size has exceeded the maximum allowed size; expression size: %d"
                    .formatted(expression.length()));
        var found = TOKEN.matcher(expression);
        while (found.find()) tokens.add(found.group());
    }

    /// The next token; empty at the end.
    String peek() {
        return at < tokens.size() ? tokens.get(at) : "";
    }

    String peekSecond() {
        return at + 1 < tokens.size() ? tokens.get(at + 1) : "";
    }

    String take() {
        if (at == tokens.size()) throw syntax();
        return tokens.get(at++);
    }

    /// Takes the next token if it is this sign or, in upper or lower case, this word.
    boolean takes(String wanted) {
        boolean is = peek().equalsIgnoreCase(wanted);
        if (is) at++;
        return is;
    }

    void expect(String wanted) {
        if (!takes(wanted)) throw syntax();
    }

    void expectEnd() {
        if (at < tokens.size()) throw syntax();
    }

    boolean isAtEnd() {
        return at == tokens.size();
    }

    /// What is here does not belong here.
    AwsFault syntax() {
        var token = isAtEnd() ? "<EOF>" : peek();
        var near = String.join(
                " ", tokens.subList(Math.max(0, Math.min(at, tokens.size()) - 1), Math.min(at + 2, tokens.size())));
        return fault("Syntax error; token: \"%s\", near: \"%s\"".formatted(token, near));
    }

    AwsFault fault(String what) {
        return AwsFault.validation("Invalid %s: %s".formatted(kind, what));
    }
}
