package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeatureLevelsTest {
    @TempDir
    Path directory;

    @Test
    void levelsAreThereAfterTheDirectoryIsOpenedAgain() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.setFeatures(_ -> Map.of("a", 1, "b", 2));
            server.broker.setFeatures(before -> {
                var after = new HashMap<>(before);
                after.put("b", 0);
                return after;
            });
        }

        try (var server = new TestServer(directory)) {
            assertEquals(new FeatureLevels(Map.of("a", 1, "b", 0), 2), server.broker.features());
        }
    }

    @Test
    void nothingIsSetInADirectoryThatIsNew() throws Exception {
        try (var server = new TestServer(directory)) {
            assertEquals(new FeatureLevels(Map.of(), 0), server.broker.features());
        }
    }

    @Test
    void aRefusedChangeChangesNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.setFeatures(_ -> Map.of("a", 1));
            long before = server.broker.catalogChanges();

            assertThrows(
                    IllegalArgumentException.class,
                    () -> server.broker.setFeatures(_ -> {
                        throw new IllegalArgumentException("no");
                    }));
            assertThrows(IllegalArgumentException.class, () -> server.broker.setFeatures(_ -> Map.of("a", -1)));
            assertThrows(IllegalArgumentException.class, () -> server.broker.setFeatures(_ -> Map.of("a", 32_768)));
            server.broker.setFeatures(levels -> levels);

            assertEquals(before, server.broker.catalogChanges());
            assertEquals(new FeatureLevels(Map.of("a", 1), 1), server.broker.features());
        }
    }

    @Test
    void listenersAreToldWhenTheNewLevelsAreVisible() throws Exception {
        try (var server = new TestServer(directory)) {
            var seen = new ArrayList<FeatureLevels>();
            server.broker.onChange((before, after) -> {
                assertEquals(before, after, "no stream has changed");
                seen.add(server.broker.features());
            });

            server.broker.setFeatures(_ -> Map.of("a", 1));
            server.broker.setFeatures(_ -> Map.of("a", 1));

            assertEquals(List.of(new FeatureLevels(Map.of("a", 1), 1)), seen);
        }
    }
}
