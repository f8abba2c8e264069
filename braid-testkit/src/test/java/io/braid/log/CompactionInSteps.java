package io.braid.log;

import java.io.IOException;
import java.util.OptionalLong;

/// Compaction by hand, with something going on whenever it reads or writes, as other threads do in production.
public final class CompactionInSteps {
    private CompactionInSteps() {}

    /// Makes one pass, and answers how many records it has removed; empty if none is due, or nobody needed any more
    /// what it was about.
    public static OptionalLong compact(Log log, Runnable meanwhile) throws IOException {
        try {
            var done = log.compact(_ -> meanwhile.run());
            return done.isEmpty()
                    ? OptionalLong.empty()
                    : OptionalLong.of(done.get().result().recordsRemoved());
        } catch (Pace.Over _) {
            return OptionalLong.empty();
        }
    }
}
