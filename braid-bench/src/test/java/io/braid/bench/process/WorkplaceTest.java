package io.braid.bench.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorkplaceTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @Test
    void closingLeavesNeitherProcessesNorFiles() throws IOException {
        Path directory;
        long pid;
        try (var workplace = new Workplace(Home.find())) {
            directory = workplace.fresh("some");
            Files.writeString(directory.resolve("file"), "x");
            workplace.start("sleeper", List.of("sleep", "60"));
            pid = ProcessHandle.current()
                    .children()
                    .filter(child -> child.info().command().orElse("").endsWith("sleep"))
                    .findFirst()
                    .orElseThrow()
                    .pid();
        }

        assertFalse(Files.exists(directory));
        assertFalse(ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false));
    }

    @Test
    void aToolThatFailsSaysWhatItPrinted() throws IOException {
        try (var workplace = new Workplace(Home.find())) {
            var failure = assertThrows(
                    IOException.class,
                    () -> workplace.run("tool", List.of("sh", "-c", "echo because >&2; exit 3"), LIMIT));

            assertEquals("tool ended with code 3; its last errors:\n  because", failure.getMessage());
        }
    }

    @Test
    void aLineIsWaitedForOnlyWhileTheProcessLives() throws IOException {
        try (var workplace = new Workplace(Home.find())) {
            var child = workplace.start("mute", List.of("sh", "-c", "echo other"));

            var failure = assertThrows(IOException.class, () -> child.awaitLine("ready", LIMIT));

            assertTrue(failure.getMessage().startsWith("mute ended with code 0"), failure::getMessage);
        }
    }

    @Test
    void whatWasDroppedFromMemoryIsReadFromTheDisk() throws IOException, InterruptedException {
        int bytes = 8 * 1024 * 1024;
        try (var workplace = new Workplace(Home.find())) {
            var directory = workplace.fresh("some");
            assumeTrue(
                    Set.of("ext4", "xfs").contains(Files.getFileStore(directory).type()), "not a disk's file system");
            var file = Files.write(directory.resolve("file"), new byte[bytes]);
            workplace.sync();

            workplace.dropFromMemory(directory);

            assertTrue(diskReadBytesOf(file) >= bytes);
        }
    }

    private static long diskReadBytesOf(Path file) throws IOException {
        long self = ProcessHandle.current().pid();
        long before = Usage.of(self).diskReadBytes();
        Files.readAllBytes(file);
        return Usage.of(self).diskReadBytes() - before;
    }

    @Test
    void aRunThatWouldFillTheDiskIsRefused() throws IOException {
        try (var workplace = new Workplace(Home.find())) {
            var failure = assertThrows(IOException.class, () -> workplace.requireSpace(Long.MAX_VALUE));

            assertTrue(failure.getMessage().contains("--records makes it smaller"), failure::getMessage);
        }
    }

    @Test
    void aProcessThatDoesNotStopWhenAskedIsAFailure() throws IOException, InterruptedException {
        try (var workplace = new Workplace(Home.find())) {
            var child =
                    workplace.start("deaf", List.of("sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done"));
            child.awaitLine("deaf", LIMIT);

            assertThrows(IOException.class, () -> child.stop(Duration.ofMillis(50)));

            child.kill();
        }
    }

    @Test
    void aScriptsFiguresAreThoseOfTheProgramItRuns() throws IOException, InterruptedException {
        try (var workplace = new Workplace(Home.find())) {
            var script = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo burnt; sleep 30";
            var child = workplace.start("script", List.of("sh", "-c", "sh -c '%s'; true".formatted(script)));
            child.awaitLine("burnt", LIMIT);

            assertTrue(child.usage().residentBytes() > 0);
        }
    }
}
