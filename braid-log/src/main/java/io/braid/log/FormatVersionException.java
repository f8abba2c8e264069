package io.braid.log;

import java.io.IOException;

/// A file of ours in a format that this version does not read.
public final class FormatVersionException extends IOException {
    private static final long serialVersionUID = 1;

    FormatVersionException(String file, int expected, int found) {
        super("%s at 8: format %d is too %s, this version reads %d: %s"
                .formatted(
                        file,
                        found,
                        found > expected ? "new" : "old",
                        expected,
                        found > expected ? "open it with a newer Braid" : "open it once with an older Braid"));
    }
}
