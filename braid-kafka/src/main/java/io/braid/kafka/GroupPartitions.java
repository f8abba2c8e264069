package io.braid.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import io.braid.broker.Partition;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import kafka.server.share.SharePartitions;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetNotAvailableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfigProvider;
import org.apache.kafka.server.partition.PartitionListener;
import org.apache.kafka.server.share.PartitionMetadataProvider;
import org.apache.kafka.server.share.dlq.ShareGroupDLQManager;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.server.util.timer.SystemTimer;
import org.apache.kafka.server.util.timer.SystemTimerReaper;
import org.apache.kafka.server.util.timer.Timer;
import org.apache.kafka.storage.internals.log.LogOffsetMetadata;

/// The partitions that share groups read now. One comes when a member first reads it, and goes when its group has no
/// session any more, its topic is deleted, or what is kept of it was changed by somebody else; whoever reads it next
/// begins with what is kept.
///
/// Threads: a timer and its reaper, which end the time for which records are with a member.
final class GroupPartitions implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(GroupPartitions.class.getName());

    private final Broker broker;
    private final SharePartitions.Surroundings around;
    private final Timer timer = new SystemTimerReaper("share-lock-timer-reaper", new SystemTimer("share-lock-timer"));
    private final Map<Key, GroupPartition> partitions = new ConcurrentHashMap<>(); // sessions bound it

    private record Key(String group, ShareSessions.Part part) {}

    GroupPartitions(
            Broker broker,
            ShareGroupConfig defaults,
            GroupConfigManager configs,
            Persister persister,
            ShareGroupDLQManager unwanted,
            BooleanSupplier keepsUnwanted) {
        this.broker = broker;
        around = new SharePartitions.Surroundings(
                defaults,
                new ShareGroupConfigProvider(configs),
                timer,
                persister,
                new Logs(broker),
                unwanted,
                keepsUnwanted);
    }

    /// The partition as the group reads it, made if nobody has read it yet.
    GroupPartition of(String group, Partition partition) {
        var stream = partition.stream();
        var part = new ShareSessions.Part(Ids.of(stream.id()), partition.index());
        return partitions.computeIfAbsent(
                new Key(group, part),
                _ -> new GroupPartition(
                        partition,
                        news -> SharePartitions.create(
                                group,
                                new TopicIdPartition(
                                        part.topic(), new TopicPartition(stream.name(), partition.index())),
                                partition.log().leaderEpoch(),
                                around,
                                news)));
    }

    /// The same; empty if nobody has read it yet.
    Optional<GroupPartition> known(String group, ShareSessions.Part part) {
        return Optional.ofNullable(partitions.get(new Key(group, part)));
    }

    /// Begins again with what is kept of it, when it is read next.
    void forget(String group, ShareSessions.Part part, GroupPartition failed) {
        if (partitions.remove(new Key(group, part), failed)) failed.close();
    }

    /// Nobody reads in this group any more.
    void forget(String group) {
        for (var entry : partitions.entrySet())
            if (entry.getKey().group().equals(group))
                forget(group, entry.getKey().part(), entry.getValue());
    }

    /// Nobody reads in any group any more.
    void forgetAll() {
        partitions.forEach((key, partition) -> forget(key.group(), key.part(), partition));
    }

    /// Forgets what is deleted.
    void changed(Catalog after) {
        for (var entry : partitions.entrySet()) {
            var part = entry.getKey().part();
            if (after.stream(Ids.of(part.topic())).isEmpty())
                forget(entry.getKey().group(), part, entry.getValue());
        }
    }

    @Override
    public void close() {
        partitions.values().forEach(GroupPartition::close);
        try {
            timer.close();
        } catch (Exception e) {
            LOG.log(WARNING, "the timer of share groups did not close", e);
        }
    }

    /// Where partitions begin and end, in the words Kafka asks in. What it does not know is an exception, as there.
    private record Logs(Broker broker) implements PartitionMetadataProvider {
        @Override
        public long offsetForEarliestTimestamp(TopicIdPartition partition, int leaderEpoch) {
            return of(partition).log().start();
        }

        @Override
        public long offsetForLatestTimestamp(TopicIdPartition partition, int leaderEpoch) {
            return of(partition).log().end();
        }

        @Override
        public long offsetForTimestamp(TopicIdPartition partition, long timestamp, int leaderEpoch) {
            var found = of(partition);
            try {
                return broker.offsetAt(found, timestamp, found.log().start())
                        .map(Broker.TimedOffset::offset)
                        .orElseGet(() -> found.log().end());
            } catch (IOException e) {
                throw new OffsetNotAvailableException("%s: the records of time %d cannot be looked for: %s"
                        .formatted(partition, timestamp, e.getMessage()));
            }
        }

        @Override
        public LogOffsetMetadata endOffsetMetadata(TopicIdPartition partition, FetchIsolation isolation) {
            var log = of(partition).log();
            return new LogOffsetMetadata(
                    switch (isolation) {
                        case TXN_COMMITTED -> log.lastStable();
                        case HIGH_WATERMARK, LOG_END -> log.end();
                    });
        }

        @Override
        public int leaderEpoch(TopicIdPartition partition) {
            return of(partition).log().leaderEpoch();
        }

        /// There are no other leaders to become; deletions are seen in the catalog.
        @Override
        public boolean addPartitionListener(TopicIdPartition partition, PartitionListener listener) {
            return true;
        }

        @Override
        public void removePartitionListener(TopicIdPartition partition, PartitionListener listener) {}

        private Partition of(TopicIdPartition partition) {
            return broker.partition(Ids.of(partition.topicId()), partition.partition())
                    .orElseThrow(() -> new UnknownTopicOrPartitionException("there is no partition " + partition));
        }
    }
}
