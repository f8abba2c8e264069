package io.braid.kafka;

import io.braid.kafka.AddressLimits.Admitted;
import io.braid.kafka.AddressLimits.TooFast;
import io.braid.kafka.AddressLimits.TooMany;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;

/// Who may come in through the listener's door, and how the others are turned away. What [AddressLimits]
/// decides is done here.
///
/// | the connection is                          | then it                                     |
/// |--------------------------------------------|---------------------------------------------|
/// | one more than the listener takes           | is closed                                   |
/// | one more than its address may have         | is closed                                   |
/// | sooner than its address may come           | is closed after what it should have waited  |
/// | sooner than the listener takes connections | waits, one window at most, with all behind  |
///
/// A connection that is to be closed later costs a virtual thread and its socket, [#WAITING_MAX] of them at
/// once; further ones are closed at once. Nobody is accepted later because of it.
final class Doorkeeper implements AutoCloseable {
    private static final Logger LOG = System.getLogger(Doorkeeper.class.getName());
    private static final int WAITING_MAX = 1_000;
    private static final int PLACES = Integer.MAX_VALUE; // more than may ever be taken
    /// Who is refused waits at least that long, so that one who comes back at once does not come too often again and
    /// again. Kafka looks each half second for those whom it refused.
    private static final Duration WAIT_MIN = Duration.ofMillis(500);

    private enum Refusal {
        CONNECTIONS,
        ADDRESS_CONNECTIONS,
        ADDRESS_RATE
    }

    private final IntSupplier connectionsMax;
    private final Semaphore places = new Semaphore(PLACES); // the accept thread takes them, as many as are allowed then
    private final Semaphore waiting;
    private final AddressLimits addresses;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<Refusal, AtomicLong> refused = new EnumMap<>(Refusal.class); // never changed
    private final AtomicLong delayed = new AtomicLong();

    /// @param connectionsMax how many connections may be open, asked for each; a lower number closes none that is open
    Doorkeeper(IntSupplier connectionsMax, AddressLimits addresses) {
        this(connectionsMax, WAITING_MAX, addresses);
    }

    /// @param waitingMax connections that wait to be closed at once
    Doorkeeper(IntSupplier connectionsMax, int waitingMax, AddressLimits addresses) {
        this.connectionsMax = connectionsMax;
        this.waiting = new Semaphore(waitingMax);
        this.addresses = addresses;
        for (var reason : Refusal.values()) refused.put(reason, new AtomicLong());
    }

    /// Lets a connection in, or closes it, now or later. Accept thread; waits if connections come too fast for the
    /// listener.
    ///
    /// @return where it comes from, if it is in; then [#left] is to be called once
    Optional<InetAddress> admit(SocketChannel socket) throws IOException {
        var address = ((InetSocketAddress) socket.getRemoteAddress()).getAddress();
        long wait = addresses.arrived();
        if (wait > 0) delayed.incrementAndGet();
        if (wait > 0 && isClosingWithin(Duration.ofMillis(wait))) return closed(socket);
        int most = connectionsMax.getAsInt();
        if (open() >= most || !places.tryAcquire()) {
            LOG.log(Level.WARNING, "kafka refused {0}: {1} connections are open", socket, most);
            refused.get(Refusal.CONNECTIONS).incrementAndGet();
            return closed(socket);
        }
        return switch (addresses.admit(address)) {
            case Admitted _ -> Optional.of(address);
            case TooMany(int max) -> {
                LOG.log(Level.DEBUG, () -> "kafka refused %s: %d connections are open from it".formatted(socket, max));
                refused.get(Refusal.ADDRESS_CONNECTIONS).incrementAndGet();
                places.release();
                yield closed(socket);
            }
            case TooFast(long millis) -> {
                refused.get(Refusal.ADDRESS_RATE).incrementAndGet();
                places.release();
                closeLater(socket, Duration.ofMillis(Math.max(millis, WAIT_MIN.toMillis())));
                yield Optional.empty();
            }
        };
    }

    private static Optional<InetAddress> closed(SocketChannel socket) throws IOException {
        socket.close();
        return Optional.empty();
    }

    private void closeLater(SocketChannel socket, Duration wait) throws IOException {
        if (!waiting.tryAcquire()) {
            socket.close();
            return;
        }
        Thread.ofVirtual().name("kafka-refused").start(() -> {
            try {
                isClosingWithin(wait);
                socket.close();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, () -> "kafka did not close " + socket + ": " + e);
            } finally {
                waiting.release();
            }
        });
    }

    /// Nobody is to be served any more.
    @Override
    public void close() {
        closing.countDown();
    }

    boolean isClosing() {
        return closing.getCount() == 0;
    }

    /// Whether the listener is closed before this time has passed.
    boolean isClosingWithin(Duration time) {
        try {
            return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            return true;
        }
    }

    /// A connection that was let in has ended.
    void left(InetAddress address) {
        addresses.left(address);
        places.release();
    }

    /// Whether there is nobody left inside, or soon.
    boolean allLeftWithin(Duration time) {
        try {
            if (!places.tryAcquire(PLACES, time.toMillis(), TimeUnit.MILLISECONDS)) return false;
            places.release(PLACES);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private int open() {
        return PLACES - places.availablePermits();
    }

    /// In Prometheus' text format. Any thread.
    void writeTo(StringBuilder page) {
        var refusals = "braid_kafka_connections_refused_total";
        page.append("# TYPE %s counter\n".formatted(refusals));
        refused.forEach((reason, count) -> page.append(
                "%s{reason=\"%s\"} %d\n".formatted(refusals, reason.name().toLowerCase(Locale.ROOT), count.get())));
        var open = "braid_kafka_connections";
        page.append("# TYPE %1$s gauge\n%1$s %2$d\n".formatted(open, open()));
        var waits = "braid_kafka_connections_delayed_total";
        page.append("# TYPE %1$s counter\n%1$s %2$d\n".formatted(waits, delayed.get()));
    }
}
