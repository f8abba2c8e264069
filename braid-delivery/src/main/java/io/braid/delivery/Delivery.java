package io.braid.delivery;

import static java.lang.System.Logger.Level.ERROR;
import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// Delivers streams to buckets. Whoever knows the channels says which there are ([#start],
/// [#keep]); this finds out what is due, and does it on a few threads of its own, which start
/// with the first channel. Any thread.
public final class Delivery implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Delivery.class.getName());
    private static final long LONG_AGO = Long.MIN_VALUE / 2;

    /// @param threads        objects that are made at once
    /// @param objectBytesMax data of records in one object, before it is packed; a thread holds
    ///     about as much memory
    /// @param tickMillis     how often is looked for what is due
    /// @param closeMillisMax how long a stopping server waits for objects that are being stored
    public record Config(int threads, int objectBytesMax, int tickMillis, int closeMillisMax) {
        public static final Config DEFAULT = new Config(4, 16 << 20, 200, 5_000);

        public Config {
            require(threads >= 1, "threads %d: must be at least 1", threads);
            require(objectBytesMax >= 1, "objectBytesMax %d: must be at least 1", objectBytesMax);
            require(tickMillis >= 1, "tickMillis %d: must be at least 1", tickMillis);
            require(closeMillisMax >= 0, "closeMillisMax %d: must not be negative", closeMillisMax);
        }

        public Config withObjectBytesMax(int bytes) {
            return new Config(threads, bytes, tickMillis, closeMillisMax);
        }

        private static void require(boolean holds, String rule, int value) {
            if (!holds) throw new IllegalArgumentException(rule.formatted(value));
        }
    }

    private final Broker broker;
    private final Buckets buckets;
    private final Config config;
    private final InstantSource clock;
    private final Positions positions;
    /// What was said last of the channels of a stream, and is not followed yet; at most one for
    /// each stream. Apart from the lock below, under which disks are waited for: who says it may
    /// hold the catalog.
    private final Map<UUID, List<Channel>> wishes = new ConcurrentHashMap<>();

    private final ReentrantLock starting = new ReentrantLock(); // guards the two below
    private final List<Thread> threads = new ArrayList<>();
    private boolean started;

    private final ReentrantLock lock = new ReentrantLock(); // guards all below; held for looking, not for delivering
    private final Condition changed = lock.newCondition();
    private final Map<String, ChannelDelivery> channels = new LinkedHashMap<>(); // by id
    private long foundNothing = LONG_AGO; // when somebody has looked last, in vain: milliseconds since 1970
    private boolean tidied; // whether positions of channels that have gone are forgotten
    private volatile boolean closed; // written under the lock

    public Delivery(Broker broker, Buckets buckets, Config config, InstantSource clock) {
        this.broker = broker;
        this.buckets = buckets;
        this.config = config;
        this.clock = clock;
        this.positions = new Positions(broker, clock);
    }

    /// Begins: these are all the channels there are, by stream. What is known of others is
    /// forgotten.
    public void start(Map<UUID, List<Channel>> all) {
        all.forEach(wishes::putIfAbsent); // what was said since is newer
        starting.lock();
        try {
            started = true;
        } finally {
            starting.unlock();
        }
        if (!all.isEmpty()) startThreads();
    }

    /// From now on these are the channels of a stream, and no others; a channel that is known may
    /// have another freshness. What waits for one that is not among them is not delivered any
    /// more. Waits for nothing.
    public void keep(UUID stream, List<Channel> wanted) {
        wishes.put(stream, List.copyOf(wanted));
        if (!wanted.isEmpty()) startThreads();
    }

    /// Why nothing of a channel can be delivered now, in the words of the bucket's store; empty
    /// while all is well.
    public Optional<String> trouble(String channel) {
        lock.lock();
        try {
            return Optional.ofNullable(channels.get(channel)).flatMap(ChannelDelivery::trouble);
        } finally {
            lock.unlock();
        }
    }

    private void startThreads() {
        starting.lock();
        try {
            if (!started || closed || !threads.isEmpty()) return;
            for (int i = 0; i < config.threads(); i++)
                threads.add(
                        Thread.ofPlatform().name("braid-delivery-" + i).daemon().start(this::run));
        } finally {
            starting.unlock();
        }
    }

    private void run() {
        for (var claim = next(); claim.isPresent(); claim = next()) deliver(claim.get());
    }

    /// Does one thing that is due, if there is one.
    ///
    /// @return whether there was one
    boolean turn() {
        lock.lock();
        Optional<ChannelDelivery.Claim> claim;
        try {
            claim = look();
        } finally {
            lock.unlock();
        }
        claim.ifPresent(this::deliver);
        return claim.isPresent();
    }

    /// Waits for something that is due; empty when all is over.
    private Optional<ChannelDelivery.Claim> next() {
        lock.lock();
        try {
            while (!closed) {
                long now = clock.millis();
                if (Math.abs(now - foundNothing) >= config.tickMillis()) { // else another thread has just looked
                    var claim = look();
                    if (claim.isPresent()) return claim;
                    foundNothing = now;
                }
                changed.await(config.tickMillis(), TimeUnit.MILLISECONDS);
            }
            return Optional.empty();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Whoever was served goes to the end of the queue, so that one busy channel does not keep
    /// the others waiting.
    private Optional<ChannelDelivery.Claim> look() {
        wishes.keySet().forEach(this::follow);
        tidy();
        long now = clock.millis();
        for (var channel : channels.values()) {
            try {
                var claim = channel.claim(now);
                if (claim.isEmpty()) continue;
                var id = channel.channel().id();
                channels.remove(id);
                channels.put(id, channel);
                return claim;
            } catch (IOException e) {
                channel.failed(e);
            }
        }
        return Optional.empty();
    }

    private void follow(UUID stream) {
        var wanted = wishes.remove(stream);
        var ids = wanted.stream().map(Channel::id).collect(Collectors.toSet());
        boolean someWent = channels.values()
                .removeIf(known -> known.stream().equals(stream)
                        && !ids.contains(known.channel().id()));
        if (someWent) tidied = false;
        for (var channel : wanted) {
            var known = channels.get(channel.id());
            if (known != null) known.channelIs(channel);
            else channels.put(channel.id(), delivery(stream, channel));
        }
    }

    private ChannelDelivery delivery(UUID stream, Channel channel) {
        return new ChannelDelivery(stream, channel, broker, clock, positions, buckets, config.objectBytesMax());
    }

    private void deliver(ChannelDelivery.Claim claim) {
        var failure = Optional.<Exception>empty();
        try {
            claim.of().deliver(claim);
        } catch (IOException e) {
            failure = Optional.of(e);
        } catch (RuntimeException bug) { // of ours or a store's: it must not end the delivery of others
            LOG.log(ERROR, "delivery failed: channel=" + claim.of().channel().name(), bug);
            failure = Optional.of(bug);
        } finally {
            lock.lock();
            try {
                if (!closed || failure.isEmpty()) claim.of().done(claim.index(), failure);
                foundNothing = LONG_AGO; // children of what is done may begin
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void tidy() {
        if (tidied) return;
        tidied = true;
        try {
            positions.keepOnly(channels.keySet());
        } catch (IOException e) {
            LOG.log(WARNING, "positions of channels that have gone stay until the next start: " + e.getMessage());
        }
    }

    /// Writes what was done in Prometheus' text format.
    public void writeMetrics(StringBuilder page) {
        lock.lock();
        try {
            page.append(
                    "# TYPE braid_delivery_channels gauge\nbraid_delivery_channels %d\n".formatted(channels.size()));
            write(
                    page,
                    "counter",
                    "records_total",
                    channel -> channel.counts().records.sum());
            write(
                    page,
                    "counter",
                    "bytes_total",
                    channel -> channel.counts().bytes.sum());
            write(
                    page,
                    "counter",
                    "objects_total",
                    channel -> channel.counts().objects.sum());
            write(
                    page,
                    "counter",
                    "object_bytes_total",
                    channel -> channel.counts().objectBytes.sum());
            write(
                    page,
                    "counter",
                    "dead_letters_total",
                    channel -> channel.counts().deadLetters.sum());
            write(
                    page,
                    "counter",
                    "expired_total",
                    channel -> channel.counts().expired.sum());
            write(
                    page,
                    "counter",
                    "damaged_total",
                    channel -> channel.counts().damaged.sum());
            write(
                    page,
                    "counter",
                    "failures_total",
                    channel -> channel.counts().failures.sum());
            write(page, "gauge", "failing", channel -> channel.trouble().isPresent() ? 1 : 0);
            long now = clock.millis();
            write(page, "gauge", "oldest_waiting_seconds", channel -> channel.waited(now) / 1000);
        } finally {
            lock.unlock();
        }
    }

    private void write(StringBuilder page, String type, String name, ToLongFunction<ChannelDelivery> number) {
        if (channels.isEmpty()) return;
        page.append("# TYPE braid_delivery_%s %s\n".formatted(name, type));
        for (var channel : channels.values())
            page.append("braid_delivery_%s{channel=\"%s\",id=\"%s\"} %d\n"
                    .formatted(name, channel.channel().name(), channel.channel().id(), number.applyAsLong(channel)));
    }

    /// Begins nothing more, and waits a moment for objects that are being stored. What is not
    /// noted then is delivered again at the next start, under the same names.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        List<Thread> running;
        starting.lock();
        try {
            running = List.copyOf(threads);
        } finally {
            starting.unlock();
        }
        long end = clock.millis() + config.closeMillisMax();
        for (var thread : running) join(thread, end - clock.millis());
    }

    private static void join(Thread thread, long millis) {
        try {
            if (!thread.join(Duration.ofMillis(Math.max(1, millis))))
                LOG.log(WARNING, "an object is still being stored, and will be stored again");
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
