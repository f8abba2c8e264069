package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.Quotas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Connections from this machine, which may connect once in an hour.
@Timeout(120)
class DoorkeeperTest {
    private static final InetAddress HOME = InetAddress.getLoopbackAddress();

    private final List<SocketChannel> clients = new ArrayList<>();

    private ServerSocketChannel door;
    private Doorkeeper doorkeeper;

    @BeforeEach
    void open() throws IOException {
        door = ServerSocketChannel.open().bind(new InetSocketAddress(HOME, 0));
        var settings = LimitSettings.of(Map.of("quota.window.num", "2", "quota.window.size.seconds", "3600"));
        var quotas = new Quotas(
                Map.of(QuotaEntity.ofAddress(new Default()), Map.of("connection_creation_rate", 1 / 3_600.0)));
        var addresses = new AddressLimits(() -> settings, () -> quotas, new TestClock());
        doorkeeper = new Doorkeeper(() -> 10, 1, addresses);
    }

    @AfterEach
    void close() throws IOException {
        doorkeeper.close();
        for (var client : clients) client.close();
        door.close();
    }

    @Test
    void thoseWhoWaitToBeClosedAreBounded() throws Exception {
        assertEquals(Optional.of(HOME), doorkeeper.admit(connection()));
        var waits = connection();
        var another = connection();

        assertEquals(Optional.empty(), doorkeeper.admit(waits));
        assertEquals(Optional.empty(), doorkeeper.admit(another));

        assertTrue(waits.isOpen());
        assertFalse(another.isOpen());
    }

    @Test
    void whoWaitsToBeClosedTakesNoPlaceAndDoesNotKeepTheListenerFromClosing() throws Exception {
        doorkeeper.admit(connection());
        var waits = connection();
        doorkeeper.admit(waits);

        doorkeeper.left(HOME);
        assertTrue(doorkeeper.allLeftWithin(Duration.ZERO));

        doorkeeper.close();
        while (waits.isOpen()) Thread.onSpinWait();
    }

    private SocketChannel connection() throws IOException {
        clients.add(SocketChannel.open(door.getLocalAddress()));
        return door.accept();
    }
}
