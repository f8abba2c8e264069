package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Data directories that older formats left are opened for ever. [FormatFiles] made them; they are never changed.
///
/// | format | what was new in it                                                              |
/// |--------|---------------------------------------------------------------------------------|
/// | 1      | the first                                                                       |
/// | 2      | compacted segments, transactions                                                |
class FormatsTest {
    private static final Path FORMATS = Path.of("src/test/resources/formats");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"1/closed", "1/killed", "2/closed", "2/killed"})
    void everyFormatIsOpenedAndGoesOn(String format) throws IOException {
        copy(FORMATS.resolve(format));

        try (var log = FormatFiles.open(directory)) {
            var disk = log.partition(FormatFiles.ON_DISK).orElseThrow();
            var cache = log.partition(FormatFiles.IN_CACHE).orElseThrow();

            assertEquals(FormatFiles.ON_DISK_CONFIG, disk.config());
            assertEquals(FormatFiles.IN_CACHE_CONFIG, cache.config());
            assertEquals(values("disk", FormatFiles.DELETED), values(disk));
            assertEquals(values("os", 0), values(cache));
            assertTrue(disk.leaderEpoch() > disk.epochAt(disk.end() - 1).orElseThrow(), "1 and 2 counted from 1");
            thatTheProducerIsKnown(log, disk, "disk");
            thatTheProducerIsKnown(log, cache, "os");
            var compacted = log.partition(FormatFiles.COMPACTED);
            assertEquals(!format.startsWith("1"), compacted.isPresent());
            if (compacted.isPresent()) {
                assertFalse(compacted.get().segments().getFirst().cleaning().isNever());
                assertEquals(values("kept", FormatFiles.COMPACTED_BELOW), values(compacted.get()));
            }
        }
        assertTrue(Files.exists(directory.resolve("checkpoint")), "closed, and written anew");
    }

    private static void thatTheProducerIsKnown(Log log, PartitionLog partition, String name) {
        int last = FormatFiles.BATCHES - 1;
        var again = partition.append(FormatFiles.batch(name, last));
        var next = partition.append(FormatFiles.batch(name, last + 1));
        log.turn();

        assertEquals(new AppendOutcome.Duplicate(last, last), again.resultNow());
        assertEquals(new AppendOutcome.Appended(last + 1, last + 1), next.resultNow());
    }

    private static List<String> values(String name, int from) {
        return IntStream.range(from, FormatFiles.BATCHES)
                .mapToObj(i -> i + " " + name + "-" + i)
                .toList();
    }

    private static List<String> values(PartitionLog log) throws IOException {
        var found = new ArrayList<String>();
        for (long offset = log.start(); offset < log.end(); ) {
            var outcome = (ReadOutcome.Found) log.read(offset, log.end(), 1);
            try (var slice = outcome.slice()) {
                var batch = new Batch(slice.load());
                var records = new RecordCursor(batch, batch.payload());
                while (records.next())
                    found.add(records.offset() + " "
                            + new String(records.value().toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
                offset = slice.nextOffset();
            }
        }
        return found;
    }

    private void copy(Path format) throws IOException {
        try (var files = Files.walk(format)) {
            for (var file : files.toList()) {
                var target = directory.resolve(format.relativize(file).toString());
                if (Files.isDirectory(file)) Files.createDirectories(target);
                else Files.copy(file, target);
            }
        }
    }
}
