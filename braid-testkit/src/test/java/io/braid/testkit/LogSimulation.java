package io.braid.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.log.Compaction;
import io.braid.log.CompactionLimits;
import io.braid.log.Durability;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/// One run of [LogCrashTest]: some lives of one data directory. In each the log is opened, used by [PartitionClient]s
/// that know no more than they are told, and ended: by a power cut, a kill, a failing disk, or properly.
final class LogSimulation {
    private static final int LIVES_MAX = 5;
    private static final int STEPS_MAX = 150;
    private static final int PARTITIONS_MAX = 6;
    private static final int OPENINGS_MAX = 4;
    private static final int KEY_BYTES = 256; // 6 keys, so that compaction needs more than one pass

    private final Random random;
    private final SimDisk disk;
    private final LogConfig config;
    private final List<PartitionClient> clients = new ArrayList<>();
    private long millis = 1_000_000;
    private long streams;
    private final List<UUID> gone = new ArrayList<>(); // deleted for sure, and may come again
    private boolean hasFailed; // in this life

    LogSimulation(long seed) {
        random = new Random(seed);
        disk = new SimDisk(random);
        config = new LogConfig(
                Path.of("sim"),
                1 + random.nextInt(3),
                32 << 10,
                random.nextBoolean() ? 700 : 4000,
                4000,
                1 + random.nextInt(12),
                8000,
                1000,
                Long.MAX_VALUE / 4,
                1,
                1,
                random.nextBoolean() ? CompactionLimits.DEFAULT : new CompactionLimits(KEY_BYTES, 1));
    }

    void run() throws IOException {
        for (int life = 1 + random.nextInt(LIVES_MAX); life > 0; life--) live();
        var log = open();
        clients.forEach(client -> client.find(log));
        log.close();
    }

    private void live() throws IOException {
        var log = open();
        hasFailed = false;
        clients.removeIf(client -> !client.find(log));
        if (random.nextInt(3) == 0) disk.failOneIn(20 + random.nextInt(400));
        if (random.nextInt(3) == 0) disk.loseTheDiskAfter(random.nextInt(300));
        for (int step = random.nextInt(STEPS_MAX); step > 0; step--) step(log);
        end(log);
    }

    /// Opens the log, perhaps after some attempts that the power did not last for.
    private Log open() throws IOException {
        for (int i = random.nextInt(OPENINGS_MAX); i > 1; i--) {
            disk.loseTheDiskAfter(random.nextInt(60));
            try {
                Log.openByHand(config, disk, () -> Instant.ofEpochMilli(millis));
            } catch (IOException _) {
                // as was to be expected
            }
            disk.crash();
            clients.forEach(PartitionClient::powerWasLost);
        }
        return Log.openByHand(config, disk, () -> Instant.ofEpochMilli(millis));
    }

    private void end(Log log) throws IOException {
        int how = random.nextInt(4);
        if (how == 0)
            try {
                log.close();
            } catch (IOException _) {
                hasFailed = true; // the disk was still failing
            }
        if (how == 1 && !hasFailed) disk.kill();
        else {
            disk.crash();
            if (how != 0 || hasFailed) clients.forEach(PartitionClient::powerWasLost);
        }
        clients.forEach(PartitionClient::lifeIsOver);
    }

    private void step(Log log) {
        millis += random.nextInt(20);
        try {
            switch (random.nextInt(42)) {
                case 0, 1 -> create(log);
                case 2 -> delete(log);
                case 3 -> log.checkpoint();
                case 4 -> log.tidy();
                case 5 -> configure(log);
                case 40, 41 -> compact(log);
                case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 -> log.turn();
                default -> {
                    if (!clients.isEmpty())
                        clients.get(random.nextInt(clients.size())).step();
                }
            }
        } catch (IOException _) {
            hasFailed = true;
        }
        for (var client : clients) hasFailed |= client.listen();
    }

    private void create(Log log) throws IOException {
        if (clients.size() >= PARTITIONS_MAX) return;
        var stream = !gone.isEmpty() && random.nextBoolean() ? gone.removeLast() : new UUID(7, streams++);
        int count = 1 + random.nextInt(2);
        var settings = randomConfig();
        var ids = new ArrayList<PartitionId>();
        for (int i = 0; i < count; i++) ids.add(new PartitionId(stream, i));
        var created = ids.stream()
                .map(id -> new PartitionClient(id, settings, random, () -> millis))
                .toList();
        clients.addAll(created);
        log.createAll(ids, settings); // if this fails the clients do not know whether their partition is there
        for (var client : created) client.wasCreated(log);
    }

    private void delete(Log log) throws IOException {
        if (clients.isEmpty()) return;
        var stream = clients.get(random.nextInt(clients.size())).id().stream();
        var deleted = clients.stream()
                .filter(client -> client.id().stream().equals(stream))
                .toList();
        deleted.forEach(PartitionClient::mayBeDeleted);
        log.delete(stream);
        for (var client : deleted) {
            client.lifeIsOver();
            assertEquals(Optional.empty(), log.partition(client.id()));
        }
        clients.removeAll(deleted);
        gone.add(stream);
    }

    private void configure(Log log) throws IOException {
        if (clients.isEmpty()) return;
        var client = clients.get(random.nextInt(clients.size()));
        if (!client.isThere()) return;
        client.configure(log, randomConfig());
    }

    /// One pass, and perhaps others as long as they are due.
    private void compact(Log log) throws IOException {
        do clients.forEach(PartitionClient::mayBeCompacted);
        while (log.compact() && random.nextInt(3) > 0);
    }

    private PartitionConfig randomConfig() {
        var config = new PartitionConfig(
                random.nextInt(3) == 0 ? Durability.OS : Durability.DISK,
                4000,
                200 + random.nextInt(3000),
                random.nextBoolean() ? 1 + random.nextInt(20) : Long.MAX_VALUE,
                random.nextBoolean() ? 1 + random.nextInt(200) : Long.MAX_VALUE,
                random.nextInt(4) == 0 ? random.nextInt(2000) : -1,
                random.nextInt(4) == 0 ? random.nextInt(5000) : -1);
        return random.nextBoolean() ? config : config.with(randomCompaction());
    }

    private Compaction randomCompaction() {
        long lagMin = random.nextInt(3) == 0 ? random.nextInt(200) : 0;
        long lagMax = random.nextBoolean() ? Long.MAX_VALUE : lagMin + 1 + random.nextInt(300);
        return new Compaction.ByKey(random.nextInt(3) / 4.0, lagMin, lagMax, random.nextInt(3) * 150);
    }
}
