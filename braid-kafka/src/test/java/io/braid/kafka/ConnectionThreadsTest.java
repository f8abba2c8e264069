package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionThreadsTest {
    private final ConnectionThreads threads = new ConnectionThreads(1);

    @Test
    void whoFindsNoPlaceIsServedOnAVirtualThreadAndAPlaceIsFreeAgainAfterItsConnection() throws Exception {
        var end = new CompletableFuture<Void>();

        var first = threads.start("first", end::join);
        var second = threads.start("second", end::join);
        end.complete(null);
        first.join();
        second.join();
        var third = threads.start("third", () -> {});
        third.join();

        assertFalse(first.isVirtual());
        assertTrue(second.isVirtual());
        assertFalse(third.isVirtual());
    }

    @Test
    void theOtherThreadOfAConnectionIsOfTheSameKind() throws Exception {
        var end = new CompletableFuture<Void>();
        var besideFirst = new CompletableFuture<Thread>();
        var besideSecond = new CompletableFuture<Thread>();

        threads.start("first", () -> {
            besideFirst.complete(ConnectionThreads.startBeside("beside first", () -> {}));
            end.join();
        });
        threads.start("second", () -> besideSecond.complete(ConnectionThreads.startBeside("beside second", () -> {})));

        assertFalse(besideFirst.get().isVirtual());
        assertTrue(besideSecond.get().isVirtual());
        end.complete(null);
    }
}
