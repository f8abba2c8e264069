package io.braid.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.log.Compaction;
import io.braid.log.CompactionInSteps;
import io.braid.log.CompactionLimits;
import io.braid.log.DiskFullException;
import io.braid.log.Durability;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.Retention;
import io.braid.log.TierAccess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;

/// One run of [LogCrashTest]: some lives of one data directory. In each the log is opened, used by [PartitionClient]s
/// and [TransactionClient]s that know no more than they are told, and ended: by a power cut, a kill, a failing disk, or
/// properly. The disk may be full at any time, and have room again; the tier may be slow, fail, or be away;
/// compaction runs while all that goes on.
final class LogSimulation {
    private static final UUID TRANSACTIONAL = new UUID(9, 0);
    private static final int LIVES_MAX = 5;
    private static final int STEPS_MAX = 150;
    private static final int LAZY_STEPS_MAX = 700;
    private static final int LAZY_CHECKPOINTS = 30; // one of so many
    private static final int PARTITIONS_MAX = 6;
    private static final int TRANSACTIONAL_MAX = 2;
    private static final int OPENINGS_MAX = 4;
    private static final int ROOM_MAX = 6000; // what a disk has left that is about to be full
    private static final int KEY_BYTES = 256; // 6 keys, so that compaction needs more than one pass

    private final Random random;
    private final boolean isLazy; // lives are long and checkpoints rare, so that journals are written over
    private final SimDisk disk;
    private final SimTier tier;
    private final LogConfig config;
    private final List<PartitionClient> clients = new ArrayList<>();
    private final List<TransactionClient> transactional = new ArrayList<>(); // of partitions that always are
    private long millis = 1_000_000;
    private long streams;
    private final List<UUID> gone = new ArrayList<>(); // deleted for sure, and may come again
    private boolean hasFailed; // in this life
    private long recordsRemoved;
    private boolean isInCall; // of the tier

    LogSimulation(long seed) {
        random = new Random(seed);
        isLazy = random.nextInt(4) == 0;
        disk = new SimDisk(random);
        tier = new SimTier(random);
        config = new LogConfig(
                Path.of("sim"),
                1 + random.nextInt(3),
                (isLazy ? 16 : 32) << 10,
                random.nextBoolean() ? 700 : 4000,
                4000,
                1 + random.nextInt(12),
                8000,
                1000,
                Long.MAX_VALUE / 4,
                1,
                1,
                random.nextInt(4000),
                1 + random.nextInt(3000),
                random.nextBoolean() ? CompactionLimits.DEFAULT : new CompactionLimits(KEY_BYTES, 1));
    }

    void run() throws IOException {
        begin();
        for (int life = 1 + random.nextInt(LIVES_MAX); life > 0; life--) live();
        disk.capacity(Long.MAX_VALUE);
        var log = open();
        clients.forEach(client -> client.find(log));
        for (var client : transactional) client.find(log);
        leaveNothing(log);
        log.close();
    }

    private void begin() throws IOException {
        var tiering = random.nextBoolean() ? Retention.Tiering.COPIED : Retention.Tiering.NOT_COPIED;
        var settings = new PartitionConfig(
                        Durability.DISK, 4000, 300 + random.nextInt(2000), Long.MAX_VALUE, Long.MAX_VALUE, -1, -1)
                .with(new Retention(-1, -1, tiering, randomPart(-1, 500), randomPart(-1, 1500)));
        try (var log = open()) {
            for (int i = random.nextInt(TRANSACTIONAL_MAX + 1); i > 0; i--) {
                var id = new PartitionId(TRANSACTIONAL, i);
                log.createAll(List.of(id), settings);
                transactional.add(new TransactionClient(id, random));
            }
        }
    }

    /// How often it came to reading what was only in the tier.
    int readsFromTier() {
        return tier.reads();
    }

    /// How many records compaction has removed, at least.
    long recordsRemoved() {
        return recordsRemoved;
    }

    /// Whatever happened, no object is left that nobody knows of.
    private void leaveNothing(Log log) throws IOException {
        millis += 100_000; // no failure of before matters
        while (log.upload()) log.turn();
        for (var client : clients) log.delete(client.id().stream());
        log.delete(TRANSACTIONAL);
        while (log.upload()) {}
        assertEquals(List.of(), tier.keys());
    }

    private void live() throws IOException {
        var log = open();
        hasFailed = false;
        clients.removeIf(client -> !client.find(log));
        for (var client : transactional) client.find(log);
        if (random.nextInt(3) == 0) disk.failOneIn(20 + random.nextInt(400));
        if (random.nextInt(3) == 0) disk.loseTheDiskAfter(random.nextInt(300));
        if (random.nextInt(3) == 0) tier.failOneIn(2 + random.nextInt(10));
        if (random.nextBoolean()) tier.meanwhile(() -> stepMeanwhile(log));
        for (int step = random.nextInt(isLazy ? LAZY_STEPS_MAX : STEPS_MAX); step > 0; step--) step(log);
        end(log);
    }

    /// Opens the log, perhaps after some attempts that the power did not last for.
    private Log open() throws IOException {
        for (int i = random.nextInt(OPENINGS_MAX); i > 1; i--) {
            disk.loseTheDiskAfter(random.nextInt(60));
            try {
                Log.openByHand(config, disk, access(), () -> Instant.ofEpochMilli(millis));
            } catch (IOException _) {
                // as was to be expected
            }
            disk.crash();
            clients.forEach(PartitionClient::powerWasLost);
        }
        try {
            return Log.openByHand(config, disk, access(), () -> Instant.ofEpochMilli(millis));
        } catch (DiskFullException _) { // the reserve was gone already: somebody makes room
            disk.capacity(Long.MAX_VALUE);
            return Log.openByHand(config, disk, access(), () -> Instant.ofEpochMilli(millis));
        }
    }

