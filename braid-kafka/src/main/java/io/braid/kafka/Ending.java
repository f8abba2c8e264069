package io.braid.kafka;

import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/// A transaction that is decided, which is on disk, and has to be ended in its partitions.
///
/// @param id         transactional id
/// @param producer   whose epoch the ends get
/// @param isNewEpoch whether that is above the epoch of the transaction's records (KIP-890)
/// @param partitions where it may have records
record Ending(String id, Producer producer, boolean isCommit, boolean isNewEpoch, Set<TopicPartition> partitions) {
    Ending {
        partitions = Set.copyOf(partitions);
    }

    Ending in(Set<TopicPartition> some) {
        return new Ending(id, producer, isCommit, isNewEpoch, some);
    }

    EndOfTransaction end(int coordinatorEpoch) {
        return new EndOfTransaction(producer.id(), producer.epoch(), isCommit, isNewEpoch, coordinatorEpoch);
    }
}
