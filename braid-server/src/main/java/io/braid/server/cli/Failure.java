package io.braid.server.cli;

/// A command that could not be done, in one sentence for the person who typed it. Ends the process with 1.
final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    Failure(String sentence) {
        super(sentence);
    }

    Failure(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
