package io.braid.bench.load;

import java.io.IOException;

/// A server did not do what a load asks for: it answered something else, or not at all.
public final class Unserved extends IOException {
    private static final long serialVersionUID = 1;
    private static final int ANSWER_CHARS_MAX = 200;

    public Unserved(String message, Throwable cause) {
        super(message, cause);
    }

    /// It answered, but not with what was asked for.
    static Unserved by(String operation, Http.Answer answer) {
        var text = answer.text().replaceAll("[^ -~]", ".");
        var shown = text.length() > ANSWER_CHARS_MAX ? text.substring(0, ANSWER_CHARS_MAX) + " ..." : text;
        return new Unserved("%s answered %d: %s".formatted(operation, answer.status(), shown), null);
    }

    /// It answered what cannot be read.
    static Unserved unreadable(String operation, IllegalArgumentException why) {
        return new Unserved("%s was answered with what cannot be read: %s".formatted(operation, why.getMessage()), why);
    }
}
