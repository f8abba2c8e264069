package io.braid.aws;

/// What a setting must be like. Not in [AwsConfig] itself: each of its records has a default that is made by these
/// rules, and whichever is looked at first would wait for all others.
final class Rule {
    private Rule() {}

    /// @throws IllegalArgumentException it does not hold: `rule` names the value and says what was expected
    static void require(boolean holds, String rule, Object value) {
        if (!holds) throw new IllegalArgumentException(rule.formatted(value));
    }
}
