package io.braid.bench.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class PercentilePlotTest {
    /// A plot to look at in a browser, on white and on dark; `-Drewrite` draws it anew.
    private static final Path EXAMPLE = Path.of("src/test/resources/io/braid/bench/plot/example.svg");

    @Test
    void thePlotLooksAsItWasSeen() throws Exception {
        var svg = new PercentilePlot(
                        "An example",
                        List.of(
                                curve("Braid", 100_000, 0.4, 0.2),
                                curve("Kafka, synced", 100_000, 6, 0.35),
                                curve("Kafka, not synced", 100_000, 0.5, 0.3)))
                .svg();

        if (System.getProperty("rewrite") != null) {
            Files.createDirectories(EXAMPLE.getParent());
            Files.writeString(EXAMPLE, svg);
        }
        assertEquals(Files.readString(EXAMPLE), svg);
    }

    @Test
    void everyPercentileStandsWhereTheAxisSays() throws Exception {
        // One record of a thousand takes 50 ms, the others 20 ms: the axis ends at 99.9 %, the scale at 10 and 100.
        var latencies = latencies(1_000, number -> number == 999 ? 50 : 20);
        var document = parsed(new PercentilePlot("Two heights", List.of(new PercentilePlot.Curve("it", latencies))));

        var points = points(document).getFirst();

        double height = 345 - 275 * Math.log10(2);
        assertEquals(70.0, points.getFirst().getFirst());
        assertEquals(740.0, points.getLast().getFirst());
        assertTrue(points.stream().allMatch(point -> Math.abs(point.get(1) - height) < 0.3), points::toString);
        assertEquals(List.of("0 %", "90 %", "99 %", "99.9 %"), percentileNames(document));
    }

    @Test
    void aCurveOnlyRisesAndStaysInside() throws Exception {
        var plot = new PercentilePlot("x", List.of(curve("a", 12_345, 0.01, 0.5), curve("b", 7, 2_000, 1)));

        for (var points : points(parsed(plot))) {
            for (int i = 1; i < points.size(); i++) {
                assertTrue(points.get(i).get(0) > points.get(i - 1).get(0), points::toString);
                assertTrue(points.get(i).get(1) <= points.get(i - 1).get(1), points::toString);
            }
            assertTrue(points.getLast().get(0) <= 740 && points.getLast().get(1) >= 70, points::toString);
        }
    }

    @Test
    void namesMayHoldWhatXmlReserves() throws Exception {
        var document = parsed(new PercentilePlot("a < b & c", List.of(curve("<it>", 10, 1, 1))));

        assertEquals("a < b & c", document.getElementsByTagName("title").item(0).getTextContent());
    }

    @Test
    void numbersAreWrittenTheSameInEveryLanguage() {
        var plot = new PercentilePlot("x", List.of(curve("it", 1_000, 1, 0.5)));
        var english = plot.svg();
        var before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);

            assertEquals(english, plot.svg());
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void nothingToDrawIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new PercentilePlot.Curve("it", new Histogram(3)));
        assertThrows(IllegalArgumentException.class, () -> new PercentilePlot("x", List.of()));
    }

    /// Latencies that begin at `least` milliseconds and grow by a power of what is left.
    private static PercentilePlot.Curve curve(String name, int records, double least, double power) {
        return new PercentilePlot.Curve(
                name, latencies(records, number -> least * Math.pow(records / (double) (records - number), power)));
    }

    private interface Millis {
        double of(int number);
    }

    private static Histogram latencies(int records, Millis millis) {
        var latencies = new Histogram(3);
        for (int number = 0; number < records; number++) {
            latencies.recordValue((long) (millis.of(number) * TimeUnit.MILLISECONDS.toNanos(1)));
        }
        return latencies;
    }

    private static Document parsed(PercentilePlot plot) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(plot.svg().getBytes(StandardCharsets.UTF_8)));
    }

    private static List<List<List<Double>>> points(Document document) {
        return elements(document, "polyline").stream()
                .map(line -> Arrays.stream(line.getAttribute("points").split(" "))
                        .map(point -> Arrays.stream(point.split(","))
                                .map(Double::valueOf)
                                .toList())
                        .toList())
                .toList();
    }

    private static List<String> percentileNames(Document document) {
        return elements(document, "text").stream()
                .map(Element::getTextContent)
                .filter(text -> text.endsWith(" %"))
                .toList();
    }

    private static List<Element> elements(Document document, String name) {
        var nodes = document.getElementsByTagName(name);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }
}
