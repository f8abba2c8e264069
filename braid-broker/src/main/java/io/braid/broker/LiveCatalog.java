package io.braid.broker;

import io.braid.broker.CatalogOutcome.Unknown;
import io.braid.log.Log;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;

/// What exists now, and the one way to something else: a change is written, then shown, then told of. Any thread may
/// look at any time; who changes is alone from [#alone] on, until it returns.
///
///     look      ──► view ──► catalog, partitions               one volatile read
///     alone     ──► write ──► show ──► tell the listeners      on disk before anybody sees it
final class LiveCatalog implements AutoCloseable {
    /// A change takes milliseconds, unless the disk is full or hangs.
    private static final int CLOSE_SECONDS_MAX = 5;

    private final Log log;
    private final CatalogLog changes; // under `changing`
    private final BiFunction<CatalogState, Stream, BatchRules> batchRules;
    private final List<Broker.CatalogListener> listeners = new CopyOnWriteArrayList<>(); // one for each front
    private final ReentrantLock changing = new ReentrantLock(); // guards the making of a change, not the looking
    private volatile View view; // written under `changing`
    private volatile boolean closed;

    /// @param batchRules those of a stream by its settings and the server's
    LiveCatalog(Log log, Opening opened, BiFunction<CatalogState, Stream, BatchRules> batchRules) {
        this.log = log;
        this.batchRules = batchRules;
        changes = opened.changes();
        view = View.of(opened.state(), log, rules(opened.state()));
    }

    View view() {
        return view;
    }

    CatalogState state() {
        return view.state();
    }

    Catalog catalog() {
        return view.catalog();
    }

    /// How many changes have led to what exists now.
    long changes() {
        return changes.end();
    }

    /// Of every change from now on, after it is durable and visible.
    void onChange(Broker.CatalogListener listener) {
        listeners.add(listener);
    }

    /// What somebody does who may change what exists.
    interface Act<T> {
        T take() throws IOException;
    }

    /// Does `act` while nobody else changes anything.
    <T> T alone(Act<T> act) throws IOException {
        changing.lock();
        try {
            return act.take();
        } finally {
            changing.unlock();
        }
    }

    /// An act without an answer.
    interface Step {
        void take() throws IOException;
    }

    void alone(Step step) throws IOException {
        changing.lock();
        try {
            step.take();
        } finally {
            changing.unlock();
        }
    }

    /// Does `act` alone, and makes a failure of the storage an outcome.
    CatalogOutcome outcome(Act<CatalogOutcome> act) {
        try {
            return alone(act);
        } catch (IOException e) {
            return new Unknown(e);
        }
    }

    /// Makes a change that is not about a stream. Inside [#alone].
    void publish(CatalogChange change) throws IOException {
        var after = view.state().after(change);
        write(change);
        view = new View(after, view.doors());
    }

    /// Makes a change to what counts for all streams, of which nobody is told yet. Inside [#alone].
    void publishForAll(CatalogChange change) throws IOException {
        var after = view.state().after(change);
        write(change);
        view = view.after(after, log, rules(after));
    }

    private Function<Stream, BatchRules> rules(CatalogState state) {
        return stream -> batchRules.apply(state, stream);
    }

    /// Makes a change to the stream `id`, of which nobody is told yet. Inside [#alone].
    void publish(CatalogChange change, UUID id) throws IOException {
        var after = view.state().after(change); // a change that does not fit fails before it is written
        write(change);
        view = view.after(after, id, log, rules(after));
    }

    /// Makes a change that leaves the stream `id` in the catalog, and tells of it. Inside [#alone].
    ///
    /// @return the stream as it is now
    Stream commit(CatalogChange change, UUID id) throws IOException {
        var before = catalog();
        publish(change, id);
        tell(before);
        return catalog().stream(id).orElseThrow();
    }

    /// Tells the listeners that it is not as before any more. Inside [#alone], so that they hear of one after the
    /// other.
    void tell(Catalog before) {
        var after = catalog();
        for (var listener : listeners) listener.changed(before, after);
    }

    private void write(CatalogChange change) throws IOException {
        if (closed) throw new IOException("the server is stopping: the catalog takes no more changes");
        changes.append(change);
    }

    /// Lets the change that is being made end, for a moment; every later one fails.
    @Override
    public void close() {
        closed = true;
        try {
            if (changing.tryLock(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) changing.unlock();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
