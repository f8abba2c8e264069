package io.braid.bench.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Shows the traffic while it runs: one line that changes in place on a terminal, a line now and then elsewhere.
final class Progress implements AutoCloseable {
    private static final Duration IN_PLACE = Duration.ofMillis(200);
    private static final Duration LINES = Duration.ofSeconds(2);

    private final Traffic traffic;
    private final PrintStream out;
    private final boolean inPlace;
    private final CountDownLatch done = new CountDownLatch(1);
    private final Thread thread;

    Progress(Traffic traffic, PrintStream out, boolean inPlace) {
        this.traffic = traffic;
        this.out = out;
        this.inPlace = inPlace;
        this.thread = Thread.ofPlatform().name("progress").start(this::show);
    }

    /// Whether standard output is a terminal on which a line can be written over.
    static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    /// Shows the last state and stops.
    @Override
    public void close() {
        done.countDown();
        try {
            thread.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void show() {
        long start = System.nanoTime();
        long before = 0;
        long clock = start;
        while (!isDoneWithin(inPlace ? IN_PLACE : LINES)) {
            long now = System.nanoTime();
            long received = traffic.out();
            print(traffic.line(rate(received - before, now - clock)), false);
            before = received;
            clock = now;
        }
        print(traffic.line(rate(traffic.out(), System.nanoTime() - start)), true); // the last rate is that of the whole
    }

    private static double rate(long records, long nanos) {
        return records * 1e9 / nanos;
    }

    private boolean isDoneWithin(Duration pause) {
        try {
            return done.await(pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            return true;
        }
    }

    private void print(String line, boolean last) {
        if (inPlace) {
            out.print("\r\u001b[K" + line + (last ? "\n" : "")); // to the start of the line, clear it
            out.flush();
        } else {
            out.println(line);
        }
    }
}
