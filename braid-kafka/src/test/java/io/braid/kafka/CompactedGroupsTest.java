package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stream that groups are kept in does not grow with every commit.
@Timeout(120)
class CompactedGroupsTest {
    private static final int GROUPS = 3;
    private static final int COMMITS = 300;
    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);

    @TempDir
    private Path directory;

    @Test
    void ofManyCommitsTheNewestIsLeftAndARestartFindsIt() throws Exception {
        var often = new BrokerConfig(1, 1000, Map.of("max.compaction.lag.ms", "1"));
        try (var server = new GroupServer(directory, Map.of("offsets.topic.num.partitions", "1"), often)) {
            server.create("orders", 1);
            commit(server, 0);
            var log = server.broker()
                    .partition(GroupCoordination.STREAM, 0)
                    .orElseThrow()
                    .log();
            long before = log.byteSize();

            server.compact();

            assertTrue(log.byteSize() < before / 50, "%d bytes of %d are left".formatted(log.byteSize(), before));
            server.restart();
            assertEquals(expected(COMMITS - 1), committed(server));

            commit(server, COMMITS); // and it goes on
            server.compact();
            server.restart();
            assertEquals(expected(2 * COMMITS - 1), committed(server));
        }
    }

    @Test
    void aGroupThatWasDeletedStaysSo() throws Exception {
        var often = new BrokerConfig(1, 1000, Map.of("max.compaction.lag.ms", "1", "delete.retention.ms", "0"));
        try (var server = new GroupServer(directory, Map.of("offsets.topic.num.partitions", "1"), often)) {
            server.create("orders", 1);
            commit(server, 0);
            try (var admin = server.admin()) {
                admin.deleteConsumerGroups(java.util.List.of("g1")).all().get();
            }
            server.compact();
            try (var admin = server.admin()) {
                commit(admin, "g0", 7);
            }
            server.compact(); // its tombstones go, too
            server.restart();

            assertEquals(Map.of("g0", 7L, "g2", COMMITS - 1L), committed(server));
        }
    }

    private static void commit(GroupServer server, int from) throws Exception {
        try (var admin = server.admin()) {
            for (int i = from; i < from + COMMITS; i++)
                for (int group = 0; group < GROUPS; group++) commit(admin, "g" + group, i);
        }
    }

    private static void commit(Admin admin, String group, long offset) throws Exception {
        admin.alterConsumerGroupOffsets(group, Map.of(ORDERS, new OffsetAndMetadata(offset)))
                .all()
                .get();
    }

    private static Map<String, Long> expected(long offset) {
        var expected = new HashMap<String, Long>();
        for (int group = 0; group < GROUPS; group++) expected.put("g" + group, offset);
        return expected;
    }

    private static Map<String, Long> committed(GroupServer server) throws Exception {
        var committed = new HashMap<String, Long>();
        try (var admin = server.admin()) {
            for (int group = 0; group < GROUPS; group++) {
                var offset = admin.listConsumerGroupOffsets("g" + group)
                        .partitionsToOffsetAndMetadata()
                        .get()
                        .get(ORDERS);
                if (offset != null) committed.put("g" + group, offset.offset());
            }
        }
        return committed;
    }
}
