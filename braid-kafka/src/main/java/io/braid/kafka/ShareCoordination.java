package io.braid.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import java.time.InstantSource;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfigProvider;

/// Share groups (KIP-932): many consumers read one partition together, and each record is delivered until one of them
/// has accepted it.
///
/// | class                              | what it is                                                            |
/// |------------------------------------|-----------------------------------------------------------------------|
/// | [ShareCoordination]                | what they have in common                                              |
/// | [ShareHandlers]                    | membership and administration, which the coordinator of groups serves |
/// | [ShareFetchApi], [ShareRead]       | records out, acknowledgements in                                      |
/// | [ShareSessions]                    | what each member reads                                                |
/// | [GroupPartitions], [GroupPartition] | what became of each record, and who has it: Kafka's own              |
/// | [ShareStates], [LocalPersister]    | what is kept of that: Kafka's coordinator over a stream of ours       |
/// | [ShareDeadLetters]                 | where records go that could not be delivered                          |
///
/// What is acknowledged is on disk when that is answered. Who has which record is not kept: after a restart records
/// that were with a member are delivered again, and that delivery was not counted unless an earlier one was.
///
/// Nothing is started before the first member fetches.
final class ShareCoordination implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ShareCoordination.class.getName());

    private sealed interface State {}

    private record Idle() implements State {}

    private record Running(
            ShareSessions sessions, GroupPartitions partitions, ShareDeadLetters letters, ShareGroupConfig defaults)
            implements State {}

    private record Closed() implements State {}

    private final Broker broker;
    private final GroupSettings settings;
    private final GroupConfigApi configs;
    private final ShareStates states;
    private final LocalPersister persister;
    private final Features features;
    private final InstantSource clock;
    private volatile State state = new Idle(); // written under this

    ShareCoordination(
            Broker broker,
            int nodeId,
            GroupSettings settings,
            GroupConfigApi configs,
            Features features,
            InstantSource clock) {
        this.broker = broker;
        this.settings = settings;
        this.configs = configs;
        this.features = features;
        this.clock = clock;
        this.states = new ShareStates(broker, nodeId, settings, features, clock);
        this.persister = new LocalPersister(states);
        broker.onChange((_, after) -> changed(after));
    }

    /// Adds the APIs of share groups to what the listener serves.
    void register(Handlers handlers, GroupCoordination groups) {
        new ShareHandlers(groups, states, features).register(handlers);
        new ShareFetchApi(broker, this, features, clock).register(handlers);
    }

    /// What the coordinator of groups keeps of them goes here.
    LocalPersister persister() {
        return persister;
    }

    ShareSessions sessions() {
        return running().sessions();
    }

    GroupPartitions partitions() {
        return running().partitions();
    }

    GroupConfigManager configs() {
        return configs.manager();
    }

    /// How long a record stays with a member of a group.
    int lockMillis(String group) {
        return new ShareGroupConfigProvider(configs())
                .recordLockDurationMsOrDefault(group, running().defaults().shareGroupRecordLockDurationMs());
    }

    /// @throws CoordinatorNotAvailableException the server is being closed
    private Running running() {
        return state instanceof Running running ? running : start();
    }

    private synchronized Running start() {
        return switch (state) {
            case Running running -> running;
            case Closed _ -> throw new CoordinatorNotAvailableException("the server is being closed");
            case Idle _ -> {
                var defaults = settings.shares();
                var letters = new ShareDeadLetters(broker, configs.manager(), settings.kafka(), clock);
                var running = new Running(
                        new ShareSessions(defaults.shareGroupMaxShareSessions()),
                        new GroupPartitions(
                                broker, defaults, configs.manager(), persister, letters, features::keepsDeadLetters),
                        letters,
                        defaults);
                state = running;
                yield running;
            }
        };
    }

    /// Ends a member's session: what it has goes back to its group. It is not waited for.
    void leave(ShareSessions.Key key) {
        if (!(state instanceof Running running)) return;
        for (var part : running.sessions().end(key)) {
            running.partitions()
                    .known(key.group(), part)
                    .ifPresent(partition -> partition.release(key.member()).whenComplete((_, failure) -> {
                        if (failure != null)
                            LOG.log(
                                    WARNING,
                                    "share group " + key.group() + ": what member " + key.member()
                                            + " had is delivered again when its time is up",
                                    failure);
                    }));
        }
        if (!running.sessions().has(key.group())) running.partitions().forget(key.group());
    }

    /// A connection has ended, and with it the sessions that came over it.
    void disconnected(String connection) {
        if (state instanceof Running running) running.sessions().of(connection).forEach(this::leave);
    }

    private void changed(Catalog after) {
        if (!(state instanceof Running running)) return;
        running.partitions().changed(after);
        if (!features.servesShareGroups()) turnedOff(running);
    }

    /// Members will not come again. What they have is not accepted, so who reads when share groups are turned on
    /// again gets it: from what is kept, as after a restart.
    private static void turnedOff(Running running) {
        running.sessions().endAll();
        running.partitions().forgetAll();
    }

    @Override
    public synchronized void close() {
        var last = state;
        state = new Closed();
        switch (last) {
            case Running running -> {
                running.partitions().close();
                running.letters().stop();
            }
            case Idle _, Closed _ -> {
                // Nothing was started.
            }
        }
        states.close();
    }
}
