package io.braid.aws.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A day as a picture: what was written in MiB a second, and how many shards there were, on one scale, as a shard takes
/// one MiB a second.
final class DayPlot {
    private static final int WIDTH = 780;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int RIGHT = 740;
    private static final int TOP = 70;
    private static final int BOTTOM = 345;
    private static final int SECONDS = 24 * 3600;
    private static final int HIGHEST = 120;
    private static final String LOAD = "stroke=\"#2f81f7\" stroke-width=\"2\"";
    private static final String SHARDS = "stroke=\"#e0700d\" stroke-width=\"2.5\"";

    private final List<String> lines = new ArrayList<>();
    private final StringBuilder load = new StringBuilder();
    private final StringBuilder shards = new StringBuilder();
    private int lastShards;

    void load(int second, double mibPerSecond) {
        load.append(load.isEmpty() ? "" : " ").append(point(second, mibPerSecond));
    }

    /// Drawn where it changes.
    void shards(int second, int count) {
        if (count == lastShards) return;
        if (lastShards > 0) shards.append(' ').append(point(second, lastShards)).append(' ');
        shards.append(point(second, count));
        lastShards = count;
    }

    String svg(String title) {
        lines.add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">"
                .formatted(WIDTH, HEIGHT));
        lines.add("<title>%s</title>".formatted(title));
        lines.add("<g font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#76808c\">");
        lines.add("<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>".formatted(LEFT, title));
        for (int hour = 0; hour <= 24; hour += 3) {
            double x = x(hour * 3600);
            lines.add(line(x, TOP, x, BOTTOM));
            lines.add(text(x, BOTTOM + 18, "middle", "%02d:00".formatted(hour)));
        }
        for (int height = 0; height <= HIGHEST; height += 20) {
            lines.add(line(LEFT, y(height), RIGHT, y(height)));
            lines.add(text(LEFT - 8, y(height) + 4, "end", Integer.toString(height)));
        }
        curve(load.toString(), LOAD, LEFT, "written, MiB a second");
        curve(shards + " " + point(SECONDS, lastShards), SHARDS, LEFT + 240, "open shards");
        lines.add("</g>");
        lines.add("</svg>");
        return String.join("\n", lines) + "\n";
    }

    private void curve(String points, String stroke, int left, String name) {
        lines.add("<polyline fill=\"none\" stroke-linejoin=\"round\" %s points=\"%s\"/>".formatted(stroke, points));
        lines.add("<path d=\"M%d 45h28\" %s/>".formatted(left, stroke));
        lines.add(text(left + 34, 49, "start", name));
    }

    private static double x(int second) {
        return LEFT + (double) (RIGHT - LEFT) * second / SECONDS;
    }

    private static double y(double height) {
        return BOTTOM - (BOTTOM - TOP) * height / HIGHEST;
    }

    private static String point(int second, double height) {
        return number(x(second)) + "," + number(y(height));
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return "<path d=\"M%s %sL%s %s\" stroke=\"#76808c\" stroke-opacity=\"0.3\"/>"
                .formatted(number(x1), number(y1), number(x2), number(y2));
    }

    private static String text(double x, double y, String anchor, String text) {
        return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>".formatted(number(x), number(y), anchor, text);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
