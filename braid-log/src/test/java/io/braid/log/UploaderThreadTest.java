package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The thread that keeps the tier, with real files beside it.
class UploaderThreadTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final PartitionConfig ONE_BATCH_A_SEGMENT = new PartitionConfig(
                    Durability.DISK, 1 << 20, 140, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1)
            .with(new Retention(-1, -1, Retention.Tiering.COPIED, -1, 0));

    @TempDir
    private Path directory;

    private final Map<String, byte[]> objects = new ConcurrentHashMap<>();

    private Log open(Tier tier) throws IOException {
        var config = new LogConfig(directory, 1, 1 << 20, 1 << 17, 1 << 17, 100, 1 << 20, 100, 1000, 10, 10, 0, 1);
        return Log.open(
                config,
                new TierAccess(tier, TierAccess.CACHE_BYTES_MIN, new Random()),
                InstantSource.system(),
                Codecs.NONE);
    }

    private static void append(PartitionLog partition, int batches) {
        for (int i = 0; i < batches; i++)
            partition
                    .append(new BatchBuilder(1)
                            .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                            .build())
                    .join();
    }

    @Test
    void segmentsMoveByThemselvesAndAreReadFromThere() throws IOException {
        try (var log = open(new MapTier())) {
            var partition = log.create(ID, ONE_BATCH_A_SEGMENT);
            append(partition, 4);

            while (partition.localStart() < 3) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));

            assertEquals(3, objects.size());
            try (var slice = ((ReadOutcome.Found) partition.read(1, 4, 1000)).slice()) {
                assertEquals(1, slice.firstOffset());
                assertEquals(2, slice.nextOffset());
            }
        }
    }

    @Test
    void anUploadUnderWayEndsWithTheLogAndGoesOnInTheNextLife() throws Exception {
        var begun = new CountDownLatch(1);
        var log = open(new MapTier() {
            @Override
            public void put(String key, long size, Source source) throws IOException {
                begun.countDown();
                while (true) source.read(0, ByteBuffer.allocate(1)); // never gets there
            }
        });
        append(log.create(ID, ONE_BATCH_A_SEGMENT), 2);
        assertTrue(begun.await(60, TimeUnit.SECONDS));

        log.close();

        try (var again = open(new MapTier())) {
            var partition = again.partition(ID).orElseThrow();
            while (partition.localStart() < 1) LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            assertEquals(1, objects.size());
        }
    }

    private class MapTier implements Tier {
        @Override
        public void put(String key, long size, Source source) throws IOException {
            var bytes = ByteBuffer.allocate((int) size);
            source.read(0, bytes);
            objects.put(key, bytes.array());
        }

        @Override
        public void read(String key, long position, ByteBuffer target) throws IOException {
            if (!objects.containsKey(key)) throw new NoSuchFileException(key);
            target.put(objects.get(key), (int) position, target.remaining());
        }

        @Override
        public void delete(String key) {
            objects.remove(key);
        }

        @Override
        public String location() {
            return "map";
        }

        @Override
        public void close() {}
    }
}
