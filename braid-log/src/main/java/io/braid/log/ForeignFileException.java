package io.braid.log;

import java.io.IOException;

/// A file stands where one of ours should, and is none.
public final class ForeignFileException extends IOException {
    private static final long serialVersionUID = 1;

    ForeignFileException(String file, long expected, long found) {
        super("%s at 0: begins with %016x, should be %016x: not a file of Braid's, or its first bytes are damaged"
                .formatted(file, found, expected));
    }
}