    private TierAccess access() {
        return new TierAccess(tier, TierAccess.CACHE_BYTES_MIN, random);
    }

    private void end(Log log) throws IOException {
        tier.comeBack();
        tier.failOneIn(Integer.MAX_VALUE);
        tier.meanwhile(() -> {});
        int how = random.nextInt(4);
        if (how == 0)
            try {
                log.close();
            } catch (IOException _) {
                hasFailed = true; // the disk was still failing
            }
        hasFailed |= disk.hasFailed(); // perhaps in a sync that nobody waited for
        if (how == 1 && !hasFailed) disk.kill();
        else {
            disk.crash();
            if (how != 0 || hasFailed) clients.forEach(PartitionClient::powerWasLost);
        }
        clients.forEach(PartitionClient::lifeIsOver);
        transactional.forEach(TransactionClient::lifeIsOver);
    }

    /// The tier is slow, and life goes on.
    private void stepMeanwhile(Log log) {
        if (isInCall) return;
        isInCall = true;
        for (int i = random.nextInt(4); i > 0; i--) step(log);
        isInCall = false;
    }

    private void step(Log log) {
        millis += random.nextInt(30) == 0 ? random.nextInt(10_000) - 5_000 : random.nextInt(20); // somebody sets clocks
        if (disk.room().free() == 0 && random.nextInt(6) == 0) disk.capacity(Long.MAX_VALUE); // before all is closed
        try {
            switch (random.nextInt(54)) {
                case 0, 1 -> create(log);
                case 2 -> delete(log);
                case 3, 47 -> checkpoint(log);
                case 4 -> log.tidy();
                case 5 -> configure(log);
                case 40, 41, 42, 43 -> moveToTier(log);
                case 44 -> tier.goAway();
                case 45, 46 -> tier.comeBack();
                case 48, 49, 50, 51, 52, 53 -> compact(log);
                case 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 -> log.turn();
                case 16 -> fillOrEmptyTheDisk();
                default -> stepOfAClient();
            }
        } catch (IOException e) {
            hasFailed |= !String.valueOf(e.getMessage()).startsWith("tier: ");
        }
        for (var client : clients) hasFailed |= client.listen();
        for (var client : transactional) hasFailed |= client.listen();
    }

    private void stepOfAClient() throws IOException {
        int all = clients.size() + transactional.size();
        if (all == 0) return;
        int which = random.nextInt(all);
        if (which < clients.size()) clients.get(which).step();
        else transactional.get(which - clients.size()).step();
    }

    /// Somebody else does.
    private void fillOrEmptyTheDisk() {
        boolean isFull = disk.room().free() < ROOM_MAX;
        disk.capacity(isFull && random.nextInt(3) > 0 ? Long.MAX_VALUE : disk.used() + random.nextInt(ROOM_MAX));
    }

    private void moveToTier(Log log) {
        if (isInCall) return;
        for (int i = random.nextInt(8); i > 0; i--) {
            log.upload();
            if (random.nextBoolean()) log.turn();
        }
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

    private void checkpoint(Log log) throws IOException {
        if (!isLazy || random.nextInt(LAZY_CHECKPOINTS) == 0) log.checkpoint();
    }

    /// One pass, and perhaps others as long as they are due, while life goes on.
    private void compact(Log log) throws IOException {
        if (isInCall) return;
        if (random.nextBoolean()) checkpoint(log); // what none covers is not touched
        OptionalLong removed;
        do {
            clients.forEach(PartitionClient::mayBeCompacted);
            removed = CompactionInSteps.compact(log, () -> stepMeanwhile(log));
            recordsRemoved += removed.orElse(0);
        } while (removed.isPresent() && random.nextInt(3) > 0);
    }

    private PartitionConfig randomConfig() {
        var config = new PartitionConfig(
                        random.nextInt(3) == 0 ? Durability.OS : Durability.DISK,
                        4000,
                        200 + random.nextInt(3000),
                        random.nextBoolean() ? 1 + random.nextInt(20) : Long.MAX_VALUE,
                        random.nextBoolean() ? 1 + random.nextInt(200) : Long.MAX_VALUE,
                        -1,
                        -1)
                .with(randomRetention());
        if (random.nextBoolean()) return config;
        // With a tier it waits until nothing is there any more.
        if (random.nextInt(4) > 0)
            config = config.with(new Retention(
                    config.retention().millis(), config.retention().bytes()));
        return config.with(randomCompaction());
    }

    private Compaction randomCompaction() {
        long lagMin = random.nextInt(3) == 0 ? random.nextInt(200) : 0;
        long lagMax = random.nextBoolean() ? Long.MAX_VALUE : lagMin + 1 + random.nextInt(300);
        return new Compaction.ByKey(random.nextInt(3) / 4.0, lagMin, lagMax, random.nextInt(3) * 150);
    }

    private Retention randomRetention() {
        long forMillis = random.nextInt(4) == 0 ? random.nextInt(2000) : -1;
        long forBytes = random.nextInt(4) == 0 ? random.nextInt(5000) : -1;
        var tiering = switch (random.nextInt(8)) {
            case 0 -> Retention.Tiering.REMOVED;
            case 1, 2 -> Retention.Tiering.NOT_COPIED;
            default -> Retention.Tiering.COPIED;
        };
        return new Retention(forMillis, forBytes, tiering, randomPart(forMillis, 500), randomPart(forBytes, 1500));
    }

    private long randomPart(long whole, int most) {
        if (random.nextBoolean()) return 0;
        if (whole < 0) return random.nextInt(most) - 1;
        return random.nextInt((int) Math.min(most, whole + 1));
    }
}
