package io.braid.it.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// All Java files are written as palantir-java-format writes them.
class FormatTest {
    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    @Test
    void everyJavaFileIsFormatted() {
        var unformatted = new ArrayList<String>();
        for (var file : House.sources()) {
            var text = House.read(file);
            var formatted = formatted(House.name(file), text);
            if (formatted.equals(text)) continue;
            if (House.REWRITE) {
                House.write(file, formatted);
            } else {
                unformatted.add(House.name(file));
            }
        }

        assertEquals(List.of(), unformatted, "run with -Drewrite to format them");
    }

    private String formatted(String file, String text) {
        try {
            return formatter.formatSourceAndFixImports(text);
        } catch (FormatterException e) {
            throw new AssertionError(file + ": the formatter cannot read it", e);
        }
    }
}
