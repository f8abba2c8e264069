package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuotasTest {
    private static final QuotaEntity ANN = new QuotaEntity(new Named("ann"), new Anybody());
    private static final QuotaEntity HOST = QuotaEntity.ofAddress(new Named("10.0.0.1"));
    private static final QuotaEntity EACH_APP = new QuotaEntity(new Anybody(), new Default());

    @TempDir
    Path directory;

    @Test
    void limitsAreThereAfterTheDirectoryIsOpenedAgain() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.limit(ANN, _ -> Map.of("rate", 1.5));
            server.broker.limit(EACH_APP, _ -> Map.of("rate", 2.0, "share", 3.0));
            server.broker.limit(ANN, before -> Map.of("rate", before.get("rate") * 2));
            server.broker.limit(HOST, _ -> Map.of("rate", 4.0));
        }

        try (var server = new TestServer(directory)) {
            assertEquals(
                    Map.of(
                            ANN,
                            Map.of("rate", 3.0),
                            EACH_APP,
                            Map.of("rate", 2.0, "share", 3.0),
                            HOST,
                            Map.of("rate", 4.0)),
                    server.broker.quotas().limits());
        }
    }

    @Test
    void anEntityWithoutLimitsIsForgotten() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.limit(ANN, _ -> Map.of("rate", 1.5));

            server.broker.limit(ANN, _ -> Map.of());

            assertEquals(Map.of(), server.broker.quotas().limits());
        }
    }

    @Test
    void whatChangesNothingIsNotWritten() throws Exception {
        try (var server = new TestServer(directory)) {
            long before = server.broker.catalogChanges();

            server.broker.limit(ANN, _ -> Map.of());

            assertEquals(before, server.broker.catalogChanges());
        }
    }

    @Test
    void aQuotaIsAboutAClientOrAnAddress() {
        assertThrows(
                IllegalArgumentException.class,
                () -> new QuotaEntity(new Named("ann"), new Anybody(), new Named("10.0.0.1")));
    }

    @Test
    void aQuotaIsAboutSomebody() {
        assertThrows(IllegalArgumentException.class, () -> new QuotaEntity(new Anybody(), new Anybody()));
    }
}
