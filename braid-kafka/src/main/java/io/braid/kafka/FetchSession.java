package io.braid.kafka;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ForgottenTopic;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/// What one consumer fetches from, remembered so that its requests name only what changes, and the responses
/// only partitions with news (KIP-227). Any thread; its methods hold its lock and are short.
final class FetchSession {
    /// A partition as requests name it: by the topic's id from version 13 on, by its name before.
    record Key(Uuid topicId, String topic, int partition) {}

    /// One partition of the session: what to fetch, and what the consumer was told last.
    static final class Wanted {
        private final Key key;
        private FetchPartition asked;
        private long toldHighWatermark = -1;
        private long toldLogStart = -1;

        Wanted(Key key, FetchPartition asked) {
            this.key = key;
            this.asked = asked;
        }

        Key key() {
            return key;
        }

        FetchPartition asked() {
            return asked;
        }

        /// Whether the consumer does not know this yet; from now on it does.
        private boolean isNews(PartitionData found) {
            boolean news = found.records().sizeInBytes() > 0
                    || found.errorCode() != Errors.NONE.code()
                    || found.divergingEpoch().epoch() >= 0
                    || found.highWatermark() != toldHighWatermark
                    || found.logStartOffset() != toldLogStart;
            // after an error, whatever comes next is news
            toldHighWatermark = found.errorCode() == Errors.NONE.code() ? found.highWatermark() : -1;
            toldLogStart = found.logStartOffset();
            return news;
        }
    }

    private final int id;
    private final boolean byTopicId;
    private final SequencedMap<Key, Wanted> wanted = new LinkedHashMap<>();
    private int nextEpoch = FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);

    FetchSession(int id, boolean byTopicId, List<Wanted> wanted) {
        this.id = id;
        this.byTopicId = byTopicId;
        for (var partition : wanted) this.wanted.put(partition.key(), partition);
    }

    int id() {
        return id;
    }

    boolean isByTopicId() {
        return byTopicId;
    }

    /// Takes up one request's changes if it is the next one.
    synchronized boolean advance(int epoch, List<FetchTopic> topics, List<ForgottenTopic> forgotten) {
        if (epoch != nextEpoch) return false;
        nextEpoch = FetchMetadata.nextEpoch(nextEpoch);
        for (var topic : forgotten) {
            for (int partition : topic.partitions()) wanted.remove(new Key(topic.topicId(), topic.topic(), partition));
        }
        for (var asked : wanted(topics)) {
            var known = wanted.putIfAbsent(asked.key(), asked);
            if (known != null) known.asked = asked.asked;
        }
        return true;
    }

    /// What to fetch, in order.
    synchronized List<Wanted> wanted() {
        return List.copyOf(wanted.values());
    }

    /// Whether a partition's result goes into the response. What had records goes to the end of the line, so
    /// that no partition starves another.
    synchronized boolean tell(Wanted partition, PartitionData found) {
        if (found.records().sizeInBytes() > 0 && wanted.remove(partition.key(), partition))
            wanted.putLast(partition.key(), partition);
        return partition.isNews(found);
    }

    /// The partitions a request names.
    static List<Wanted> wanted(List<FetchTopic> topics) {
        var wanted = new ArrayList<Wanted>();
        for (var topic : topics) {
            for (var partition : topic.partitions())
                wanted.add(new Wanted(new Key(topic.topicId(), topic.topic(), partition.partition()), partition));
        }
        return wanted;
    }
}
