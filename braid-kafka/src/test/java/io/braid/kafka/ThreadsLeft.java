package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.List;

/// What a closed service may leave behind: threads that are in their last instructions, and no other. Kafka's
/// timers say that they are closed shortly before their thread has ended.
final class ThreadsLeft {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private ThreadsLeft() {}

    /// Waits for the end of all threads that keep the process alive and whose name begins so; fails with their
    /// names when some go on.
    static void none(String prefix) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (var thread : named(prefix)) {
            thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
        }
        var left = named(prefix);
        if (!left.isEmpty()) fail("still running after close: " + left);
    }

    private static List<Thread> named(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.isDaemon())
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }
}
