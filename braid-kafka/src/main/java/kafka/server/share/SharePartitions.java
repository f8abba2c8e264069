package kafka.server.share;

import java.util.function.BooleanSupplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfigProvider;
import org.apache.kafka.server.share.PartitionMetadataProvider;
import org.apache.kafka.server.share.dlq.ShareGroupDLQManager;
import org.apache.kafka.server.share.persister.Persister;
import org.apache.kafka.server.util.timer.Timer;

/// What Kafka's `SharePartition` shows to its own package only.
public final class SharePartitions {
    private SharePartitions() {}

    /// What all of them need.
    ///
    /// @param defaults  what counts where a group has no setting of its own
    /// @param configs   what groups have set
    /// @param timer     ends the time for which records are with a member
    /// @param persister keeps what must survive
    /// @param logs      where partitions begin and end
    /// @param unwanted  takes what could not be delivered
    /// @param keepsUnwanted whether anything is given to that
    public record Surroundings(
            ShareGroupConfig defaults,
            ShareGroupConfigProvider configs,
            Timer timer,
            Persister persister,
            PartitionMetadataProvider logs,
            ShareGroupDLQManager unwanted,
            BooleanSupplier keepsUnwanted) {}

    /// One that knows nothing yet: to be initialised.
    ///
    /// @param news run, on any thread, when there may be records to acquire that were not there before
    public static SharePartition create(
            String group, TopicIdPartition partition, int leaderEpoch, Surroundings around, Runnable news) {
        return new SharePartition(
                group,
                partition,
                leaderEpoch,
                around.defaults().shareGroupPartitionMaxRecordLocks(),
                around.defaults().shareGroupDeliveryCountLimit(),
                around.defaults().shareGroupRecordLockDurationMs(),
                around.timer(),
                Time.SYSTEM,
                around.persister(),
                around.logs(),
                _ -> news.run(),
                around.configs(),
                null, // its listener, which it keeps for others and does not use itself
                around.keepsUnwanted()::getAsBoolean,
                around.unwanted());
    }

    /// Whether fewer records are under way than may be.
    public static boolean canAcquire(SharePartition partition) {
        return partition.canAcquireRecords();
    }

    /// The log begins later now.
    public static void begin(SharePartition partition, long logStart) {
        partition.updateCacheAndOffsets(logStart);
    }

    /// Nobody asks it any more: what it does later of itself changes nothing.
    public static void fence(SharePartition partition) {
        partition.markFenced();
        partition.close();
    }
}
