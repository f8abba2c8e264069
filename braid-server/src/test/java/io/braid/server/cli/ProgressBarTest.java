package io.braid.server.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
    private final StringWriter said = new StringWriter();

    @Test
    void elsewhereThanOnATerminalEachTenthIsALine() {
        var bar = new ProgressBar("verified", new PrintWriter(said, true), false);

        for (int done = 0; done <= 5_000_000; done += 1000) bar.show(done, 5_000_000);
        bar.clear();

        var lines = said.toString().lines().toList();
        assertEquals(10, lines.size(), lines::toString);
        assertEquals("verified 10% of 5.0 MB", lines.getFirst());
        assertEquals("verified 100% of 5.0 MB", lines.getLast());
    }

    @Test
    void onATerminalItIsWrittenOverAndMakesRoom() {
        var bar = new ProgressBar("verified", new PrintWriter(said, true), true);

        bar.show(500, 1000);
        bar.show(500, 1000);
        bar.clear();
        bar.clear();

        var half = "#".repeat(20) + "-".repeat(20);
        assertEquals("\r\u001b[K[" + half + "]  50% of 1.0 KB\r\u001b[K", said.toString());
    }

    @Test
    void nothingToDoIsDone() {
        var bar = new ProgressBar("verified", new PrintWriter(said, true), true);

        bar.show(0, 0);

        assertEquals("\r\u001b[K[" + "#".repeat(40) + "] 100% of 0 bytes", said.toString());
    }

    @Test
    void sizesAreSaidInTheLargestUnitThatFits() {
        assertEquals("999 bytes", ProgressBar.size(999));
        assertEquals("1.0 KB", ProgressBar.size(1000));
        assertEquals("5.2 GB", ProgressBar.size(5_230_000_000L));
        assertEquals("9223.4 PB", ProgressBar.size(Long.MAX_VALUE));
    }
}
