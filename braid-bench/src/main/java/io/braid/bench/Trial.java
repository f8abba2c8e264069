package io.braid.bench;

import java.io.IOException;

/// One run of the load against one server.
@FunctionalInterface
interface Trial {
    /// @param records  how many to move; a trial that is bounded by time instead says so and ignores it
    Sample run(long records) throws IOException, InterruptedException;
}
