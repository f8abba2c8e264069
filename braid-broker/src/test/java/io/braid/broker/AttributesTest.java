package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttributesTest {
    private static final NewStream TAGGED = new NewStream(
            "s", Stream.Kind.USER, Stream.Mode.PROVISIONED, 2, Map.of("retention.ms", "1000"), Map.of("tag", "1"));

    @TempDir
    Path directory;

    @Test
    void attributesAndModeAreThereAfterTheDirectoryIsOpenedAgain() throws Exception {
        Stream changed;
        try (var server = new TestServer(directory)) {
            server.create(NewStream.of("other", 1));
            var stream = server.create(TAGGED);
            assertEquals(Map.of("tag", "1"), stream.attributes());

            changed = server.broker
                    .describe(
                            stream.id(),
                            s -> new StreamDescription(
                                    Stream.Mode.ON_DEMAND,
                                    Map.of("tag", s.attributes().get("tag") + "1", "key", "2")))
                    .orElseThrow();

            assertEquals(Map.of("tag", "11", "key", "2"), changed.attributes());
            assertEquals(Stream.Mode.ON_DEMAND, changed.mode());
            assertEquals(stream.shards(), changed.shards());
        }

        try (var server = new TestServer(directory)) {
            assertEquals(Optional.of(changed), server.broker.catalog().stream("s"));
            assertEquals(
                    Map.of(),
                    server.broker.catalog().stream("other").orElseThrow().attributes());
        }
    }

    @Test
    void otherChangesKeepThem() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(TAGGED);

            server.broker.configure("s", Map.of("retention.ms", Optional.of("2000")));
            server.broker.grow("s", 3);

            assertEquals(
                    Map.of("tag", "1"),
                    server.broker.catalog().stream("s").orElseThrow().attributes());
        }
    }

    @Test
    void theyAreDeletedWithTheirStream() throws Exception {
        try (var server = new TestServer(directory)) {
            server.create(TAGGED);

            server.broker.delete("s");

            assertEquals(Map.of(), server.create(NewStream.of("s", 1)).attributes());
        }
    }

    @Test
    void ownersThatAreNoStreamsKeepTheirsApart() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.describe("a", _ -> Map.of("x", "1"));
            server.broker.describe("b", _ -> Map.of("y", "2"));
            server.broker.describe("a", before -> Map.of("x", before.get("x") + "1"));
            server.broker.describe("b", _ -> Map.of());
            server.broker.configureGroup("a", _ -> Map.of("z", "3"));
        }

        try (var server = new TestServer(directory)) {
            assertEquals(
                    Map.of("a", Map.of("x", "11")), server.broker.attributes().settings());
        }
    }

    @Test
    void nothingIsWrittenWhereNothingChanges() throws Exception {
        try (var server = new TestServer(directory)) {
            var stream = server.create(TAGGED);
            long before = server.broker.catalogChanges();

            assertEquals(
                    Optional.of(stream),
                    server.broker.describe(stream.id(), s -> new StreamDescription(s.mode(), Map.of("tag", "1"))));
            assertEquals(
                    Optional.empty(),
                    server.broker.describe(new UUID(0, 0), s -> new StreamDescription(s.mode(), Map.of())));
            assertThrows(
                    IllegalStateException.class,
                    () -> server.broker.describe(stream.id(), _ -> {
                        throw new IllegalStateException("no");
                    }));
            for (var tooMuch : List.of(many(), Map.of("tag", "x".repeat(Attributes.BYTES_MAX))))
                assertThrows(
                        IllegalArgumentException.class,
                        () -> server.broker.describe(stream.id(), s -> new StreamDescription(s.mode(), tooMuch)));
            assertThrows(IllegalArgumentException.class, () -> server.broker.describe("a", _ -> many()));
            assertInstanceOf(
                    CatalogOutcome.Invalid.class,
                    server.broker.create(
                            new NewStream("t", Stream.Kind.USER, Stream.Mode.PROVISIONED, 1, Map.of(), many())));

            assertEquals(before, server.broker.catalogChanges());
        }
    }

    @Test
    void asMuchAsAStreamMayHaveFitsIntoOneChange() throws Exception {
        var most = Map.of("tag", "x".repeat(Attributes.BYTES_MAX - "tag".length()));
        try (var server = new TestServer(directory)) {
            var stream = server.create(NewStream.of("s", 1));

            server.broker.describe(stream.id(), s -> new StreamDescription(s.mode(), most));
        }

        try (var server = new TestServer(directory)) {
            assertEquals(most, server.broker.catalog().stream("s").orElseThrow().attributes());
        }
    }

    private static Map<String, String> many() {
        return IntStream.rangeClosed(0, Attributes.COUNT_MAX)
                .mapToObj(Integer::toString)
                .collect(Collectors.toMap(name -> name, name -> ""));
    }
}
