package io.braid.aws.scaling;

import io.braid.aws.scaling.Decision.Leave;
import io.braid.aws.scaling.Decision.Merge;
import io.braid.aws.scaling.Decision.Split;
import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.Reshard;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/// Looks at every stream in On-Demand mode from time to time, and does what its [Scaler] decides: all of a stream's
/// splits and merges of one turn are one change. [#start] begins a thread that takes the turns; a test takes them by
/// hand. What is read of it ([#writeMetrics], [#page]) is for any thread, all else for that one.
public final class Autoscaler implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Autoscaler.class.getName());

    /// Streams whose shards `/metrics` shows.
    private static final int STREAMS_SHOWN_MAX = 1000;
    /// A change may wait for a disk; the server's end does not wait for that.
    private static final int CLOSE_SECONDS_MAX = 5;
    /// After trouble a stream is left alone for so many windows.
    private static final int REST_WINDOWS = 10;

    /// What the service knows of its streams. Any thread.
    public interface Service {
        /// What users call a stream.
        String name(Stream stream);

        /// How many shards shall be ready whatever the load; 0 if nobody asked for any.
        long readyShards(Stream stream);

        /// Keys of what came to a shard lately; none if keys do not choose the stream's shards.
        ///
        /// @throws IOException they cannot be read
        KeySample keys(Stream stream, Shard shard) throws IOException;
    }

    private static final Reshard NOTHING = new Reshard.Together(List.of(), List.of());

    /// What is known of one stream.
    private static final class Watched {
        final LoadMeter meter;
        final Scaler scaler;
        Instant restUntil = Instant.MIN; // after trouble

        Watched(ScalingPolicy policy) {
            meter = new LoadMeter(policy.window().toMillis());
            scaler = new Scaler(policy);
        }
    }

    private final Broker broker;
    private final Service service;
    private final ScalingPolicy policy;
    private final int shardsMax;
    private final InstantSource clock;
    private final KafkaWriters kafka;
    private final DecisionLog decisions = new DecisionLog();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().daemon().name("scaling").unstarted(this::run);
    private final Map<UUID, Watched> watched = new HashMap<>(); // streams in On-Demand mode; turns only
    private long openShards; // of all streams, at a turn's beginning and after what it changed; turns only

    /// @param shardsMax open shards that all streams together may have
    public Autoscaler(Broker broker, Service service, ScalingPolicy policy, int shardsMax, InstantSource clock) {
        this.broker = broker;
        this.service = service;
        this.policy = policy;
        this.shardsMax = shardsMax;
        this.clock = clock;
        this.kafka = new KafkaWriters(broker, clock.instant());
    }

    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closed.await(policy.interval().toMillis(), TimeUnit.MILLISECONDS)) turn();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // nobody does that; it would be an end like any other
        }
    }

    /// Looks at all streams once. A stream that cannot be looked at or changed is left to the next turn.
    void turn() {
        var streams = broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .toList();
        openShards = countOpenShards();
        watched.keySet().retainAll(streams.stream().map(Stream::id).collect(Collectors.toSet()));
        for (var stream : streams) {
            try {
                switch (stream.mode()) {
                    case ON_DEMAND -> scale(stream);
                    case PROVISIONED -> {
                        watched.remove(stream.id());
                        kafka.forget(stream);
                    }
                }
            } catch (IOException | RuntimeException e) { // trouble with one stream is no trouble of the others
                LOG.log(System.Logger.Level.WARNING, "scaling " + stream.name() + " failed, tried again later", e);
                rest(stream);
            }
        }
    }

    /// Of all streams of users.
    private long countOpenShards() {
        return broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER)
                .mapToLong(Stream::openShardCount)
                .sum();
    }

    private Watched watched(Stream stream) {
        return watched.computeIfAbsent(stream.id(), _ -> new Watched(policy));
    }

    /// What went wrong does not go away at once.
    private void rest(Stream stream) {
        watched(stream).restUntil = clock.instant().plus(policy.window().multipliedBy(REST_WINDOWS));
    }

    private void scale(Stream stream) throws IOException {
        var of = watched(stream);
        var now = clock.instant();
        of.meter.sample(now.toEpochMilli(), counters(stream));
        if (now.isBefore(of.restUntil)) return;
        kafka.keep(stream);
        var open = stream.openShards().stream()
                .map(shard -> new Scaler.Seen(shard, of.meter.load(shard.index())))
                .toList();
        var decided = of.scaler.turn(open, bounds(stream, now), shard -> keys(stream, shard), now.toEpochMilli());
        make(stream, decided, now);
    }

    private Map<Integer, LoadMeter.Counters> counters(Stream stream) {
        var counters = new HashMap<Integer, LoadMeter.Counters>();
        for (var shard : stream.openShards())
            broker.partition(stream.id(), shard.partition()).ifPresent(partition -> {
                var log = partition.log();
                counters.put(shard.index(), new LoadMeter.Counters(log.appendedBytes(), log.end()));
            });
        return counters;
    }

    private Scaler.Bounds bounds(Stream stream, Instant now) {
        int ready = (int) Math.min(service.readyShards(stream), policy.shardsMax());
        long ofShards = shardsMax - openShards;
        long ofPartitions = broker.partitionRoom() + stream.partitions() - stream.openShardCount();
        return new Scaler.Bounds(
                ready,
                Math.max(ready, ScalingPolicy.FLOOR),
                policy.shardsMax(),
                Math.min(ofShards, ofPartitions),
                noMerge(stream, now));
    }

    private Optional<String> noMerge(Stream stream, Instant now) {
        return kafka.lastWritten(stream)
                .filter(last -> last.plus(policy.kafkaQuiet()).isAfter(now))
                .map(_ ->
                        "Kafka's producers may have written in the last %d hours, and partitions that merges leave refuse them"
                                .formatted(policy.kafkaQuiet().toHours()));
    }

    /// None if they cannot be read: then the middle has to do.
    private KeySample keys(Stream stream, Shard shard) {
        try {
            return service.keys(stream, shard);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "scaling " + stream.name() + ": keys cannot be read", e);
            return new KeySample();
        }
    }

    private void make(Stream stream, List<Decision> decided, Instant now) {
        var splits = new ArrayList<Reshard.Split>();
        var merges = new ArrayList<Reshard.Merge>();
        var name = service.name(stream);
        for (var decision : decided) {
            switch (decision) {
                case Split(int shard, var at, String _) -> splits.add(new Reshard.Split(shard, at));
                case Merge(int first, int second, String _) -> merges.add(new Reshard.Merge(first, second));
                case Leave _ -> decisions.note(now, name, decision);
            }
        }
        if (splits.isEmpty() && merges.isEmpty()) return;
        var isAsked = new AtomicBoolean();
        var outcome = broker.reshard(stream.name(), current -> {
            isAsked.set(isStill(stream, current));
            return isAsked.get() ? new Reshard.Together(splits, merges) : NOTHING;
        });
        openShards = countOpenShards();
        switch (outcome) {
            case CatalogOutcome.Done _ -> {
                if (!isAsked.get()) return; // it has changed meanwhile: the next turn looks anew
                for (var decision : decided) if (!(decision instanceof Leave)) decisions.note(now, name, decision);
            }
            case CatalogOutcome.NotFound _, CatalogOutcome.AlreadyExists _ -> {} // deleted meanwhile
            case CatalogOutcome.Invalid(var _, String why) -> refused(stream, why, now);
            case CatalogOutcome.Unknown(IOException cause) -> refused(stream, cause.getMessage(), now);
        }
    }

    private void refused(Stream stream, String why, Instant now) {
        rest(stream);
        decisions.refused(now, service.name(stream), why);
    }

    private static boolean isStill(Stream before, Stream current) {
        return current.id().equals(before.id())
                && current.mode() == before.mode()
                && current.shards().equals(before.shards());
    }

    /// Writes the numbers in Prometheus' text format: of the first [#STREAMS_SHOWN_MAX] streams by name.
    public void writeMetrics(StringBuilder page) {
        var counts = decisions.counts();
        counter(page, "splits", counts.splits());
        counter(page, "merges", counts.merges());
        counter(page, "left", counts.left());
        counter(page, "refused", counts.refused());
        page.append("# TYPE braid_scaling_open_shards gauge\n");
        onDemand()
                .limit(STREAMS_SHOWN_MAX)
                .forEach(stream -> page.append("braid_scaling_open_shards{stream=\"%s\"} %d\n"
                        .formatted(stream.name(), stream.openShardCount())));
    }

    private static void counter(StringBuilder page, String name, long value) {
        page.append("# TYPE braid_scaling_%s_total counter\nbraid_scaling_%s_total %d\n".formatted(name, name, value));
    }

    /// For people: the shards of each stream in On-Demand mode, and the last decisions, the newest first.
    public String page() {
        var page = new StringBuilder("Open shards of streams in On-Demand mode:\n\n");
        onDemand()
                .limit(STREAMS_SHOWN_MAX)
                .forEach(stream -> page.append("%5d  %s\n".formatted(stream.openShardCount(), service.name(stream))));
        page.append("\nDecisions since the start, the newest first (%d are kept):\n\n".formatted(DecisionLog.KEPT_MAX));
        for (var line : decisions.last()) page.append(line).append('\n');
        return page.toString();
    }

    private java.util.stream.Stream<Stream> onDemand() {
        return broker.catalog().streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER && stream.mode() == Stream.Mode.ON_DEMAND);
    }

    /// Ends the turns. A change under way is waited for, for a moment.
    @Override
    public void close() {
        closed.countDown();
        try {
            if (thread.isAlive()) thread.join(Duration.ofSeconds(CLOSE_SECONDS_MAX));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
