package io.braid.aws.wire;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Numbers of unknown size brought into 64 bits.
final class Numbers {
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    /// More digits than a long has on either side of the point; without this, `1e999999999` would be written out.
    private static final int DIGITS_MAX = 40;

    private Numbers() {}

    /// Rounded down; the nearest long if it does not fit.
    static long saturated(BigDecimal number) {
        long magnitude = (long) number.precision() - number.scale();
        if (magnitude > DIGITS_MAX) return number.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        if (magnitude < -DIGITS_MAX) return number.signum() < 0 ? -1 : 0;
        return number.min(LONG_MAX)
                .max(LONG_MIN)
                .setScale(0, RoundingMode.FLOOR)
                .longValue();
    }
}
