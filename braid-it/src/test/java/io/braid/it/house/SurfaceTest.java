package io.braid.it.house;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Every public type that a module offers stands in `surface.txt`: a new one is a promise, and shows in review.
/// A module offers its first package, `io.braid.<module>`; what lies below that is its own affair, public or not,
/// and [ArchitectureTest] keeps the others out.
class SurfaceTest {
    private static final Path FILE = House.ROOT.resolve("surface.txt");

    @Test
    void everyPublicTypeStandsInSurfaceTxt() throws IOException {
        var written = written();
        var found = new TreeMap<String, List<String>>();
        for (String module : House.modules()) {
            var files = House.classFiles(module);
            if (files.isEmpty()) continue; // left out of this build, or nothing but tests
            found.put(module, publicTypes(files));
        }
        if (House.REWRITE) {
            var whole = new TreeMap<>(written);
            whole.putAll(found);
            House.write(FILE, text(whole));
            written = whole;
        }

        written.keySet().retainAll(found.keySet());

        assertEquals(text(found), text(written), "run with -Drewrite and read the diff");
    }

    private static List<String> publicTypes(List<Path> files) throws IOException {
        var names = new TreeSet<String>();
        for (var file : files) {
            var model = ClassFile.of().parse(file);
            var name = model.thisClass().asInternalName();
            if (isPublic(model) && name.split("/").length == 4) names.add(name.replace('/', '.'));
        }
        // A public type within one that is not can be reached by nobody.
        names.removeIf(name -> {
            for (int dollar = name.lastIndexOf('$'); dollar > 0; dollar = name.lastIndexOf('$', dollar - 1)) {
                if (!names.contains(name.substring(0, dollar))) return true;
            }
            return false;
        });
        return names.stream().map(name -> name.replace('$', '.')).toList();
    }

    /// A nested type says so in a table of its own; its class file's flags know nothing of `private` or `protected`.
    private static boolean isPublic(ClassModel model) {
        var nested = model.findAttribute(Attributes.innerClasses()).stream()
                .flatMap(table -> table.classes().stream())
                .filter(entry -> entry.innerClass().equals(model.thisClass()))
                .findFirst();
        return nested.map(entry -> entry.flags().contains(AccessFlag.PUBLIC))
                .orElseGet(() -> model.flags().has(AccessFlag.PUBLIC));
    }

    /// A module's name on a line of its own, then its types, each indented.
    private static TreeMap<String, List<String>> written() throws IOException {
        var modules = new TreeMap<String, List<String>>();
        if (!Files.exists(FILE)) return modules;
        List<String> types = new ArrayList<>();
        for (String line : Files.readAllLines(FILE)) {
            if (line.startsWith("  ")) {
                types.add(line.strip());
            } else if (!line.isBlank()) {
                types = new ArrayList<>();
                modules.put(line, types);
            }
        }
        return modules;
    }

    private static String text(TreeMap<String, List<String>> modules) {
        var text = new StringBuilder();
        modules.forEach((module, types) -> {
            text.append(module).append('\n');
            types.forEach(type -> text.append("  ").append(type).append('\n'));
        });
        return text.toString();
    }
}
