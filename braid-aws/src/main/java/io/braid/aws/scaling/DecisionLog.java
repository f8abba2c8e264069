package io.braid.aws.scaling;

import io.braid.aws.scaling.Decision.Leave;
import io.braid.aws.scaling.Decision.Merge;
import io.braid.aws.scaling.Decision.Split;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// What was decided since the process began: counted, the last of it kept, and each of it a line in the log. Any
/// thread.
final class DecisionLog {
    static final int KEPT_MAX = 200;
    private static final System.Logger LOG = System.getLogger(Autoscaler.class.getName());

    private final Deque<String> last = new ArrayDeque<>(); // its monitor guards all; the newest last
    private long splits;
    private long merges;
    private long left;
    private long refused;

    /// @param splits  that were done; merges alike
    /// @param left    times that nothing was done although the load asked for something
    /// @param refused changes that the broker did not make
    record Counts(long splits, long merges, long left, long refused) {}

    /// What is done, or what is left as it is.
    void note(Instant when, String stream, Decision decision) {
        LOG.log(System.Logger.Level.INFO, "scaling {0}: {1}: {2}", stream, decision.what(), decision.why());
        synchronized (last) {
            switch (decision) {
                case Split _ -> splits++;
                case Merge _ -> merges++;
                case Leave _ -> left++;
            }
            keep(when, "%s: %s: %s".formatted(stream, decision.what(), decision.why()));
        }
    }

    /// A change that the broker did not make.
    void refused(Instant when, String stream, String why) {
        LOG.log(System.Logger.Level.WARNING, "scaling {0}: not done: {1}", stream, why);
        synchronized (last) {
            refused++;
            keep(when, "%s: not done: %s".formatted(stream, why));
        }
    }

    private void keep(Instant when, String line) {
        if (last.size() == KEPT_MAX) last.removeFirst();
        last.addLast(when.truncatedTo(ChronoUnit.SECONDS) + " " + line);
    }

    Counts counts() {
        synchronized (last) {
            return new Counts(splits, merges, left, refused);
        }
    }

    /// The newest first.
    List<String> last() {
        synchronized (last) {
            return List.copyOf(last.reversed());
        }
    }
}
