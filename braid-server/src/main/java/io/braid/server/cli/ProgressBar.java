package io.braid.server.cli;

import java.io.PrintWriter;
import java.util.Locale;

/// How far something long has come: a bar that changes in place on a terminal, a line for each tenth elsewhere.
final class ProgressBar {
    private static final int WIDTH = 40;
    private static final int PARTS = 1000; // of all; a bar that has not moved by one is not drawn again
    private static final int TENTH = PARTS / 10;
    private static final String[] UNITS = {"bytes", "KB", "MB", "GB", "TB", "PB"};

    private final String verb;
    private final PrintWriter out;
    private final boolean inPlace;
    private int shown = -1; // parts; -1 for nothing

    ProgressBar(String verb, PrintWriter out, boolean inPlace) {
        this.verb = verb;
        this.out = out;
        this.inPlace = inPlace;
    }

    /// Whether there is a terminal on which a line can be written over.
    static boolean isTerminal() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    void show(long done, long all) {
        int parts = all == 0 ? PARTS : (int) ((double) done / all * PARTS);
        int step = inPlace ? parts : parts / TENTH * TENTH;
        if (step == shown) return;
        boolean isFirst = shown < 0;
        shown = step;
        if (inPlace) {
            int filled = step * WIDTH / PARTS;
            draw("\r\u001b[K[%s%s] %3d%% of %s"
                    .formatted("#".repeat(filled), "-".repeat(WIDTH - filled), step * 100 / PARTS, size(all)));
        } else if (!isFirst) {
            out.println("%s %d%% of %s".formatted(verb, step * 100 / PARTS, size(all)));
        }
    }

    /// Makes room for a line of somebody else; the bar is drawn again when it is shown.
    void clear() {
        if (!inPlace || shown < 0) return;
        draw("\r\u001b[K");
        shown = -1;
    }

    private void draw(String text) {
        out.print(text);
        out.flush();
    }

    /// As people say it, such as `5.2 GB`.
    static String size(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < UNITS.length - 1) {
            size /= 1000;
            unit++;
        }
        return unit == 0 ? bytes + " bytes" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }
}
