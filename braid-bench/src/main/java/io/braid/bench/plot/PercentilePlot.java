package io.braid.bench.plot;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// Latencies over percentiles, as HdrHistogram's own plots show them: each step to the right is a tenth of what was
/// left, so that the slowest thousandth has as much room as the fastest nine tenths. Latency is on a logarithmic scale
/// too, because servers differ by tens of times.
///
///     100 ms │            ┌──
///      10 ms │     ┌──────┘┌─
///       1 ms │─────┴───────┘
///            └───────────────────
///             0 %  90 %  99 %  99.9 %
public record PercentilePlot(String title, List<Curve> curves) {
    private static final int WIDTH = 780;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int RIGHT = 740;
    private static final int TOP = 70;
    private static final int BOTTOM = 345;
    private static final int STEPS_PER_TENTH = 40; // points of a curve between one tick of percentiles and the next

    /// Blue, orange and purple keep apart for colour-blind eyes; each has a contrast of 3 and more to white and to
    /// black.
    private static final List<String> STROKES = List.of(
            "stroke=\"#2f81f7\" stroke-width=\"2.5\"",
            "stroke=\"#e0700d\" stroke-width=\"2\" stroke-dasharray=\"7 3\"",
            "stroke=\"#b35bd1\" stroke-width=\"2\" stroke-dasharray=\"2 3\"");

    /// One server's latencies.
    ///
    /// @param latencies  in nanoseconds, at least one
    public record Curve(String name, Histogram latencies) {
        public Curve {
            if (latencies.getTotalCount() == 0) {
                throw new IllegalArgumentException("%s has no latency to draw".formatted(name));
            }
        }

        private double millis(double percentile) {
            return latencies.getValueAtPercentile(percentile) / 1e6;
        }
    }

    public PercentilePlot {
        curves = List.copyOf(curves);
        if (curves.isEmpty() || curves.size() > STROKES.size()) {
            throw new IllegalArgumentException(
                    "a plot has 1 to %d curves, not %d".formatted(STROKES.size(), curves.size()));
        }
    }

    /// The plot as a document.
    public String svg() {
        var lines = new ArrayList<String>();
        lines.add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">"
                .formatted(WIDTH, HEIGHT));
        lines.add("<title>%s</title>".formatted(escaped(title)));
        lines.add("<g font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#76808c\">");
        lines.add("<text x=\"%d\" y=\"20\" font-size=\"15\">%s</text>".formatted(LEFT, escaped(title)));
        addPercentileAxis(lines);
        addLatencyAxis(lines);
        for (int i = 0; i < curves.size(); i++) {
            addCurve(lines, curves.get(i), STROKES.get(i), LEFT + i * (RIGHT - LEFT) / curves.size());
        }
        lines.add("</g>");
        lines.add("</svg>");
        return String.join("\n", lines) + "\n";
    }

    private void addPercentileAxis(List<String> lines) {
        for (int tenths = 0; tenths <= tenthsMax(); tenths++) {
            double x = x(tenths);
            lines.add(line(x, TOP, x, BOTTOM));
            lines.add(text(x, BOTTOM + 18, "middle", percentileName(tenths)));
        }
        lines.add(text((LEFT + RIGHT) / 2.0, BOTTOM + 40, "middle", "percentile"));
    }

    /// Ticks at 1, 2 and 5 times each power of ten.
    private void addLatencyAxis(List<String> lines) {
        for (int power = lowestPower(); power < highestPower(); power++) {
            for (int factor : List.of(1, 2, 5)) {
                addLatencyTick(lines, factor * Math.pow(10, power));
            }
        }
        addLatencyTick(lines, Math.pow(10, highestPower()));
        lines.add(text(LEFT - 8, TOP - 12, "end", "latency"));
    }

    private void addLatencyTick(List<String> lines, double millis) {
        double y = y(millis);
        lines.add(line(LEFT, y, RIGHT, y));
        lines.add(text(LEFT - 8, y + 4, "end", "%s ms".formatted(plain(millis))));
    }

    /// The curve, and its name with the same stroke above the plot.
    private void addCurve(List<String> lines, Curve curve, String stroke, int left) {
        lines.add("<polyline fill=\"none\" stroke-linejoin=\"round\" %s points=\"%s\"/>"
                .formatted(stroke, points(curve)));
        lines.add("<path d=\"M%d 45h28\" %s/>".formatted(left, stroke));
        lines.add(text(left + 34, 49, "start", "%s: p99 %s ms".formatted(curve.name(), rounded(curve.millis(99)))));
    }

    private String points(Curve curve) {
        var points = new StringBuilder();
        double last = Math.log10(curve.latencies().getTotalCount()); // further right there is less than one record
        int steps = (int) Math.ceil(last * STEPS_PER_TENTH);
        for (int step = 0; step <= steps; step++) {
            double tenths = Math.min(last, step / (double) STEPS_PER_TENTH);
            double percentile = 100 * (1 - Math.pow(10, -tenths));
            points.append(step == 0 ? "" : " ").append(number(x(tenths)));
            points.append(',').append(number(y(curve.millis(percentile))));
        }
        return points.toString();
    }

    private double x(double tenths) {
        return LEFT + (RIGHT - LEFT) * tenths / tenthsMax();
    }

    private double y(double millis) {
        double height = (Math.log10(millis) - lowestPower()) / (highestPower() - lowestPower());
        return BOTTOM - (BOTTOM - TOP) * Math.clamp(height, 0, 1);
    }

    /// How many times a tenth of the rest can be taken before less than one record is left.
    private int tenthsMax() {
        long records = curves.stream()
                .mapToLong(curve -> curve.latencies().getTotalCount())
                .max()
                .orElseThrow();
        return Math.max(1, (int) Math.ceil(Math.log10(records)));
    }

    private int lowestPower() {
        double least =
                curves.stream().mapToDouble(curve -> curve.millis(0)).min().orElseThrow();
        return (int) Math.floor(Math.log10(Math.max(least, 0.001)));
    }

    private int highestPower() {
        double most =
                curves.stream().mapToDouble(curve -> curve.millis(100)).max().orElseThrow();
        return Math.max(lowestPower() + 1, (int) Math.ceil(Math.log10(most)));
    }

    /// 0, 90, 99, 99.9, ...
    private static String percentileName(int tenths) {
        return switch (tenths) {
            case 0 -> "0 %";
            case 1 -> "90 %";
            case 2 -> "99 %";
            default -> "99.%s %%".formatted("9".repeat(tenths - 2));
        };
    }

    private static String line(double x1, double y1, double x2, double y2) {
        return "<path d=\"M%s %sL%s %s\" stroke=\"#76808c\" stroke-opacity=\"0.3\"/>"
                .formatted(number(x1), number(y1), number(x2), number(y2));
    }

    private static String text(double x, double y, String anchor, String text) {
        return "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>"
                .formatted(number(x), number(y), anchor, escaped(text));
    }

    /// Coordinates have a point, whatever the user's language writes.
    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String rounded(double millis) {
        return String.format(Locale.ROOT, millis < 10 ? "%.2f" : "%,.0f", millis);
    }

    /// 0.05, 0.5, 5, 500
    private static String plain(double millis) {
        return new BigDecimal(String.format(Locale.ROOT, "%.3f", millis))
                .stripTrailingZeros()
                .toPlainString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
