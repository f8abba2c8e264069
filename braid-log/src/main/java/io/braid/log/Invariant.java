package io.braid.log;

/// Checks that stay on in production: what they find is a bug of ours, and nothing is written after it.
final class Invariant {
    private Invariant() {}

    static void hold(boolean holds, String message, Object... arguments) {
        if (!holds) throw new AssertionError(message.formatted(arguments));
    }
}
