package io.braid.server;

/// Why the server cannot start, in one sentence that names what to do.
public final class CannotStart extends Exception {
    private static final long serialVersionUID = 1;

    CannotStart(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
