package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.EventStream;
import io.braid.aws.wire.Events;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.broker.UsageMeter;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/// One consumer's subscription to one shard: sends what is put, as soon as it is as durable as was promised, until its
/// life, the shard, the stream, the consumer or the client's interest ends.
///
///     read ──► event ──► (the client's window) ──┐
///      ▲       nothing there: wait for the log's writer, at most until a heartbeat is due
///      └─────────────────────────────────────────┘
///
/// One event is in memory at a time: [#EVENT_BYTES_MAX] and [#EVENT_RECORDS_MAX] at most, which is about half a
/// megabyte as it is sent, or one larger record, of which [Subscriptions] allows few at once. A client that does not
/// read keeps this thread waiting, and nobody else.
///
/// All happens on the request's virtual thread, unless it says otherwise.
final class Subscription implements Events {
    /// Data and keys in one event.
    static final int EVENT_BYTES_MAX = 256 << 10;

    static final int EVENT_RECORDS_MAX = 1000;

    private static final String EVENT = "SubscribeToShardEvent";
    private static final ShardReading.Most USUAL =
            new ShardReading.Most(EVENT_RECORDS_MAX, EVENT_BYTES_MAX, EVENT_BYTES_MAX);
    private static final ShardReading.Most ONE_LARGE = new ShardReading.Most(1, EVENT_BYTES_MAX, Long.MAX_VALUE);

    /// Whether it goes on and, if not, what whoever reads is told.
    private sealed interface State {
        record Going() implements State {}

        record Over() implements State {}

        record Refused(AwsFault fault) implements State {}
    }

    private static final State GOING = new State.Going();

    private final Subscriptions subscriptions;
    private final Subscriptions.Key key;
    private final AwsFault gone;
    private final Lookup lookup;
    private final PartitionLog log;
    private final InstantSource clock;
    private final Traffic traffic;
    private final UsageMeter usage;
    private final StreamTraffic counted; // of the consumer
    private final long beganMillis;
    private final Semaphore rings = new Semaphore(0);
    private final AtomicReference<State> state = new AtomicReference<>(GOING);
    private final AtomicBoolean closed = new AtomicBoolean();
    private Shard shard; // as it was last seen: the catalog forgets it after its records
    private long next;

    /// @param gone what to say when the stream is there no more
    /// @param log  of the partition that the shard lies on
    /// @param next the offset of the first record to send
    /// @param counted counts what this consumer is sent
    Subscription(
            Subscriptions subscriptions,
            Subscriptions.Key key,
            AwsFault gone,
            Shard shard,
            Lookup lookup,
            PartitionLog log,
            long next,
            InstantSource clock,
            Traffic traffic,
            UsageMeter usage,
            StreamTraffic counted) {
        this.subscriptions = subscriptions;
        this.key = key;
        this.gone = gone;
        this.shard = shard;
        this.lookup = lookup;
        this.log = log;
        this.next = next;
        this.clock = clock;
        this.traffic = traffic;
        this.usage = usage;
        this.counted = counted;
        this.beganMillis = clock.millis();
    }

    Subscriptions.Key key() {
        return key;
    }

    long beganMillis() {
        return beganMillis;
    }

    /// Any thread.
    boolean isOver() {
        return closed.get();
    }

    /// There may be something new. Any thread, short.
    void ring() {
        if (rings.availablePermits() == 0) rings.release();
    }

    @Override
    public void end() {
        end(new State.Over());
    }

    /// Ends with this as the last message. Any thread, short.
    void refuse(AwsFault fault) {
        end(new State.Refused(fault));
    }

