package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/// What is asked of consumer groups.
///
/// @param protocol `classic`, or `consumer` (KIP-848)
record GroupChecks(OldestClient client, String protocol) {

    Map<String, ClientChecks.Check> checks() {
        var checks = new LinkedHashMap<String, ClientChecks.Check>();
        checks.put("a " + protocol + " group goes on where it committed", this::goesOnWhereItCommitted);
        checks.put("two members of a " + protocol + " group share the partitions", this::membersShare);
        checks.put("offsets of a " + protocol + " group are seen, set and deleted", this::offsetsAreAdministered);
        return checks;
    }

    private void goesOnWhereItCommitted() throws Exception {
        var topic = client.createTopic("group", 1);
        var partition = new TopicPartition(topic, 0);
        var group = client.name("group");
        client.produce(topic, 0, 10);
        try (var first = member(group, 4)) {
            first.subscribe(List.of(topic));
            client.poll(first, 4);
            first.commitSync(Map.of(partition, new OffsetAndMetadata(4, "so far")));
        }

        try (var second = member(group, 500)) {
            second.subscribe(List.of(topic));
            var records = client.poll(second, 6);
            assertEquals("v4", client.text(records.getFirst().value()));
            var committed = second.committed(Set.of(partition)).get(partition);
            assertEquals("4 so far", committed.offset() + " " + committed.metadata());
            second.commitSync();
            assertEquals(10, second.committed(Set.of(partition)).get(partition).offset());
        }
    }

    private void membersShare() throws Exception {
        var topic = client.createTopic("shared", 4);
        var group = client.name("shared");
        try (var first = member(group, 500);
                var second = member(group, 500)) {
            first.subscribe(List.of(topic));
            second.subscribe(List.of(topic));
            awaitShares(first, 2, second, 2);
            var together = new HashSet<>(first.assignment());
            together.addAll(second.assignment());
            assertEquals(4, together.size());
            try (var admin = client.admin()) {
                var described = admin.describeConsumerGroups(List.of(group))
                        .describedGroups()
                        .get(group)
                        .get();
                assertEquals(2, described.members().size());
            }

            second.unsubscribe();
            awaitShares(first, 4, second, 0);
        }
    }

    private static void awaitShares(
            Consumer<byte[], byte[]> first, int firstShare, Consumer<byte[], byte[]> second, int secondShare) {
        long end = System.nanoTime() + 2 * OldestClient.PATIENCE.toNanos();
        while ((first.assignment().size() != firstShare || second.assignment().size() != secondShare)
                && System.nanoTime() < end) {
            first.poll(Duration.ofMillis(100));
            if (secondShare > 0) second.poll(Duration.ofMillis(100));
        }
        assertEquals(firstShare, first.assignment().size());
        assertEquals(secondShare, second.assignment().size());
    }

    private void offsetsAreAdministered() throws Exception {
        var topic = client.createTopic("administered", 2);
        var zero = new TopicPartition(topic, 0);
        var one = new TopicPartition(topic, 1);
        var group = client.name("administered");
        client.produce(topic, 0, 3);
        client.produce(topic, 1, 3);
        try (var member = member(group, 500)) {
            member.subscribe(List.of(topic));
            client.poll(member, 6);
            member.commitSync();
        }
        try (var admin = client.admin()) {
            admin.alterConsumerGroupOffsets(group, Map.of(zero, new OffsetAndMetadata(1)))
                    .all()
                    .get();
            var offsets = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            assertEquals(Map.of(zero, new OffsetAndMetadata(1), one, offsets.get(one)), offsets);
            assertEquals(3, offsets.get(one).offset());

            admin.deleteConsumerGroupOffsets(group, Set.of(zero)).all().get();
            assertEquals(
                    Set.of(one),
                    new HashSet<>(admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .keySet()));

            admin.deleteConsumerGroups(List.of(group)).all().get();
            assertTrue(admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .isEmpty());
        }
    }

    private Consumer<byte[], byte[]> member(String group, int recordsMax) {
        var config = new LinkedHashMap<String, String>();
        config.put("group.id", group);
        config.put("enable.auto.commit", "false");
        config.put("max.poll.records", "" + recordsMax);
        // Older versions have one protocol, and no name for it; in the newer one the server sets the interval.
        if (protocol.equals("classic")) config.put("heartbeat.interval.ms", "300");
        else config.put("group.protocol", protocol);
        return client.consumer(config);
    }
}
