package io.braid.log;

import java.io.IOException;

/// Records that are in the tier could not be read just now. It ends this read and nothing else, and whoever looks
/// after the server is told by the log itself, once: callers need not.
public final class TierException extends IOException {
    private static final long serialVersionUID = 1;

    TierException(String message) {
        super(message);
    }

    TierException(String message, Throwable cause) {
        super(message, cause);
    }
}