    private void end(State why) {
        state.compareAndSet(GOING, why); // the first reason counts
        ring();
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) subscriptions.over();
    }

    @Override
    public void sendTo(EventStream events) throws IOException {
        try {
            run(events);
        } catch (EventStream.Abandoned e) {
            throw e;
        } catch (IOException e) {
            counted.failedEvent(clock.millis());
            stream(); // a stream that was deleted cannot be read any more
            throw e;
        }
    }

    private void run(EventStream events) throws IOException {
        events.begin();
        boolean due = true; // the first event comes at once, and tells where the client is
        while (true) {
            rings.drainPermits(); // before anything is looked at: what changes from now on rings again
            if (!isGoing()) return;
            // As in GetRecords: first how far may be read, then the shard, so that all of that is its own.
            long stable = log.lastStable();
            var stream = stream();
            shard = stream.shard(key.shard()).orElse(shard);
            long before = next;
            long owed = next < stable ? subscriptions.rates().millisUntilSent(key) : 0;
            if (owed > 0) { // the consumer has had what it may have of the shard for now
                if (due) sendNothing(events, stream, stable);
                due = !await(Math.min(owed, heartbeatMillis())) && owed >= heartbeatMillis();
                continue;
            }
            if (due || next < stable || isAtEnd()) send(events, stream, stable);
            if (isAtEnd()) return;
            due = next == before && isQuiet(stable);
        }
    }

    /// Whether its time is not over.
    ///
    /// @throws AwsFault it ends with this
    private boolean isGoing() {
        return switch (state.get()) {
            case State.Going _ -> millisLeft() > 0;
            case State.Over _ -> false;
            case State.Refused(AwsFault fault) -> throw fault;
        };
    }

    private long millisLeft() {
        return beganMillis + subscriptions.limits().life().toMillis() - clock.millis();
    }

    private Stream stream() {
        return lookup.find(key.stream()).orElseThrow(() -> gone);
    }

    private boolean isAtEnd() {
        return next >= Lookup.endOf(shard);
    }

    /// Waits until more may be read, or somebody rings. Answers whether nobody has until an event was due.
    ///
    /// @throws IOException the partition has failed
    private boolean isQuiet(long stable) throws IOException {
        long millis = Math.min(heartbeatMillis(), millisLeft());
        boolean rung;
        try (var _ = log.watchStable(stable, this::ring)) {
            rung = await(millis);
        }
        // A failed partition rings, and says so here.
        if (rung && state.get() == GOING && log.lastStable() == stable) log.read(next, next, 0);
        return !rung;
    }

    private long heartbeatMillis() {
        return subscriptions.limits().heartbeat().toMillis();
    }

    /// Waits for a ring, no longer than this. Answers whether one came.
    private boolean await(long millis) {
        try {
            return rings.tryAcquire(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the HTTP server stops
            end();
            return true;
        }
    }

    private void send(EventStream events, Stream stream, long stable) throws IOException {
        var answer = records(events);
        var reading = new ShardReading(log, stream, shard, stable, next, USUAL, answer);
        reading.run();
        next = reading.next();
        if (reading.records() == 0 && reading.endsBeforeLargeRecord()) sendLarge(events, stream, stable);
        else send(events, answer, reading, stream);
    }

    private void sendNothing(EventStream events, Stream stream, long stable) throws EventStream.Abandoned {
        var answer = records(events);
        send(events, answer, new ShardReading(log, stream, shard, stable, next, USUAL, answer), stream);
    }

    private static WireWriter records(EventStream events) {
        return events.event(EVENT).startMap().field(Names.RECORDS).startList();
    }

    /// Sends one large record, or an empty event if too many others are being sent.
    private void sendLarge(EventStream events, Stream stream, long stable) throws IOException {
        boolean mayBeSent = subscriptions.takeLarge();
        try {
            var answer = records(events);
            var reading = new ShardReading(log, stream, shard, stable, next, ONE_LARGE, answer);
            if (mayBeSent) reading.run();
            next = reading.next();
            send(events, answer, reading, stream);
        } finally {
            if (mayBeSent) subscriptions.giveLarge();
        }
    }

    /// Finishes an event and sends it. The last one of a shard names its children, and no place to go on from.
    private void send(EventStream events, WireWriter answer, ShardReading reading, Stream stream)
            throws EventStream.Abandoned {
        answer.endList();
        if (isAtEnd()) Description.children(answer, stream, shard.index());
        else
            answer.field(Names.CONTINUATION_SEQUENCE_NUMBER)
                    .text(SequenceNumber.before(shard, next).toString());
        long behind = reading.millisBehind(clock.millis());
        answer.field(Names.MILLIS_BEHIND_LATEST).number(behind).endMap();
        events.send();
        traffic.got(reading.records(), reading.bytes());
        subscriptions.rates().sent(key, reading.bytes());
        usage.fannedOut(stream, reading.bytes());
        counted.sent(clock.millis(), reading.records(), reading.bytes(), behind);
    }
}
