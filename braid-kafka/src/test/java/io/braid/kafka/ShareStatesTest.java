package io.braid.kafka;

import static io.braid.kafka.ShareGroup.deliveries;
import static io.braid.kafka.ShareGroup.fromTheFirst;
import static io.braid.kafka.ShareGroup.next;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The stream in which the states of share groups are kept.
@Timeout(120)
class ShareStatesTest {
    private static final int ROUNDS_MAX = 300;

    @TempDir
    Path directory;

    private GroupServer server;

    @BeforeEach
    void start() throws Exception {
        var settings = new HashMap<>(ShareGroup.QUICK);
        settings.put("share.coordinator.state.topic.num.partitions", "1");
        settings.put("share.coordinator.snapshot.update.records.per.snapshot", "2");
        settings.put("share.coordinator.state.topic.prune.interval.ms", "500");
        server = new GroupServer(directory, settings);
        server.create("orders", 1);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void whatIsSupersededIsDeletedAndTheRestIsLoaded() throws Exception {
        var group = fromTheFirst(server, "g");
        try (var member = group.member("explicit", "orders")) {
            for (int round = 0; round < ROUNDS_MAX && keptFrom() == 0; round++)
                answerNext(member, AcknowledgeType.ACCEPT);
            assertTrue(keptFrom() > 0, "nothing was deleted");
            answerNext(member, AcknowledgeType.RELEASE);
        }

        server.restart();

        try (var member = group.member("implicit", "orders")) {
            assertEquals(Map.of("v0", 2), deliveries(next(member)));
        }
    }

    private void answerNext(KafkaShareConsumer<String, String> member, AcknowledgeType answer) {
        server.produce("orders", 1, 1);
        for (var record : next(member)) member.acknowledge(record, answer);
        member.commitSync();
    }

    private long keptFrom() {
        return server.broker()
                .partition(ShareStates.STREAM, 0)
                .map(partition -> partition.log().start())
                .orElse(0L); // nothing was ever kept
    }
}
