package io.braid.kafka;

import io.braid.broker.Catalog;
import io.braid.broker.NewStream;
import io.braid.broker.Stream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.internals.Topic;

/// The streams that coordinators keep their state in, where a client asks for one by its name: Kafka lets
/// administrators create them before they are needed, to choose the number of their partitions. They are the server's
/// own from then on.
final class InternalTopics {
    private final CoordinatorSettings settings;

    InternalTopics(KafkaListener.Config config) {
        settings = CoordinatorSettings.of(config.coordinators());
    }

    /// What is shown to who asks for all topics: not the streams in which the server keeps what a Kafka has none for,
    /// such as usage and metrics. Who asks for one of those by its name finds it.
    static List<Stream> shown(Catalog catalog) {
        return catalog.streams().stream()
                .filter(stream -> stream.kind() == Stream.Kind.USER || Topic.isInternal(stream.name()))
                .toList();
    }

    /// @param partitions 0 for what the coordinator is set to
    /// @param asked      settings of the topic that differ from the coordinator's
    /// @return nothing if no coordinator has a stream of this name
    Optional<NewStream> named(String name, int partitions, Map<String, String> asked) {
        return standard(name).map(stream -> {
            var all = new HashMap<>(stream.settings());
            all.putAll(asked);
            return new NewStream(
                    name, stream.kind(), stream.mode(), partitions == 0 ? stream.partitions() : partitions, all);
        });
    }

    private Optional<NewStream> standard(String name) {
        return switch (name) {
            case Topic.GROUP_METADATA_TOPIC_NAME -> {
                var groups = settings.groups().kafka();
                yield Optional.of(StateStream.asked(
                        name,
                        GroupCoordination.CODEC,
                        groups.offsetsTopicPartitions(),
                        groups.offsetsTopicSegmentBytes()));
            }
            case Topic.TRANSACTION_STATE_TOPIC_NAME -> {
                var transactions = settings.transactions().values();
                yield Optional.of(StateStream.asked(
                        name, TransactionCoordination.CODEC, transactions.partitions(), transactions.segmentBytes()));
            }
            default -> Optional.empty();
        };
    }
}
