package io.braid.log;

import java.io.IOException;

/// A file of ours that does not hold what it must; the message names file, position, what was expected and found.
public final class DamagedFileException extends IOException {
    private static final long serialVersionUID = 1;

    public DamagedFileException(String message) {
        super(message);
    }
}
