package io.braid.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What the command line says of how measurements are done.
///
/// @param pairs    how often each server has its turn, 1 to 99; the result is the median
/// @param records  how many records in a turn, if not as many as the measurement likes
/// @param time     how long a turn lasts where the load is bounded by time
/// @param svg      where to draw, if something is to be drawn
record Setting(int pairs, Optional<Long> records, Duration time, Optional<Path> svg) {

    Setting {
        if (pairs < 1 || pairs > 99) {
            throw new IllegalArgumentException("--pairs is %d; it must be from 1 to 99".formatted(pairs));
        }
        if (records.isPresent() && records.get() < 1) {
            throw new IllegalArgumentException("--records is %d; it must be at least 1".formatted(records.get()));
        }
        if (!time.isPositive()) {
            throw new IllegalArgumentException("--seconds is %s; it must be more than 0".formatted(time));
        }
    }
}
