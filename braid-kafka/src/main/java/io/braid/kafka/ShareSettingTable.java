package io.braid.kafka;

import io.braid.kafka.KafkaListener.CoordinatorSetting;
import java.util.List;

/// What may be set about share groups, as [GroupSettingTable] is for other groups.
final class ShareSettingTable {
    static final List<CoordinatorSetting> ROWS = List.of(
            new CoordinatorSetting(
                    "errors.deadletterqueue.auto.create.topics.enable",
                    "true or false",
                    "false",
                    "Whether topics for records that a share group cannot deliver are created when needed."),
            new CoordinatorSetting(
                    "errors.deadletterqueue.topic.name.prefix",
                    "text",
                    "dlq.",
                    "How the names of such topics must begin."),
            new CoordinatorSetting(
                    "group.share.assignment.interval.ms",
                    "number",
                    "1000",
                    "How long the server waits at least between two new assignments of one share group."),
            new CoordinatorSetting(
                    "group.share.assignor.offload.enable",
                    "true or false",
                    "true",
                    "Whether assignments of share groups are computed on a background thread."),
            new CoordinatorSetting("group.share.assignors", "list", "simple", "The assignor of share groups."),
            new CoordinatorSetting(
                    "group.share.delivery.count.limit", "number", "5", "How often a record is delivered at most."),
            new CoordinatorSetting(
                    "group.share.heartbeat.interval.ms",
                    "number",
                    "5000",
                    "How often members of share groups are told to send heartbeats."),
            new CoordinatorSetting(
                    "group.share.initialize.retry.interval.ms",
                    "number",
                    "30000",
                    "How long a partition may take to become known to a share group before that is tried again."),
            new CoordinatorSetting(
                    "group.share.max.assignment.interval.ms",
                    "number",
                    "15000",
                    "The most that a group may set for its assignment interval."),
            new CoordinatorSetting(
                    "group.share.max.delivery.count.limit",
                    "number",
                    "10",
                    "The most that a group may set for how often a record is delivered."),
            new CoordinatorSetting(
                    "group.share.max.heartbeat.interval.ms",
                    "number",
                    "15000",
                    "The most that a group may set for its heartbeat interval."),
            new CoordinatorSetting(
                    "group.share.max.partition.max.record.locks",
                    "number",
                    "4000",
                    "The most that a group may set for the records of a partition that are under way."),
            new CoordinatorSetting(
                    "group.share.max.record.lock.duration.ms",
                    "number",
                    "60000",
                    "The most that a group may set for how long a record stays with a member."),
            new CoordinatorSetting(
                    "group.share.max.session.timeout.ms",
                    "number",
                    "60000",
                    "The most that a group may set for its session timeout."),
            new CoordinatorSetting(
                    "group.share.max.share.sessions",
                    "number",
                    "2000",
                    "How many members of share groups may fetch at a time."),
            new CoordinatorSetting("group.share.max.size", "number", "200", "How many members a share group may have."),
            new CoordinatorSetting(
                    "group.share.min.assignment.interval.ms",
                    "number",
                    "0",
                    "The least that a group may set for its assignment interval."),
            new CoordinatorSetting(
                    "group.share.min.delivery.count.limit",
                    "number",
                    "2",
                    "The least that a group may set for how often a record is delivered."),
            new CoordinatorSetting(
                    "group.share.min.heartbeat.interval.ms",
                    "number",
                    "5000",
                    "The least that a group may set for its heartbeat interval."),
            new CoordinatorSetting(
                    "group.share.min.partition.max.record.locks",
                    "number",
                    "100",
                    "The least that a group may set for the records of a partition that are under way."),
            new CoordinatorSetting(
                    "group.share.min.record.lock.duration.ms",
                    "number",
                    "15000",
                    "The least that a group may set for how long a record stays with a member."),
            new CoordinatorSetting(
                    "group.share.min.session.timeout.ms",
                    "number",
                    "45000",
                    "The least that a group may set for its session timeout."),
            new CoordinatorSetting(
                    "group.share.partition.max.record.locks",
                    "number",
                    "2000",
                    "How many records of a partition may be under way to members of one group."),
            new CoordinatorSetting(
                    "group.share.record.lock.duration.ms",
                    "number",
                    "30000",
                    "A record that its member does not acknowledge for this long is delivered again."),
            new CoordinatorSetting(
                    "group.share.session.timeout.ms",
                    "number",
                    "45000",
                    "A member of a share group that is not heard of for this long has left."),
            new CoordinatorSetting(
                    "share.coordinator.append.linger.ms",
                    "number",
                    "-1",
                    "How long changes of share groups' state wait for more to be written with them; -1 decides by the"
                            + " load."),
            new CoordinatorSetting(
                    "share.coordinator.cached.buffer.max.bytes",
                    "number",
                    "1048588",
                    "The largest buffer that is kept for the next write."),
            new CoordinatorSetting(
                    "share.coordinator.cold.partition.snapshot.interval.ms",
                    "number",
                    "300000",
                    "How often the state of partitions that nobody reads any more is written again as a whole."),
            new CoordinatorSetting(
                    "share.coordinator.load.buffer.size",
                    "number",
                    "5242880",
                    "How many bytes are read at once when share groups' state is loaded."),
            new CoordinatorSetting(
                    "share.coordinator.snapshot.update.records.per.snapshot",
                    "number",
                    "500",
                    "How many changes of a partition's state are written before it is written as a whole."),
            new CoordinatorSetting(
                    "share.coordinator.state.topic.compression.codec",
                    "number",
                    "0",
                    "How the stream of share groups' state is compressed: 0 not at all, 1 gzip, 2 snappy, 3 lz4, 4"
                            + " zstd."),
            new CoordinatorSetting("share.coordinator.state.topic.min.isr", "number", "1", "1, as there is one node."),
            new CoordinatorSetting(
                    "share.coordinator.state.topic.num.partitions",
                    "number",
                    "16",
                    "Partitions of the stream of share groups' state; counts when it is created."),
            new CoordinatorSetting(
                    "share.coordinator.state.topic.prune.interval.ms",
                    "number",
                    "300000",
                    "How often what is superseded is deleted from that stream."),
            new CoordinatorSetting(
                    "share.coordinator.state.topic.replication.factor", "number", "1", "1, as there is one node."),
            new CoordinatorSetting(
                    "share.coordinator.state.topic.segment.bytes",
                    "number",
                    "104857600",
                    "The size of that stream's segments; counts when it is created."),
            new CoordinatorSetting(
                    "share.coordinator.threads",
                    "number",
                    "1",
                    "Threads that keep share groups' state; they never wait for a disk."),
            new CoordinatorSetting(
                    "share.coordinator.write.timeout.ms",
                    "number",
                    "5000",
                    "How long a change may wait for the disk before it is tried again."));

    private ShareSettingTable() {}
}
