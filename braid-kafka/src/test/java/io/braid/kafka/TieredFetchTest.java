package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.BrokerConfig;
import io.braid.broker.Payloads;
import io.braid.kafka.FetchSession.Wanted;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.TierAccess;
import io.braid.testkit.SimTier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Partitions whose old records are only in the tier, as Kafka's clients meet them. Each has three segments with two
/// records of a third of a mebibyte, the last one on this disk.
@Timeout(120)
class TieredFetchTest {
    private static final int VALUE_BYTES = 400_000;
    private static final long IN_TIER = 4;

    @TempDir
    private Path directory;

    private final SimTier tier = new SimTier(new Random(1));
    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        var standard = new LogConfig(directory);
        var hasty = new LogConfig(
                directory,
                1,
                standard.journalBytes(),
                standard.groupBytesMax(),
                standard.batchBytesMax(),
                standard.inboxMax(),
                standard.inboxBytesMax(),
                standard.producersMax(),
                standard.producerMillis(),
                50,
                50,
                0,
                1);
        var access = new TierAccess(tier, TierAccess.CACHE_BYTES_MIN, new Random(1));
        server = TestServer.start(
                Log.open(hasty, access, InstantSource.system(), Payloads.CODECS),
                TestServer.config(KafkaListener.Limits.DEFAULT, false),
                BrokerConfig.DEFAULT,
                InstantSource.system());
        for (var name : List.of("a", "b")) create(name);
        for (var name : List.of("a", "b")) awaitTier(name);
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private void create(String name) throws Exception {
        var settings =
                Map.of("remote.storage.enable", "true", "segment.bytes", "" + (1 << 20), "local.retention.bytes", "0");
        try (var admin = server.admin();
                var producer = server.producer(Map.of("batch.size", 1))) {
            admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(settings)))
                    .all()
                    .get();
            for (int i = 0; i < 6; i++) producer.send(new ProducerRecord<>(name, new byte[VALUE_BYTES]));
        }
    }

    private void awaitTier(String name) {
        var log = server.broker().partition(name, 0).orElseThrow().log();
        while (log.localStart() < IN_TIER) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }

    private FetchRead fetch(Map<String, Long> offsets) {
        var wanted = Stream.of("a", "b")
                .filter(offsets::containsKey)
                .map(name -> new Wanted(
                        new FetchSession.Key(Uuid.ZERO_UUID, name, 0),
                        new FetchPartition()
                                .setPartition(0)
                                .setFetchOffset(offsets.get(name))
                                .setPartitionMaxBytes(10 << 20)))
                .toList();
        return FetchRead.of(server.broker(), wanted, false, false, 50 << 20);
    }

    private static List<Boolean> hasRecords(FetchRead read) {
        return read.results().stream()
                .map(result -> result.found().records().sizeInBytes() > 0)
                .toList();
    }

    private static List<Errors> errors(FetchRead read) {
        return read.results().stream()
                .map(result -> Errors.forCode(result.found().errorCode()))
                .toList();
    }

    @Test
    void aTierThatIsAwayIsAnErrorOfItsPartitionsOnly() {
        tier.goAway();

        try (var read = fetch(Map.of("a", 0L, "b", IN_TIER))) {
            assertEquals(List.of(Errors.KAFKA_STORAGE_ERROR, Errors.NONE), errors(read));
            assertEquals(List.of(false, true), hasRecords(read));
        }
    }

    @Test
    void aResponseTakesFromTheTierForOnePartitionAndIsSentAtOnce() {
        try (var read = fetch(Map.of("a", 0L, "b", 0L))) {
            assertEquals(List.of(true, false), hasRecords(read));
            assertEquals(List.of(Errors.NONE, Errors.NONE), errors(read));
            assertTrue(read.isUrgent());
        }
        try (var read = fetch(Map.of("b", 0L))) {
            assertEquals(List.of(true), hasRecords(read));
        }
        try (var read = fetch(Map.of("b", IN_TIER))) {
            assertFalse(read.isUrgent());
        }
    }

    @Test
    void positionsTellWhatIsWhere() throws Exception {
        var partition = new TopicPartition("a", 0);
        try (var admin = server.admin()) {
            var wanted = List.of(
                    OffsetSpec.earliest(),
                    OffsetSpec.earliestLocal(),
                    OffsetSpec.latestTiered(),
                    OffsetSpec.earliestPendingUpload());
            var found = new ArrayList<Long>();
            for (var what : wanted)
                found.add(admin.listOffsets(Map.of(partition, what))
                        .partitionResult(partition)
                        .get()
                        .offset());

            assertEquals(List.of(0L, IN_TIER, IN_TIER - 1, IN_TIER), found);
        }
    }

    @Test
    void whatTheDiskHoldsIsToldWithoutWhatTheTierHolds() throws Exception {
        try (var admin = server.admin()) {
            var directories =
                    admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
            long size = directories
                    .values()
                    .iterator()
                    .next()
                    .replicaInfos()
                    .get(new TopicPartition("a", 0))
                    .size();

            assertTrue(size > 2 * VALUE_BYTES && size < 3 * VALUE_BYTES, "" + size);
        }
    }
}
