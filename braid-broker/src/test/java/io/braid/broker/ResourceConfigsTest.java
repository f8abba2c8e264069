package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceConfigsTest {
    @TempDir
    Path directory;

    @Test
    void settingsAreThereAfterTheDirectoryIsOpenedAgain() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.configureGroup("a", _ -> Map.of("x", "1"));
            server.broker.configureGroup("b", _ -> Map.of("y", "2"));
            server.broker.configureGroup("a", before -> Map.of("x", before.get("x") + "1", "z", "3"));
            server.broker.configureGroup("b", _ -> Map.of());
        }

        try (var server = new TestServer(directory)) {
            assertEquals(
                    Map.of("a", Map.of("x", "11", "z", "3")),
                    server.broker.groupConfigs().settings());
        }
    }

    @Test
    void subscriptionsAreKeptApartFromGroupsOfTheirName() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.configureGroup("a", _ -> Map.of("x", "1"));
            server.broker.configureClientMetrics("a", _ -> Map.of("metrics", "*"));
            server.broker.configureClientMetrics("b", _ -> Map.of("match", "client_id=b"));
            server.broker.configureClientMetrics("b", _ -> Map.of());
        }

        try (var server = new TestServer(directory)) {
            assertEquals(Map.of("x", "1"), server.broker.groupConfigs().of("a"));
            assertEquals(
                    Map.of("a", Map.of("metrics", "*")),
                    server.broker.clientMetrics().settings());
        }
    }

    @Test
    void aRefusedChangeChangesNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.configureGroup("a", _ -> Map.of("x", "1"));
            long before = server.broker.catalogChanges();

            assertThrows(
                    IllegalArgumentException.class,
                    () -> server.broker.configureGroup("a", _ -> {
                        throw new IllegalArgumentException("no");
                    }));
            server.broker.configureGroup("a", settings -> settings);

            assertEquals(before, server.broker.catalogChanges());
            assertEquals(Map.of("x", "1"), server.broker.groupConfigs().of("a"));
        }
    }
}
