package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogChange.Created;
import io.braid.broker.CatalogChange.Deleted;
import io.braid.broker.CatalogChange.Resharded;
import io.braid.broker.CatalogOutcome.Done;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each row of the table in [Opening]: the directory is left as a crash between two steps of a change leaves it.
class OpeningTest {
    private static final TestServer.Clock CLOCK = new TestServer.Clock();

    @TempDir
    Path directory;

    @Test
    void aCreationThatWasCutBeforeItsChangeWasWrittenNeverWas() throws Exception {
        var id = new UUID(1, 2);
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));
        }
        try (var log = openLog()) {
            log.createAll(partitions(id, 3), PartitionConfig.DEFAULT);
        }

        try (var server = new TestServer(directory)) {
            assertEquals(List.of("orders"), names(server));
            assertTrue(server.log.partition(new PartitionId(id, 0)).isEmpty(), "its files are gone");
            assertEquals(2, server.log.partitions().size(), "one of orders, one of the catalog");
        }
    }

    @Test
    void aCreationWhoseChangeWasWrittenIsDoneThoughNobodyWasTold() throws Exception {
        Stream stream;
        try (var server = new TestServer(directory)) {
            stream = assertInstanceOf(Done.class, server.broker.check(NewStream.of("orders", 2))).stream();
        }
        try (var log = openLog()) {
            log.createAll(partitions(stream.id(), 2), PartitionConfig.DEFAULT);
            CatalogLog.open(log, CLOCK).append(new Created(stream));
        }

        try (var server = new TestServer(directory)) {
            assertEquals(Optional.of(stream), server.broker.catalog().stream("orders"));
            assertTrue(server.broker.partition("orders", 1).isPresent());
        }
    }

    @Test
    void aDeletionWhoseChangeWasWrittenIsFinished() throws Exception {
        UUID id;
        try (var server = new TestServer(directory)) {
            id = server.create(NewStream.of("orders", 2)).id();
        }
        try (var log = openLog()) {
            CatalogLog.open(log, CLOCK).append(new Deleted(id));
        }

        try (var server = new TestServer(directory)) {
            assertEquals(List.of(), names(server));
            assertEquals(1, server.log.partitions().size(), "only the catalog's own");
        }
    }

    @Test
    void aGrowthThatWasCutCanBeAskedForAgain() throws Exception {
        Stream before;
        try (var server = new TestServer(directory)) {
            before = server.create(NewStream.of("orders", 1));
        }
        try (var log = openLog()) {
            log.createAll(partitions(before.id(), 3), PartitionConfig.DEFAULT);
        }

        try (var server = new TestServer(directory)) {
            assertEquals(Optional.of(before), server.broker.catalog().stream("orders"));
            assertEquals(Optional.empty(), server.broker.partition("orders", 1));

            var grown = assertInstanceOf(Done.class, server.broker.grow("orders", 3)).stream();

            assertEquals(3, grown.partitions());
            assertTrue(server.broker.partition("orders", 2).isPresent());
        }
    }

    @Test
    void aPartitionWhoseFilesWereLostIsNamedAndNothingIsOpened() throws Exception {
        UUID id;
        try (var server = new TestServer(directory)) {
            id = server.create(NewStream.of("orders", 2)).id();
        }
        try (var log = openLog()) {
            log.delete(id);
        }

        var refused = assertThrows(IOException.class, () -> new TestServer(directory).close());

        assertEquals(
                ("stream orders (%s) should have 2 partitions, and partition 0 is not in the data directory: bring its"
                                + " files back from a copy")
                        .formatted(id),
                refused.getMessage());
    }

    @Test
    void aShardBeyondTheRecordsThatAPowerCutLeftBeginsWhereTheyEnd() throws Exception {
        Stream before;
        try (var server = new TestServer(directory)) {
            before = server.create(
                    new NewStream("orders", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, Map.of("durability", "os")));
        }
        var split = split(before, 1_000); // as if 1,000 records had been there
        try (var log = openLog()) {
            log.createAll(partitions(before.id(), 2), PartitionConfig.DEFAULT);
            CatalogLog.open(log, CLOCK).append(new Resharded(before.id(), split, 2));
        }

        try (var server = new TestServer(directory)) {
            var shards = server.broker.catalog().stream("orders").orElseThrow().shards();
            assertEquals(split(before, 0), shards);
        }
    }

    private static List<Shard> split(Stream stream, long end) {
        return Reshape.grown(stream, stream.shards(), 2, _ -> end, CLOCK.instant())
                .shards();
    }

    @Test
    void aChangeThatDoesNotFitTheOnesBeforeItIsRefusedWithItsPlace() throws Exception {
        try (var server = new TestServer(directory)) {
            assertFalse(server.broker.clusterId().isEmpty());
        }
        try (var log = openLog()) {
            CatalogLog.open(log, CLOCK).append(new Deleted(new UUID(1, 2)));
        }

        var refused = assertThrows(IOException.class, () -> new TestServer(directory).close());

        assertEquals(
                "catalog: change 1: stream 00000000-0000-0001-0000-000000000002 changes but does not exist",
                refused.getMessage());
    }

    private Log openLog() throws IOException {
        return Log.open(new LogConfig(directory), CLOCK);
    }

    private static List<PartitionId> partitions(UUID stream, int count) {
        return IntStream.range(0, count)
                .mapToObj(index -> new PartitionId(stream, index))
                .toList();
    }

    private static List<String> names(TestServer server) {
        return server.broker.catalog().streams().stream().map(Stream::name).toList();
    }
}
