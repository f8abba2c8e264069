package io.braid.it.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Small things that only a machine looks for every time.
class TidyTest {
    /// A longer file is asking which of its two ideas should leave.
    private static final int LINES_MAX = 600;

    private static final int COLUMNS_MAX = 120;

    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");

    /// A file, a line and what is wrong with it.
    private final List<String> faults = new ArrayList<>();

    @Test
    void filesAreShortEnoughToBeOneIdea() {
        for (var file : House.sources()) {
            long lines = House.read(file).lines().count();
            if (lines > LINES_MAX) faults.add("%s has %d lines".formatted(House.name(file), lines));
        }

        assertEquals(List.of(), faults);
    }

    @Test
    void everyPackageHasAPage() {
        var missing = new TreeSet<String>();
        for (var file : House.mainSources()) {
            var page = file.resolveSibling("package-info.java");
            if (!Files.exists(page) || !House.read(page).startsWith("///")) missing.add(House.name(page));
        }

        assertEquals(List.of(), List.copyOf(missing));
    }

    @Test
    void nothingIsLeftToDo() {
        for (var file : House.sources()) {
            eachLine(file, (number, line) -> {
                if (UNFINISHED.matcher(line).find()) add(file, number, line.strip());
            });
        }

        assertEquals(List.of(), faults);
    }

    @Test
    void linesFitTheScreen() {
        for (var file : House.sources()) {
            eachLine(file, (number, line) -> {
                if (line.length() > COLUMNS_MAX && !isUnbreakable(line)) {
                    add(file, number, line.length() + " columns");
                }
            });
        }

        assertEquals(List.of(), faults);
    }

    /// An address, or a text that the formatter may not break.
    private static boolean isUnbreakable(String line) {
        return line.contains("://") || line.contains("\"");
    }

    private interface Line {
        void see(int number, String text);
    }

    private static void eachLine(Path file, Line line) {
        var lines = House.read(file).split("\n", -1);
        for (int i = 0; i < lines.length; i++) line.see(i + 1, lines[i]);
    }

    private void add(Path file, int number, String what) {
        faults.add("%s:%d: %s".formatted(House.name(file), number, what));
    }
}
