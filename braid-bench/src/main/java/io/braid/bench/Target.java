package io.braid.bench;

/// What a metric has to reach: so many times a peer's figure, or a figure of its own.
sealed interface Target {
    Metric metric();

    Bound bound();

    /// The ratio or the figure itself.
    double wanted();

    enum Bound {
        AT_LEAST(">="),
        AT_MOST("<="),
        BELOW("<");

        private final String sign;

        Bound(String sign) {
            this.sign = sign;
        }
    }

    /// Braid's figure divided by that of a peer.
    ///
    /// @param wanted  greater than 0
    record Ratio(Metric metric, Bound bound, double wanted, String peer) implements Target {
        @Override
        public String toString() {
            return "%s %sx".formatted(bound.sign, wanted);
        }
    }

    /// Braid's own figure, whatever anybody else's is.
    record Figure(Metric metric, Bound bound, double wanted) implements Target {
        @Override
        public String toString() {
            return "%s %s".formatted(bound.sign, metric.written(wanted));
        }
    }

    static Target ratioAtLeast(Metric metric, double ratio, String peer) {
        return new Ratio(metric, Bound.AT_LEAST, ratio, peer);
    }

    static Target ratioAtMost(Metric metric, double ratio, String peer) {
        return new Ratio(metric, Bound.AT_MOST, ratio, peer);
    }

    static Target atMost(Metric metric, double figure) {
        return new Figure(metric, Bound.AT_MOST, figure);
    }

    static Target below(Metric metric, double figure) {
        return new Figure(metric, Bound.BELOW, figure);
    }

    default boolean isMetBy(double reached) {
        return switch (bound()) {
            case AT_LEAST -> reached >= wanted();
            case AT_MOST -> reached <= wanted();
            case BELOW -> reached < wanted();
        };
    }

    /// The target with its metric and its peer, as `./braid bench --list` names it.
    default String described() {
        return switch (this) {
            case Ratio ratio -> "%s %s of %s".formatted(metric().title(), this, ratio.peer());
            case Figure _ -> "%s %s".formatted(metric().title(), this);
        };
    }
}
