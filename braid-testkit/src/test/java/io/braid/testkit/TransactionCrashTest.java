package io.braid.testkit;

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
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Transactions on a log that crashes at random moments: [TransactionClient]s hold it to what they were told. One
/// thread and one seed for each run: `-Dseed=42`, `-Dseeds=100000`.
class TransactionCrashTest {
    private static final int SEEDS = 1000;
    private static final int LIVES_MAX = 5;
    private static final int STEPS_MAX = 200;

    @Test
    void noTransactionIsHalfDone() {
        Seeds.each(TransactionCrashTest.class, SEEDS, seed -> new Run(seed).run());
    }

    private static final class Run {
        private final Random random;
        private final SimDisk disk;
        private final LogConfig config;
        private final List<PartitionId> ids =
                List.of(new PartitionId(new UUID(9, 1), 0), new PartitionId(new UUID(9, 2), 0));
        private final List<TransactionClient> clients = new ArrayList<>();
        private long millis = 1_000_000;

        Run(long seed) {
            random = new Random(seed);
            disk = new SimDisk(random);
            config = new LogConfig(
                    Path.of("sim"),
                    1 + random.nextInt(2),
                    32 << 10,
                    1000,
                    4000,
                    20,
                    8000,
                    1000,
                    Long.MAX_VALUE / 4,
                    1,
                    1,
                    0,
                    1);
            for (var id : ids) clients.add(new TransactionClient(id, random));
        }

        void run() throws IOException {
            try (var log = open()) {
                var settings = new PartitionConfig(
                        Durability.DISK, 4000, 300 + random.nextInt(2000), Long.MAX_VALUE, Long.MAX_VALUE, -1, -1);
                log.createAll(ids, settings);
            }
            for (int life = 1 + random.nextInt(LIVES_MAX); life > 0; life--) live();
            try (var log = open()) {
                for (var client : clients) client.find(log);
            }
        }

        private void live() throws IOException {
            var log = open();
            for (var client : clients) client.find(log);
            if (random.nextInt(3) == 0) disk.failOneIn(50 + random.nextInt(400));
            if (random.nextInt(3) == 0) disk.loseTheDiskAfter(random.nextInt(300));
            boolean hasFailed = false;
            for (int step = random.nextInt(STEPS_MAX); step > 0; step--) hasFailed |= hasFailed(log);
            end(log, hasFailed);
        }

        private boolean hasFailed(Log log) {
            boolean hasFailed = false;
            millis += random.nextInt(20);
            try {
                switch (random.nextInt(20)) {
                    case 0 -> log.checkpoint();
                    case 1, 2, 3, 4, 5, 6 -> log.turn();
                    default -> clients.get(random.nextInt(clients.size())).step();
                }
            } catch (IOException _) {
                hasFailed = true;
            }
            for (var client : clients) hasFailed |= client.listen();
            return hasFailed;
        }

        private void end(Log log, boolean hasFailed) {
            int how = random.nextInt(3);
            if (how == 0)
                try {
                    log.close();
                } catch (IOException _) {
                    // the disk was still failing
                }
            if (how == 1 && !hasFailed) disk.kill();
            else disk.crash();
            clients.forEach(TransactionClient::lifeIsOver);
        }

        private Log open() throws IOException {
            return Log.openByHand(config, disk, () -> Instant.ofEpochMilli(millis));
        }
    }
}
