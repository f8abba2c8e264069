package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome.AlreadyExists;
import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.CatalogOutcome.Field;
import io.braid.broker.CatalogOutcome.Invalid;
import io.braid.broker.CatalogOutcome.NotFound;
import io.braid.broker.CatalogOutcome.Unknown;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class BrokerTest {
    private static final Instant SECOND = Instant.parse("2026-11-23T10:00:00Z");

    @TempDir
    Path directory;

    @Test
    void aNewStreamHasOneOpenShardOnEachPartition() throws Exception {
        try (var server = new TestServer(directory)) {
            var stream = server.create(new NewStream(
                    "orders", Stream.Kind.USER, Stream.Mode.ON_DEMAND, 2, Map.of("retention.ms", "86400000")));

            var halves = HashRange.even(2);
            assertEquals(
                    new Stream(
                            stream.id(),
                            "orders",
                            Stream.Kind.USER,
                            Stream.Mode.ON_DEMAND,
                            TestServer.START,
                            Map.of("retention.ms", "86400000"),
                            List.of(
                                    new Shard(0, 0, 0, new Shard.Open(), halves.get(0), List.of(), SECOND),
                                    new Shard(1, 1, 0, new Shard.Open(), halves.get(1), List.of(), SECOND)),
                            2),
                    stream);
            assertEquals(Optional.of(stream), server.broker.catalog().stream("orders"));
            assertEquals(Optional.of(stream), server.broker.catalog().stream(stream.id()));
            assertEquals(server.broker.partition("orders", 1), server.broker.partition(stream.id(), 1));
            assertEquals(Optional.empty(), server.broker.partition("orders", 2));
            assertEquals(Optional.empty(), server.broker.partition("orders", -1));
        }
    }

    @Test
    void whatWasAnsweredIsThereAfterTheDirectoryIsOpenedAgain() throws Exception {
        Stream orders;
        String clusterId;
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));
            server.create(NewStream.of("gone", 3));
            server.broker.configure("orders", Map.of("segment.bytes", Optional.of("1048576")));
            server.clock.move(Duration.ofSeconds(5));
            server.broker.grow("orders", 4);
            server.broker.delete("gone");
            orders = server.broker.catalog().stream("orders").orElseThrow();
            clusterId = server.broker.clusterId();
        }

        try (var server = new TestServer(directory, BrokerConfig.DEFAULT, 2)) {
            assertEquals(List.of(orders), List.copyOf(server.broker.catalog().streams()));
            assertEquals(clusterId, server.broker.clusterId());
            assertEquals(22, clusterId.length());
            assertEquals(4 + 1, server.log.partitions().size(), "four of orders, one of the catalog");
        }
    }

    @Test
    void aNameIsTakenOnlyOnceButFreeAgainAfterDeletion() throws Exception {
        try (var server = new TestServer(directory)) {
            var first = server.create(NewStream.of("orders", 1));

            assertEquals(new AlreadyExists(first), server.broker.create(NewStream.of("orders", 7)));
            assertEquals(new Done(first), server.broker.delete("orders"));
            assertEquals(new NotFound("orders"), server.broker.delete("orders"));
            var second = server.create(NewStream.of("orders", 1));

            assertNotEquals(first.id(), second.id());
            assertEquals(Optional.empty(), server.broker.partition(first.id(), 0));
        }
    }

    @Test
    void checkingAnswersAsCreatingWouldAndKeepsNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            var checked = assertInstanceOf(Done.class, server.broker.check(NewStream.of("orders", 0)));

            assertEquals(1, checked.stream().partitions());
            assertEquals(Optional.empty(), server.broker.catalog().stream("orders"));
            assertEquals(1, server.log.partitions().size(), "only the catalog's own");
        }
    }

    @Test
    void tooManyPartitionsAreRefusedWithTheRoomThereIs() throws Exception {
        try (var server = new TestServer(directory, new BrokerConfig(1, 5, Map.of()), 1)) {
            server.create(NewStream.of("orders", 3));

            var expected = new Invalid(
                    Field.PARTITIONS,
                    "stream more: asks for 3 more partitions where there is room for 2 (all streams together have 3"
                            + " of at most 5): ask for fewer, delete streams, or raise broker.partitions-max");
            assertEquals(expected, server.broker.create(NewStream.of("more", 3)));
            assertEquals(
                    new Invalid(
                            Field.PARTITIONS,
                            "stream orders: has 3 partitions and cannot have 3: partitions can only be added"),
                    server.broker.grow("orders", 3));
            assertEquals(
                    new Invalid(Field.PARTITIONS, "stream less: asks for -1 partitions: at least 1"),
                    server.broker.create(NewStream.of("less", -1)));
        }
    }

    @Test
    void settingsAreTheStreamsOwnThenTheServersThenKafkas() throws Exception {
        var config = new BrokerConfig(1, 10, Map.of("retention.ms", "1000"));
        try (var server = new TestServer(directory, config, 1)) {
            server.create(NewStream.of("orders", 1));
            var own = server.broker.configure("orders", Map.of("retention.ms", Optional.of("2000")));

            assertEquals("2000", server.broker.setting(((Done) own).stream(), "retention.ms"));
            assertEquals("CreateTime", server.broker.setting(((Done) own).stream(), "message.timestamp.type"));
            var reset = server.broker.configure("orders", Map.of("retention.ms", Optional.empty()));
            assertEquals("1000", server.broker.setting(((Done) reset).stream(), "retention.ms"));
            assertEquals(Map.of(), ((Done) reset).stream().settings());
            assertThrows(
                    IllegalArgumentException.class,
                    () -> server.broker.setting(((Done) own).stream(), "no.such.setting"));
        }
    }

    @Test
    void aSettingThatDoesNotExistCannotEvenBeReturnedToItsDefault() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("orders", 1));

            assertEquals(
                    new Invalid(
                            Field.SETTINGS,
                            "stream orders: retention.msec: no such setting; did you mean retention.ms?"),
                    server.broker.configure("orders", Map.of("retention.msec", Optional.empty())));
        }
    }

    @Test
    void producerIdsAreNeverGivenTwiceNotEvenAfterARestart() throws Exception {
        var given = new HashSet<Long>();
        for (int life = 0; life < 3; life++) {
            try (var server = new TestServer(directory)) {
                for (int i = 0; i < ProducerIds.BLOCK + 1; i++) assertTrue(given.add(server.broker.newProducerId()));
            }
        }
        assertEquals(3 * (ProducerIds.BLOCK + 1), given.size());
    }

    @Test
    @Timeout(60)
    void theJitterOfSegmentsReachesEachPartition() throws Exception {
        try (var server = new TestServer(directory)) {
            var settings = Map.of("segment.ms", "100000", "segment.jitter.ms", "50000");
            server.broker.create(new NewStream("orders", Stream.Kind.USER, Stream.Mode.PROVISIONED, 8, settings));

            var created = sealedAfter(server, "orders");
            server.broker.configure("orders", Map.of("segment.jitter.ms", Optional.of("0")));

            assertTrue(created.size() > 1 && created.first() > 50_000 && created.last() <= 100_000, created::toString);
            while (!sealedAfter(server, "orders").equals(Set.of(100_000L))) Thread.onSpinWait(); // with the next turns
        }
    }

    private static TreeSet<Long> sealedAfter(TestServer server, String stream) {
        var times = new TreeSet<Long>();
        for (int index = 0; index < 8; index++)
            times.add(server.broker
                    .partition(stream, index)
                    .orElseThrow()
                    .log()
                    .config()
                    .segmentMillis());
        return times;
    }

    @Test
    void listenersAreToldAfterTheChangeIsVisible() throws Exception {
        try (var server = new TestServer(directory)) {
            var told = new ArrayList<String>();
            server.broker.onChange((before, after) -> told.add(
                    "%s->%s visible %s".formatted(names(before), names(after), after == server.broker.catalog())));

            server.broker.create(NewStream.of("orders", 1));
            server.broker.delete("orders");

            assertEquals(List.of("[]->[orders] visible true", "[orders]->[] visible true"), told);
        }
    }

    @Test
    void aClosedBrokerChangesNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.close();

            assertInstanceOf(Unknown.class, server.broker.create(NewStream.of("orders", 1)));
            assertFalse(server.broker.catalog().stream("orders").isPresent());
        }
    }

    private static List<String> names(Catalog catalog) {
        return catalog.streams().stream().map(Stream::name).toList();
    }
}
