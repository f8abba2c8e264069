package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import io.braid.broker.Stream;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;

/// The life of a coordinator that is started when it is first needed, follows the catalog from then on, and is closed
/// with the server. Any thread.
///
///     idle ──first need──► starting ──► running ──close──► closed
///
/// A start that was cut short is taken up by the next one, with what it has made.
final class CoordinatorLife<S extends CoordinatorLife.Service> implements AutoCloseable {
    /// How long the first need waits for the state to be loaded.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// A coordinator, put together. Told one thing after the other.
    interface Service {
        /// All streams that are [topics][InternalTopics#shown], before [#load] and at each change of the catalog.
        void follow(Collection<Stream> streams);

        /// Begins to load what an earlier life has left.
        void load();

        /// Waits until all is loaded, or cannot be, but not longer than `patience`.
        void awaitLoaded(Duration patience) throws InterruptedException;

        void close();
    }

    private sealed interface State {}

    private record Idle() implements State {}

    /// Follows the catalog, but is not asked anything yet.
    private record Starting(Service service) implements State {}

    private record Running(Service service) implements State {}

    private record Closed() implements State {}

    private final Broker broker;
    private final Supplier<S> making;
    private volatile State state = new Idle(); // written under this
    private boolean listening; // guarded by this

    /// @param making makes the coordinator, once unless it throws
    CoordinatorLife(Broker broker, Supplier<S> making) {
        this.broker = broker;
        this.making = making;
    }

    /// The coordinator, started if nobody has needed it before.
    ///
    /// @throws CoordinatorNotAvailableException it cannot be started now, or the server is being closed
    S service() throws InterruptedException {
        var running = ifRunning();
        return running.isPresent() ? running.get() : start();
    }

    /// The coordinator, if it has been started. Does not wait.
    Optional<S> ifRunning() {
        return state instanceof Running(var service) ? Optional.of(own(service)) : Optional.empty();
    }

    @SuppressWarnings("unchecked") // only what `making` made is ever put into a state
    private S own(Service service) {
        return (S) service;
    }

    private synchronized S start() throws InterruptedException {
        return switch (state) {
            case Running(var service) -> own(service);
            case Closed _ -> throw new CoordinatorNotAvailableException("the server is being closed");
            case Idle _ -> run(making.get());
            case Starting(var service) -> run(own(service));
        };
    }

    /// The catalog comes before everything else: without it, members of a group would be told to read nothing.
    private S run(S service) throws InterruptedException {
        state = new Starting(service);
        if (!listening) broker.onChange((_, after) -> changed(after));
        listening = true;
        service.follow(InternalTopics.shown(broker.catalog()));
        service.load();
        state = new Running(service);
        service.awaitLoaded(PATIENCE);
        return service;
    }

    private void changed(Catalog after) {
        switch (state) {
            case Starting(var service) -> service.follow(InternalTopics.shown(after));
            case Running(var service) -> service.follow(InternalTopics.shown(after));
            case Idle _, Closed _ -> {
                // Nobody remembers anything of the catalog yet, or will be asked any more.
            }
        }
    }

    @Override
    public void close() {
        switch (end()) { // not under this: who waits for it may be waited for
            case Starting(var service) -> service.close();
            case Running(var service) -> service.close();
            case Idle _, Closed _ -> {
                // Nothing was started.
            }
        }
    }

    private synchronized State end() {
        var last = state;
        state = new Closed();
        return last;
    }
}
