package io.braid.bench;

/// The ratio, ours to the peer's, that a metric has to reach.
///
/// @param ratio  greater than 0
record Target(Metric metric, Bound bound, double ratio) {
    enum Bound {
        AT_LEAST(">="),
        AT_MOST("<=");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }
    }

    static Target atLeast(Metric metric, double ratio) {
        return new Target(metric, Bound.AT_LEAST, ratio);
    }

    static Target atMost(Metric metric, double ratio) {
        return new Target(metric, Bound.AT_MOST, ratio);
    }

    boolean isMetBy(double reached) {
        return switch (bound) {
            case AT_LEAST -> reached >= ratio;
            case AT_MOST -> reached <= ratio;
        };
    }

    @Override
    public String toString() {
        return "%s %sx".formatted(bound.sign, ratio);
    }
}
