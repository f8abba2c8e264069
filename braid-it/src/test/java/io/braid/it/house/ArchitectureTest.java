package io.braid.it.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.NameAndTypeEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The picture in ARCHITECTURE.md, as a test. It reads the compiled classes with the JDK's own parser, so what it
/// checks is what the code does.
class ArchitectureTest {
    /// Who may use whom, besides the JDK and itself. To add an arrow here is to change the architecture: say why in
    /// the commit.
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("braid-log", Set.of()),
            Map.entry("braid-testkit", Set.of("log")),
            Map.entry("braid-broker", Set.of("log")),
            Map.entry("braid-kafka", Set.of("broker", "log")),
            Map.entry("braid-aws", Set.of("delivery", "broker", "log")),
            Map.entry("braid-delivery", Set.of("broker", "log")),
            Map.entry("braid-tier", Set.of("delivery", "log")),
            Map.entry("braid-server", Set.of("aws", "kafka", "delivery", "broker", "tier", "log")),
            Map.entry("braid-bench", Set.of()),
            Map.entry("braid-conformance", Set.of()),
            Map.entry("braid-it", Set.of()));

    /// Libraries are guests: each may enter only the modules that name it. Beginnings of class names.
    private static final Map<String, Set<String>> GUESTS = Map.ofEntries(
            Map.entry("braid-log", Set.of()),
            Map.entry("braid-testkit", Set.of()),
            Map.entry("braid-broker", Set.of("net/jpountz/", "org/xerial/snappy/", "com/github/luben/zstd/")),
            Map.entry(
                    "braid-kafka",
                    Set.of("org/apache/kafka/", "kafka/server/share/", "com/yammer/metrics/", "com/google/re2j/")),
            Map.entry("braid-aws", Set.of("io/helidon/")),
            Map.entry("braid-delivery", Set.of()),
            Map.entry("braid-tier", Set.of("software/amazon/awssdk/")),
            Map.entry("braid-server", Set.of("picocli/", "org/snakeyaml/engine/", "com/fasterxml/jackson/core/")),
            Map.entry(
                    "braid-bench",
                    Set.of(
                            "org/apache/kafka/",
                            "software/amazon/awssdk/",
                            "org/HdrHistogram/",
                            "picocli/",
                            "com/fasterxml/jackson/core/")),
            Map.entry("braid-conformance", Set.of()),
            Map.entry("braid-it", Set.of()));

    /// The process that serves: a run of these must be repeatable from the clock and the chance it was given.
    private static final Set<String> SERVING = Set.of(
            "braid-log", "braid-broker", "braid-kafka", "braid-aws", "braid-delivery", "braid-tier", "braid-server");

    /// Calls that would make a run impossible to replay from its seed, and what to use instead.
    private static final Map<String, String> BANNED = Map.of(
            "java/lang/System.currentTimeMillis", "the InstantSource you were given",
            "java/lang/System.nanoTime", "the InstantSource you were given",
            "java/time/Instant.now", "the InstantSource you were given",
            "java/lang/Math.random", "the RandomGenerator you were given",
            "java/util/UUID.randomUUID", "the RandomGenerator you were given",
            "java/util/concurrent/ThreadLocalRandom.current", "the RandomGenerator you were given",
            "java/lang/Thread.sleep", "a wait with a time limit: a queue, a condition, a latch");

    private static final Pattern CLASS_IN_DESCRIPTOR = Pattern.compile("L([\\w/$]+)[;<]");

    @Test
    void everyClassKeepsToThePicture() throws IOException {
        var violations = new TreeSet<String>();
        int classes = 0;
        for (String module : House.modules()) {
            for (var file : House.classFiles(module)) {
                check(module, file, violations);
                classes++;
            }
        }

        assertEquals(List.of(), List.copyOf(violations));
        assertFalse(classes == 0, "no class file was found below " + House.ROOT);
    }

    @Test
    void everyModuleHasItsPlaceInThePicture() {
        assertEquals(new TreeSet<>(House.modules()), new TreeSet<>(MAY_USE.keySet()));
        assertEquals(new TreeSet<>(House.modules()), new TreeSet<>(GUESTS.keySet()));
    }

    private static void check(String module, Path file, Set<String> violations) throws IOException {
        var model = ClassFile.of().parse(file);
        var self = model.thisClass().asInternalName();
        for (String used : used(model)) {
            if (!mayUse(module, used))
                violations.add("%s uses %s, which is no guest of %s".formatted(self, used, module));
        }
        if (!SERVING.contains(module)) return;
        for (var entry : model.constantPool()) {
            if (!(entry instanceof MemberRefEntry call)) continue;
            var name = call.owner().asInternalName() + "." + call.name().stringValue();
            if (BANNED.containsKey(name)) violations.add("%s calls %s; use %s".formatted(self, name, BANNED.get(name)));
        }
    }

    /// Every class named in a class file: in instructions, in fields' and methods' types, in signatures.
    private static Set<String> used(ClassModel model) {
        var used = new TreeSet<String>();
        for (var entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry type -> addNames(type.asInternalName(), used);
                case NameAndTypeEntry member -> addNames(member.type().stringValue(), used);
                default -> {}
            }
        }
        Stream.concat(
                        model.fields().stream().map(field -> field.fieldType()),
                        model.methods().stream().map(method -> method.methodType()))
                .map(Utf8Entry::stringValue)
                .forEach(descriptor -> addNames(descriptor, used));
        return used;
    }

    private static void addNames(String descriptor, Set<String> used) {
        if (!descriptor.contains(";") && !descriptor.startsWith("[") && !descriptor.startsWith("(")) {
            if (descriptor.contains("/")) used.add(descriptor);
            return;
        }
        var names = CLASS_IN_DESCRIPTOR.matcher(descriptor);
        while (names.find()) used.add(names.group(1));
    }

    private static boolean mayUse(String module, String used) {
        if (Stream.of("java/", "javax/", "jdk/").anyMatch(used::startsWith)) return true;
        if (used.startsWith("io/braid/")) {
            var names = used.split("/");
            boolean ours = module.equals("braid-" + names[2]);
            boolean offered = names.length == 4; // packages below a module's first are its own affair
            return ours || offered && MAY_USE.get(module).contains(names[2]);
        }
        return GUESTS.get(module).stream().anyMatch(used::startsWith);
    }

    /// The rule must be able to fail: this class uses JUnit, which is nobody's guest.
    @Test
    void aForbiddenGuestIsNoticed() throws IOException {
        var violations = new TreeSet<String>();
        check("braid-log", Path.of("target/test-classes/io/braid/it/house/ArchitectureTest.class"), violations);

        var expected = "io/braid/it/house/ArchitectureTest uses org/junit/jupiter/api/Assertions, "
                + "which is no guest of braid-log";
        assertTrue(violations.contains(expected), violations::toString);
    }
}
