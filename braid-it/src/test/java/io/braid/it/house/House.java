package io.braid.it.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The project on disk: its modules, sources, documents and class files.
final class House {
    /// Surefire starts tests in the directory of their module.
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    static final boolean REWRITE = System.getProperty("rewrite") != null;

    private House() {}

    /// `braid-log`, `braid-broker` ... by name.
    static List<String> modules() {
        try (var children = Files.list(ROOT)) {
            return children.filter(child -> Files.exists(child.resolve("pom.xml")))
                    .map(child -> child.getFileName().toString())
                    .filter(name -> name.startsWith("braid-"))
                    .sorted()
                    .toList();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }

    /// Compiled main classes of a module; none if this build left the module out.
    static List<Path> classFiles(String module) {
        return walk(ROOT.resolve(module, "target", "classes"), name -> name.endsWith(".class"));
    }

    /// Java files of all modules, tests included.
    static List<Path> sources() {
        return files(module -> Stream.of("src"), ".java");
    }

    static List<Path> mainSources() {
        return files(module -> Stream.of("src/main/java"), ".java");
    }

    private static List<Path> files(java.util.function.Function<String, Stream<String>> below, String ending) {
        var found = new ArrayList<Path>();
        for (String module : modules()) {
            below.apply(module)
                    .forEach(part ->
                            found.addAll(walk(ROOT.resolve(module).resolve(part), name -> name.endsWith(ending))));
        }
        return found;
    }

    /// Markdown files: those beside the modules and those below `docs`.
    static List<Path> documents() {
        var found = new ArrayList<Path>();
        try (var children = Files.list(ROOT)) {
            children.filter(child -> child.toString().endsWith(".md")).sorted().forEach(found::add);
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
        found.addAll(walk(ROOT.resolve("docs"), name -> name.endsWith(".md")));
        return found;
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException cause) {
            throw new UncheckedIOException(file.toString(), cause);
        }
    }

    static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException cause) {
            throw new UncheckedIOException(file.toString(), cause);
        }
    }

    /// As a person would name it.
    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    private static List<Path> walk(Path directory, Predicate<String> wanted) {
        if (!Files.isDirectory(directory)) return List.of();
        try (var files = Files.walk(directory)) {
            return files.filter(file -> Files.isRegularFile(file)
                            && wanted.test(file.getFileName().toString())
                            && !file.toString().contains("node_modules"))
                    .sorted()
                    .toList();
        } catch (IOException cause) {
            throw new UncheckedIOException(cause);
        }
    }
}
