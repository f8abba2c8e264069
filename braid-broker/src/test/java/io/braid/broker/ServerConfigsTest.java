package io.braid.broker;

import static io.braid.broker.ServerConfigs.Scope.EVERY_NODE;
import static io.braid.broker.ServerConfigs.Scope.THIS_NODE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.BatchBuilder;
import io.braid.log.CompactionLimits;
import io.braid.log.LiveLimits;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServerConfigsTest {
    private static final String RETENTION = "log.retention.ms";

    @TempDir
    Path directory;

    @Test
    void theNodesOwnValueGoesBeforeThatOfAllNodesBeforeTheFileBeforeTheDefault() throws Exception {
        var config = new BrokerConfig(1, 100, Map.of(StreamSettings.RETENTION_MS, "3000"));
        try (var server = new TestServer(directory, config, 1)) {
            var stream = server.create(NewStream.of("s", 1));
            assertEquals("3000", server.broker.setting(stream, StreamSettings.RETENTION_MS));

            server.broker.configureServer(EVERY_NODE, _ -> Map.of(RETENTION, "2000"));
            assertEquals("2000", server.broker.setting(stream, StreamSettings.RETENTION_MS));

            server.broker.configureServer(THIS_NODE, _ -> Map.of(RETENTION, "1000"));
            assertEquals("1000", server.broker.setting(stream, StreamSettings.RETENTION_MS));

            server.broker.configure("s", Map.of(StreamSettings.RETENTION_MS, Optional.of("500")));
            var own = server.broker.catalog().stream("s").orElseThrow();
            assertEquals("500", server.broker.setting(own, StreamSettings.RETENTION_MS));

            server.broker.configureServer(THIS_NODE, _ -> Map.of());
            server.broker.configureServer(EVERY_NODE, _ -> Map.of());
            assertEquals("3000", server.broker.setting(stream, StreamSettings.RETENTION_MS));
        }
    }

    @Test
    void whatIsSetIsThereAndCountsAfterTheDirectoryIsOpenedAgain() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("s", 1));
            server.broker.configureServer(EVERY_NODE, _ -> Map.of("message.max.bytes", "2000", "other", "x"));
            server.broker.configureServer(THIS_NODE, _ -> Map.of(LogSettings.PRODUCER_MILLIS, "77"));
        }

        try (var server = new TestServer(directory)) {
            var kept = new ServerConfigs(
                    Map.of("message.max.bytes", "2000", "other", "x"), Map.of(LogSettings.PRODUCER_MILLIS, "77"));
            assertEquals(kept, server.broker.serverConfigs());
            awaitBatchBytesMax(server, 2000);
            assertEquals(77, server.log.limits().now().producerMillis());
        }
    }

    @Test
    void streamsGoByANewDefaultAtOnce() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("s", 1));
            var ages = new BatchBuilder(0)
                    .add(0, BatchBuilder.ABSENT, MemorySegment.NULL)
                    .build();
            long now = server.clock.millis();
            assertInstanceOf(Admission.In.class, door(server).admit(ages, now));

            server.broker.configureServer(
                    THIS_NODE, _ -> Map.of("message.max.bytes", "1000", "log.message.timestamp.before.max.ms", "9"));

            assertInstanceOf(Admission.Out.class, door(server).admit(ages, now));
            awaitBatchBytesMax(server, 1000);
        }
    }

    /// The partition's writer takes it in its next turn.
    private static void awaitBatchBytesMax(TestServer server, int bytes) {
        while (door(server).log().config().batchBytesMax() != bytes) Thread.onSpinWait();
    }

    @Test
    void theLogGoesByNewLimitsAtOnceAndByItsOwnAgain() throws Exception {
        try (var server = new TestServer(directory)) {
            var before = server.log.limits().now();

            server.broker.configureServer(
                    EVERY_NODE,
                    _ -> Map.of(
                            LogSettings.PRODUCER_MILLIS,
                            "5",
                            LogSettings.COMPACTION_RATE,
                            "1048576.5",
                            LogSettings.COMPACTION_KEYS,
                            "2097152"));

            var limits = new LiveLimits.Values(5, new CompactionLimits(2_097_152, 1_048_576));
            assertEquals(limits, server.log.limits().now());
            assertEquals(LogSettings.of(before), server.broker.logSettings(), "its configuration says what it said");
            server.broker.configureServer(EVERY_NODE, _ -> Map.of());
            assertEquals(before, server.log.limits().now());
        }
    }

    @Test
    void theServersOwnStreamsStayAsTheyAre() throws Exception {
        try (var server = new TestServer(directory)) {
            var own = server.create(new NewStream("__own", Stream.Kind.INTERNAL, Stream.Mode.PROVISIONED, 1, Map.of()));

            server.broker.configureServer(EVERY_NODE, _ -> Map.of("message.max.bytes", "100"));

            assertEquals("12582912", server.broker.setting(own, StreamSettings.MAX_MESSAGE_BYTES));
        }
    }

    @Test
    void longerRetentionBringsNoShardBack() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("s", 1));
            server.broker.configureServer(EVERY_NODE, _ -> Map.of(RETENTION, "1000"));
            server.broker.grow("s", 2);
            server.clock.move(Duration.ofMinutes(1));

            server.broker.configureServer(EVERY_NODE, _ -> Map.of(RETENTION, "-1"));

            var stream = server.broker.catalog().stream("s").orElseThrow();
            assertEquals(Instant.MIN, server.broker.horizon(stream));
            assertTrue(stream.shard(0).isEmpty());
        }
    }

    @Test
    void aRefusedChangeChangesNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.configureServer(THIS_NODE, _ -> Map.of(RETENTION, "5000"));
            long before = server.broker.catalogChanges();

            refused(server, Map.of(RETENTION, "soon"), "retention.ms: must be a whole number");
            refused(server, Map.of("message.max.bytes", "999999999"), "log.batch-bytes-max");
            refused(server, Map.of("min.insync.replicas", "2"), "only '1' in this release");
            refused(server, Map.of("log.local.retention.ms", "6000"), "must be from 0 to retention.ms, which is 5000");
            refused(
                    server,
                    Map.of("log.cleaner.min.compaction.lag.ms", "9", "log.cleaner.max.compaction.lag.ms", "3"),
                    "must be at most max.compaction.lag.ms");
            refused(server, Map.of(LogSettings.PRODUCER_MILLIS, "0"), "must be a whole number from 1");
            refused(server, Map.of(LogSettings.COMPACTION_RATE, "0.5"), "must be a number of bytes");
            refused(server, Map.of(LogSettings.COMPACTION_KEYS, "1"), "log.compaction-key-bytes");
            refused(server, Map.of("x".repeat(ServerChange.NAME_LENGTH_MAX + 1), ""), "250 characters: 249 are");
            refused(server, Map.of("x", "y".repeat(ServerChange.VALUE_LENGTH_MAX + 1)), "32768 characters, 32767 are");
            var many = new HashMap<String, String>();
            IntStream.rangeClosed(0, ServerChange.SETTINGS_MAX).forEach(i -> many.put("x" + i, ""));
            refused(server, many, "1001 settings: 1000 are the most");

            assertEquals(before, server.broker.catalogChanges());
            assertEquals(
                    Map.of(RETENTION, "5000"), server.broker.serverConfigs().thisNode());
        }
    }

    @Test
    void whatIsAtOddsInTheFileDoesNotKeepOtherSettingsFromChanging() throws Exception {
        var file = Map.of(StreamSettings.RETENTION_MS, "5000", StreamSettings.LOCAL_RETENTION_MS, "6000");
        try (var server = new TestServer(directory, new BrokerConfig(1, 100, file), 1)) {
            server.broker.configureServer(THIS_NODE, _ -> Map.of("message.max.bytes", "1000"));

            assertEquals(
                    Map.of("message.max.bytes", "1000"),
                    server.broker.serverConfigs().thisNode());
        }
    }

    private static void refused(TestServer server, Map<String, String> asked, String why) {
        var check = assertThrows(
                IllegalArgumentException.class, () -> server.broker.checkConfigureServer(EVERY_NODE, _ -> asked));
        var change = assertThrows(
                IllegalArgumentException.class, () -> server.broker.configureServer(EVERY_NODE, _ -> asked));
        assertTrue(change.getMessage().contains(why), change.getMessage());
        assertEquals(change.getMessage(), check.getMessage());
    }

    @Test
    void aCheckChangesNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.checkConfigureServer(EVERY_NODE, _ -> Map.of(RETENTION, "5000"));

            assertEquals(ServerConfigs.EMPTY, server.broker.serverConfigs());
        }
    }

    @Test
    void unitsThatAreTooCoarseAreNotChanged() {
        assertEquals("retention.ms", ServerName.changeable(RETENTION).orElseThrow());
        assertFalse(ServerName.changeable("log.retention.hours").isPresent());
        assertEquals(RETENTION, ServerName.instead("log.retention.hours").orElseThrow());
    }

    private static Partition door(TestServer server) {
        return server.broker.partition("s", 0).orElseThrow();
    }
}
