package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Settings check themselves, and name everything that is wrong at once.
class ConfigTest {
    private static final Path DIRECTORY = Path.of("data");

    @Test
    void aPartitionsSettingsNameAllTheirFaultsAtOnce() {
        var invalid = assertThrows(
                InvalidConfig.class,
                () -> new PartitionConfig(Durability.OS, 60, false, 64, 0, 0, -1, Retention.FOREVER, Compaction.NONE));

        assertEquals(
                List.of(
                        "batchBytesMax = 60: must be at least 61, the size of an empty batch",
                        "segmentBytes = 64: must be above 64, the size of an empty segment",
                        "segmentMillis = 0: must be at least 1",
                        "flushMessages = 0: must be at least 1",
                        "flushMillis = -1: must be at least 0"),
                lines(invalid));
    }

    @Test
    void retentionHereIsWithinRetentionAnywhere() {
        var invalid = assertThrows(InvalidConfig.class, () -> new Retention(-2, 10, Retention.Tiering.COPIED, 0, 11));

        assertEquals(
                List.of(
                        "retentionMillis = -2: must be at least -1, for ever",
                        "localRetentionBytes = 11: must be from 0 to retentionBytes (10), or -1 if that is"),
                lines(invalid));
        assertEquals(7, new Retention(-1, -1, Retention.Tiering.COPIED, 7, -1).localMillis());
    }

    @Test
    void compactionNamesAllItsFaultsAtOnce() {
        var invalid = assertThrows(InvalidConfig.class, () -> new Compaction.ByKey(1.5, 5, 4, -1));

        assertEquals(
                List.of(
                        "dirtyRatioMin = 1.5: must be from 0 to 1",
                        "lagMillisMax = 4: must be at least 1 and lagMillisMin (5)",
                        "tombstoneMillis = -1: must be at least 0"),
                lines(invalid));
    }

    @Test
    void aPartitionsSmallestSettingsAreTaken() {
        var smallest = new PartitionConfig(Durability.OS, 61, 65, 1, 0, -1, -1);

        assertEquals(61, smallest.batchBytesMax());
    }

    @Test
    void aLogsSettingsNameAllTheirFaultsAtOnce() {
        var invalid = assertThrows(
                InvalidConfig.class, () -> new LogConfig(DIRECTORY, 65, 1000, 0, 60, 0, 0, 0, 0, 0, 0, -2, 0));

        assertEquals(
                List.of(
                        "log.writers = 65: must be from 1 to 64, as each is a thread that has a journal of its own",
                        "log.batch-bytes-max = 60: must be at least 61, the size of an empty batch",
                        "log.group-bytes-max = 0: must be at least 1",
                        "log.journal-bytes = 1000: must be at least 16384",
                        "log.inbox-max = 0: must be at least 1, or nothing could be appended",
                        "log.inbox-bytes-max = 0: must be at least 1",
                        "log.producers-max = 0: must be at least 1",
                        "log.producer-millis = 0: must be at least 1",
                        "log.checkpoint-millis = 0: must be at least 1",
                        "log.retention-check-millis = 0: must be at least 1",
                        "log.disk-free-min = -2: must be at least 0",
                        "log.disk-reserve-bytes = 0: must be at least 1: making the reserve is also how the log finds"
                                + " out that there is room again"),
                lines(invalid));
    }

    @Test
    void aJournalHoldsFourOfTheLargestGroupsOrBatches() {
        new LogConfig(DIRECTORY, 1, 400_000, 100_000, 100_000, 1, 1, 1, 1, 1, 1, 0, 1);

        var invalid = assertThrows(
                InvalidConfig.class,
                () -> new LogConfig(DIRECTORY, 1, 400_000, 100_000, 100_001, 1, 1, 1, 1, 1, 1, 0, 1));
        assertEquals(
                List.of("log.journal-bytes = 400000: must be at least four times log.group-bytes-max (100000) and"
                        + " log.batch-bytes-max (100001)"),
                lines(invalid));
    }

    @Test
    void settingsSurviveTheWayThroughBytes() {
        var config = new PartitionConfig(
                Durability.OS,
                1001,
                true,
                2002,
                7,
                3,
                4,
                new Retention(50, 60, Retention.Tiering.COPIED, 5, 6),
                new Compaction.ByKey(0.25, 8, 9, 10));
        var bytes = ByteBuffer.allocate(3 + PartitionConfigCodec.BYTES);

        PartitionConfigCodec.put(bytes, 3, config);

        assertEquals(Optional.of(config), PartitionConfigCodec.read(bytes, 3));
    }

    @Test
    void settingsOfVersion1KeepTheirMeaning() {
        var config = new PartitionConfig(Durability.OS, 1001, 2002, 3, 4, 5, 6);
        var bytes = ByteBuffer.allocate(PartitionConfigCodec.BYTES);
        PartitionConfigCodec.put(bytes, 0, config);

        var old = bytes.slice(0, PartitionConfigCodec.BYTES_OF_VERSION_1);

        assertEquals(Optional.of(config), PartitionConfigCodec.readVersion1(old, 0));
    }

    @Test
    void impossibleSettingsInBytesAreNone() {
        var bytes = new byte[PartitionConfigCodec.BYTES];
        Arrays.fill(bytes, (byte) 0xff);

        assertEquals(Optional.empty(), PartitionConfigCodec.read(ByteBuffer.wrap(bytes), 0));
    }

    private static List<String> lines(InvalidConfig invalid) {
        return invalid.problems().stream().map(Problems.Problem::toString).toList();
    }
}
