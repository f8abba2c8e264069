package io.braid.it.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What documents and comments name exists: a type that was renamed takes its documents with it.
class DocumentsTest {
    private static final Pattern WORD = Pattern.compile("[A-Za-z_]\\w*");

    /// `PartitionLog`, `PartitionLog.append`, `FormatTest`: at least two humps, or nobody could tell it from a word.
    private static final Pattern QUOTED_TYPE =
            Pattern.compile("`([A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+)(?:[.#]([a-z]\\w*))?(?:\\(\\))?`");

    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    private static final Pattern REFERENCE =
            Pattern.compile("\\[([A-Z]\\w*)(?:\\.([A-Z]\\w*))?(?:#(\\w+))?[^\\]]*\\](?!\\()");

    private static final Pattern DECLARED =
            Pattern.compile("\\b(?:class|record|interface|enum|@interface)\\s+([A-Z]\\w*)");

    /// The text of the file that declares a type, by the type's simple name.
    private final Map<String, String> types = new HashMap<>();

    /// Every word of every source: what is in none of them is the name of nothing.
    private final Set<String> words = new HashSet<>();

    DocumentsTest() {
        for (var file : House.sources()) {
            var text = House.read(file);
            WORD.matcher(text).results().forEach(word -> words.add(word.group()));
            DECLARED.matcher(text)
                    .results()
                    .forEach(type -> types.merge(type.group(1), text, (one, other) -> one + other));
        }
    }

    @Test
    void namesInDocumentsExist() {
        var faults = new ArrayList<String>();
        for (var file : House.documents()) {
            if (file.getParent().endsWith("decisions")) continue; // they stay as they were written
            QUOTED_TYPE.matcher(House.read(file)).results().forEach(name -> {
                var type = name.group(1);
                var member = name.group(2);
                if (!words.contains(type)) {
                    faults.add("%s names %s, which no source knows".formatted(House.name(file), type));
                } else if (member != null && types.containsKey(type) && !hasWord(types.get(type), member)) {
                    faults.add("%s names %s.%s, which is not there".formatted(House.name(file), type, member));
                }
            });
        }

        assertEquals(List.of(), faults);
    }

    @Test
    void linksBetweenDocumentsLeadSomewhere() {
        var faults = new ArrayList<String>();
        for (var file : House.documents()) {
            LINK.matcher(House.read(file)).results().forEach(link -> {
                var target = link.group(1);
                if (target.contains(":")) return; // elsewhere in the world
                if (!Files.exists(file.resolveSibling(target))) {
                    faults.add("%s links to %s, which is not there".formatted(House.name(file), target));
                }
            });
        }

        assertEquals(List.of(), faults);
    }

    @Test
    void referencesInCommentsExist() {
        var faults = new ArrayList<String>();
        for (var file : House.sources()) checkReferences(file, faults);

        assertEquals(List.of(), faults);
    }

    @Test
    void theTestSeesAllDocuments() {
        var names = House.documents().stream().map(House::name).toList();

        assertTrue(names.contains("ARCHITECTURE.md"), () -> "only found " + names);
    }

    private void checkReferences(Path file, List<String> faults) {
        var text = House.read(file);
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!line.strip().startsWith("///")) continue;
            var references = REFERENCE.matcher(line.replaceAll("`[^`]*`", ""));
            while (references.find()) {
                var type = references.group(2) == null ? references.group(1) : references.group(2);
                var member = references.group(3);
                boolean ours = types.containsKey(type);
                if (!ours && !isImported(text, references.group(1)) && !isInJavaLang(references.group(1))) {
                    faults.add("%s:%d refers to %s".formatted(House.name(file), number, references.group()));
                } else if (ours && member != null && !hasWord(types.get(type), member)) {
                    faults.add("%s:%d refers to %s".formatted(House.name(file), number, references.group()));
                }
            }
        }
    }

    private static boolean isImported(String text, String type) {
        return Pattern.compile("import [\\w.]+\\." + type + ";").matcher(text).find();
    }

    private static boolean isInJavaLang(String type) {
        try {
            Class.forName("java.lang." + type, false, null);
            return true;
        } catch (ClassNotFoundException _) {
            return false;
        }
    }

    private static boolean hasWord(String text, String word) {
        return Pattern.compile("\\b" + word + "\\b").matcher(text).find();
    }
}
