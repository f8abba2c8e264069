package io.braid.broker;

import java.util.Arrays;

/// What was used, in all units. Immutable.
public final class Usage {
    public static final Usage NONE = new Usage(new long[UsageUnit.values().length]);

    private final long[] amounts; // by unit, never changed after construction

    private Usage(long[] amounts) {
        this.amounts = amounts;
    }

    /// @param amounts by the ordinals of the units
    static Usage of(long[] amounts) {
        return new Usage(amounts.clone());
    }

    public long of(UsageUnit unit) {
        return amounts[unit.ordinal()];
    }

    public Usage plus(Usage other) {
        var sums = amounts.clone();
        for (int i = 0; i < sums.length; i++) sums[i] += other.amounts[i];
        return new Usage(sums);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Usage usage && Arrays.equals(amounts, usage.amounts);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(amounts);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (var unit : UsageUnit.values())
            if (of(unit) != 0)
                text.append(unit.word()).append('=').append(of(unit)).append(' ');
        return text.toString().strip();
    }
}
