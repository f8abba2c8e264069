package io.braid.kafka;

import io.braid.kafka.KafkaListener.CoordinatorSetting;
import java.util.List;

/// What may be set about consumer groups. A table of our own, so that a server can know its settings without
/// loading Kafka's coordinator; a test holds it against Kafka's own definitions.
final class GroupSettingTable {
    static final List<CoordinatorSetting> ROWS = List.of(
            new CoordinatorSetting(
                    "group.consumer.assignment.interval.ms",
                    "number",
                    "1000",
                    "How long the server waits at least between two new assignments of one consumer group."),
            new CoordinatorSetting(
                    "group.consumer.assignor.offload.enable",
                    "true or false",
                    "true",
                    "Whether assignments of consumer groups are computed on a background thread."),
            new CoordinatorSetting(
                    "group.consumer.assignors",
                    "list",
                    "uniform,range",
                    "The assignors members may ask for; the first is used when they ask for none."),
            new CoordinatorSetting(
                    "group.consumer.heartbeat.interval.ms",
                    "number",
                    "5000",
                    "How often members of consumer groups are told to send heartbeats."),
            new CoordinatorSetting(
                    "group.consumer.max.assignment.interval.ms",
                    "number",
                    "15000",
                    "The most that a group may set for its assignment interval."),
            new CoordinatorSetting(
                    "group.consumer.max.heartbeat.interval.ms",
                    "number",
                    "15000",
                    "The most that a group may set for its heartbeat interval."),
            new CoordinatorSetting(
                    "group.consumer.max.session.timeout.ms",
                    "number",
                    "60000",
                    "The most that a group may set for its session timeout."),
            new CoordinatorSetting(
                    "group.consumer.max.size", "number", "2147483647", "How many members a consumer group may have."),
            new CoordinatorSetting(
                    "group.consumer.migration.policy",
                    "text",
                    "bidirectional",
                    "Which groups with members may change protocol: upgrade, downgrade, bidirectional or disabled."),
            new CoordinatorSetting(
                    "group.consumer.min.assignment.interval.ms",
                    "number",
                    "0",
                    "The least that a group may set for its assignment interval."),
            new CoordinatorSetting(
                    "group.consumer.min.heartbeat.interval.ms",
                    "number",
                    "5000",
                    "The least that a group may set for its heartbeat interval."),
            new CoordinatorSetting(
                    "group.consumer.min.session.timeout.ms",
                    "number",
                    "45000",
                    "The least that a group may set for its session timeout."),
            new CoordinatorSetting(
                    "group.consumer.regex.refresh.interval.ms",
                    "number",
                    "600000",
                    "How often subscriptions by pattern are matched again although no topic changed."),
            new CoordinatorSetting(
                    "group.consumer.session.timeout.ms",
                    "number",
                    "45000",
                    "A member of a consumer group that is not heard of for this long has left."),
            new CoordinatorSetting(
                    "group.coordinator.append.linger.ms",
                    "number",
                    "-1",
                    "How long changes of groups wait for more to be written with them; -1 decides by the load."),
            new CoordinatorSetting(
                    "group.coordinator.background.threads",
                    "number",
                    "1",
                    "Threads for patterns and big assignments, started when needed."),
            new CoordinatorSetting(
                    "group.coordinator.cached.buffer.max.bytes",
                    "number",
                    "1048588",
                    "The largest buffer that is kept for the next write."),
            new CoordinatorSetting(
                    "group.coordinator.rebalance.protocols",
                    "list",
                    "classic,consumer,streams",
                    "The protocols that groups may speak; without consumer or streams those groups are refused."),
            new CoordinatorSetting(
                    "group.coordinator.threads",
                    "number",
                    "2",
                    "Threads that serve groups; they never wait for a disk."),
            new CoordinatorSetting(
                    "group.initial.rebalance.delay.ms",
                    "number",
                    "100",
                    "How long a new classic group waits for more members before its first assignment."),
            new CoordinatorSetting(
                    "group.max.session.timeout.ms",
                    "number",
                    "1800000",
                    "The longest session timeout a member of a classic group may ask for."),
            new CoordinatorSetting(
                    "group.max.size", "number", "2147483647", "How many members a classic group may have."),
            new CoordinatorSetting(
                    "group.min.session.timeout.ms",
                    "number",
                    "6000",
                    "The shortest session timeout a member of a classic group may ask for."),
            new CoordinatorSetting(
                    "group.streams.acceptable.recovery.lag",
                    "number",
                    "10000",
                    "How many offsets an instance may lag behind and still count as caught up."),
            new CoordinatorSetting(
                    "group.streams.assignment.interval.ms",
                    "number",
                    "1000",
                    "How long the server waits at least between two new assignments of one streams group."),
            new CoordinatorSetting(
                    "group.streams.assignor.offload.enable",
                    "true or false",
                    "true",
                    "Whether assignments of streams groups are computed on a background thread."),
            new CoordinatorSetting(
                    "group.streams.assignors",
                    "list",
                    "sticky",
                    "The assignors a streams group may ask for; the first is used when it asks for none."),
            new CoordinatorSetting(
                    "group.streams.heartbeat.interval.ms",
                    "number",
                    "5000",
                    "How often members of streams groups are told to send heartbeats."),
            new CoordinatorSetting(
                    "group.streams.initial.rebalance.delay.ms",
                    "number",
                    "100",
                    "How long a new streams group waits for more members before its first assignment."),
            new CoordinatorSetting(
                    "group.streams.max.assignment.interval.ms",
                    "number",
                    "15000",
                    "The most that a streams group may set for its assignment interval."),
            new CoordinatorSetting(
                    "group.streams.max.heartbeat.interval.ms",
                    "number",
                    "15000",
                    "The most that a streams group may set for its heartbeat interval."),
            new CoordinatorSetting(
                    "group.streams.max.session.timeout.ms",
                    "number",
                    "60000",
                    "The most that a streams group may set for its session timeout."),
            new CoordinatorSetting(
                    "group.streams.max.size", "number", "2147483647", "How many members a streams group may have."),
            new CoordinatorSetting(
                    "group.streams.max.standby.replicas",
                    "number",
                    "2",
                    "The most that a streams group may set for its standby replicas."),
            new CoordinatorSetting(
                    "group.streams.max.warmup.replicas",
                    "number",
                    "20",
                    "The most that a streams group may set for its warm-up replicas."),
            new CoordinatorSetting(
                    "group.streams.min.assignment.interval.ms",
                    "number",
                    "0",
                    "The least that a streams group may set for its assignment interval."),
            new CoordinatorSetting(
                    "group.streams.min.heartbeat.interval.ms",
                    "number",
                    "5000",
                    "The least that a streams group may set for its heartbeat interval."),
            new CoordinatorSetting(
                    "group.streams.min.session.timeout.ms",
                    "number",
                    "45000",
                    "The least that a streams group may set for its session timeout."),
            new CoordinatorSetting(
                    "group.streams.min.task.offset.interval.ms",
                    "number",
                    "15000",
                    "The least that a streams group may set for its interval of task offsets."),
            new CoordinatorSetting(
                    "group.streams.num.standby.replicas",
                    "number",
                    "0",
                    "How many standby replicas each task of a streams group has."),
            new CoordinatorSetting(
                    "group.streams.num.warmup.replicas",
                    "number",
                    "2",
                    "How many replicas of tasks may warm up at once in a streams group."),
            new CoordinatorSetting(
                    "group.streams.rack.aware.assignment.tags",
                    "list",
                    "",
                    "The tags of clients over which standby replicas are spread."),
            new CoordinatorSetting(
                    "group.streams.session.timeout.ms",
                    "number",
                    "45000",
                    "A member of a streams group that is not heard of for this long has left."),
            new CoordinatorSetting(
                    "group.streams.task.offset.interval.ms",
                    "number",
                    "60000",
                    "How often members of streams groups tell how far their warm-up tasks have got."),
            new CoordinatorSetting(
                    "offset.metadata.max.bytes",
                    "number",
                    "4096",
                    "The longest note that may be committed with an offset."),
            new CoordinatorSetting(
                    "offsets.commit.timeout.ms",
                    "number",
                    "5000",
                    "How long a change of a group may wait for the disk before the client is told to try again."),
            new CoordinatorSetting(
                    "offsets.load.buffer.size",
                    "number",
                    "5242880",
                    "How many bytes are read at once when groups are loaded."),
            new CoordinatorSetting(
                    "offsets.retention.check.interval.ms",
                    "number",
                    "600000",
                    "How often offsets that are too old are looked for."),
            new CoordinatorSetting(
                    "offsets.retention.minutes",
                    "number",
                    "10080",
                    "Offsets of a group without members are forgotten after this many minutes."),
            new CoordinatorSetting(
                    "offsets.topic.compression.codec",
                    "number",
                    "0",
                    "How the groups' stream is compressed: 0 not at all, 1 gzip, 2 snappy, 3 lz4, 4 zstd."),
            new CoordinatorSetting(
                    "offsets.topic.num.partitions",
                    "number",
                    "16",
                    "Partitions of the groups' stream; counts when it is created, later changes nothing."),
            new CoordinatorSetting("offsets.topic.replication.factor", "number", "1", "1, as there is one node."),
            new CoordinatorSetting(
                    "offsets.topic.segment.bytes",
                    "number",
                    "104857600",
                    "The size of the groups' stream's segments; counts when it is created."));

    private GroupSettingTable() {}
}
