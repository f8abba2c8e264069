package io.braid.log;

import java.io.IOException;

/// Is told of all that compaction reads and writes, and keeps it from taking the disk from others, or from going on
/// for nothing.
interface Pace {
    Pace FREE = bytes -> {};

    void moved(int bytes) throws IOException;

    /// Nobody needs any more what is being done.
    final class Over extends IOException {
        private static final long serialVersionUID = 1;

        Over(String message) {
            super(message);
        }
    }
}
