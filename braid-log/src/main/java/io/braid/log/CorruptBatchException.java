package io.braid.log;

import java.io.IOException;

/// Bytes that should be a batch are not; the message says what was expected, what was found and where.
public final class CorruptBatchException extends IOException {
    private static final long serialVersionUID = 1;

    public CorruptBatchException(String message) {
        super(message);
    }
}
