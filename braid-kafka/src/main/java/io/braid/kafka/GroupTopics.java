package io.braid.kafka;

import io.braid.broker.Stream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;

/// The catalog in the words Kafka's coordinator knows it by: a metadata image of topics and their partitions,
/// of the levels of features, and the step from each image to the next. Brokers, racks and leaders are left out: the
/// coordinator was seen to need none of them.
///
/// A step that deletes a topic makes the coordinator delete the offsets committed for it, and blocks its
/// caller until that is on disk or has timed out (`offsets.commit.timeout.ms`). So steps are taken on the
/// thread that changes the catalog, never on one that the log's answers need.
final class GroupTopics {
    /// A topic as a committed offset names it.
    record Topic(String name, Uuid id) {}

    private static final int ANY_NODE = 0; // leaders are left out, and each partition must have one

    private final BiConsumer<MetadataDelta, MetadataImage> coordinator;
    private final Supplier<Map<String, Short>> levels;
    private final InstantSource clock;
    private MetadataImage image = MetadataImage.EMPTY; // guarded by this
    private long version; // guarded by this

    /// @param levels of all features, as they are now
    GroupTopics(
            BiConsumer<MetadataDelta, MetadataImage> coordinator,
            Supplier<Map<String, Short>> levels,
            InstantSource clock) {
        this.coordinator = coordinator;
        this.levels = levels;
        this.clock = clock;
    }

    /// Takes the coordinator to these streams, which are all there are, and to the levels that features have now.
    synchronized void follow(Collection<Stream> streams) {
        var ids = streams.stream().map(stream -> Ids.of(stream.id())).collect(Collectors.toSet());
        var delta = new MetadataDelta.Builder().setImage(image).build();
        image.topics().topicsById().keySet().stream()
                .filter(id -> !ids.contains(id))
                .toList()
                .forEach(id -> delta.replay(new RemoveTopicRecord().setTopicId(id)));
        levels.get().forEach((name, level) -> finalise(delta, name, level));
        streams.forEach(stream -> grow(delta, stream));
        image = step(delta);
        coordinator.accept(delta, image);
    }

    /// Makes the coordinator delete what was committed for those of these topics that are not in the catalog:
    /// they were deleted while nobody was there to follow.
    synchronized void forget(Collection<Topic> committed) {
        for (var round : rounds(committed)) {
            var gone = new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();
            round.forEach((name, id) -> create(gone, name, id));
            var delta = new MetadataDelta.Builder().setImage(step(gone)).build();
            round.values().forEach(id -> delta.replay(new RemoveTopicRecord().setTopicId(id)));
            coordinator.accept(delta, image);
        }
    }

    /// The missing topics in as few rounds as let no name occur twice in one.
    private List<Map<String, Uuid>> rounds(Collection<Topic> committed) {
        var rounds = new ArrayList<Map<String, Uuid>>();
        for (var topic : committed) {
            if (image.topics().getTopic(topic.id()) != null) continue;
            rounds.stream()
                    .filter(round -> !round.containsKey(topic.name()))
                    .findFirst()
                    .orElseGet(() -> {
                        var round = new HashMap<String, Uuid>();
                        rounds.add(round);
                        return round;
                    })
                    .put(topic.name(), topic.id());
        }
        return rounds;
    }

    /// An image does not name what is turned off.
    private static void finalise(MetadataDelta delta, String feature, short level) {
        short known = delta.image().features().finalizedVersions().getOrDefault(feature, (short) 0);
        if (level != known)
            delta.replay(new FeatureLevelRecord().setName(feature).setFeatureLevel(level));
    }

    private static void grow(MetadataDelta delta, Stream stream) {
        var id = Ids.of(stream.id());
        var known = delta.image().topics().getTopic(id);
        if (known == null) create(delta, stream.name(), id);
        int from = known == null ? 0 : known.partitions().size();
        for (int partition = from; partition < stream.partitions(); partition++)
            delta.replay(new PartitionRecord()
                    .setTopicId(id)
                    .setPartitionId(partition)
                    .setLeader(ANY_NODE)
                    .setReplicas(List.of(ANY_NODE))
                    .setIsr(List.of(ANY_NODE)));
    }

    private static void create(MetadataDelta delta, String name, Uuid id) {
        delta.replay(new TopicRecord().setName(name).setTopicId(id));
    }

    private MetadataImage step(MetadataDelta delta) {
        return delta.apply(new MetadataProvenance(++version, 0, clock.millis(), true));
    }
}
