package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.braid.testkit.SimDisk;
import io.braid.testkit.SimTier;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/// A log on simulated disk and tier, driven by hand, with one partition whose segments hold one batch each.
final class TierBench {
    static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    static final LogConfig CONFIG = new LogConfig(Path.of("sim"), 1);

    final SimDisk disk = new SimDisk(new Random(1));
    final SimTier tier = new SimTier(new Random(1));
    long millis = 1_000_000;
    Log log;
    PartitionLog partition;

    TierBench() throws IOException {
        open();
    }

    void open() throws IOException {
        var access = new TierAccess(tier, TierAccess.CACHE_BYTES_MIN, new Random(millis));
        log = Log.openByHand(CONFIG, disk, access, () -> Instant.ofEpochMilli(millis));
        log.partition(ID).ifPresent(there -> partition = there);
    }

    /// The process is killed, and opens the log again.
    void reopen() throws IOException {
        disk.kill();
        open();
    }

    /// Copies at once, keeps all in all, and this much on this disk.
    static PartitionConfig copied(long localMillis, long localBytes) {
        return config(new Retention(-1, -1, Retention.Tiering.COPIED, localMillis, localBytes));
    }

    static PartitionConfig config(Retention retention) {
        return new PartitionConfig(Durability.DISK, 1 << 20, 140, Long.MAX_VALUE, Long.MAX_VALUE, -1, -1)
                .with(retention);
    }

    /// A partition with so many batches of one record each, at the times 1, 2, 3 ...; all but the last are sealed.
    void write(PartitionConfig config, int batches) throws IOException {
        partition = log.create(ID, config);
        append(batches);
        log.checkpoint();
    }

    void append(int batches) {
        for (int i = 0; i < batches; i++) {
            long time = partition.end() + 1;
            var batch = new BatchBuilder(time)
                    .add(time, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {(byte) time}))
                    .build();
            var answer = partition.append(batch);
            log.turn();
            assertInstanceOf(AppendOutcome.Appended.class, answer.resultNow());
        }
    }

    /// Everything that can be done now, is.
    void settle() {
        while (log.upload()) log.turn();
    }

    /// The segments on this disk, by their base offsets.
    List<Long> localSegments() {
        var found = new ArrayList<Long>();
        for (var name : disk.list(Segment.directoryOf(ID)))
            if (name.endsWith(".log")) found.add(Long.parseLong(name.substring(0, name.length() - 4)));
        return found;
    }

    /// The objects, by the base offsets of their segments.
    List<Long> objects() {
        var found = new ArrayList<Long>();
        for (var key : tier.keys()) {
            var name = key.substring(key.lastIndexOf('/') + 1);
            found.add(Long.parseLong(name.substring(0, name.indexOf('-'))));
        }
        return found;
    }

    /// What the manifest says on the disk.
    List<TierEntry.State> noted() {
        try {
            return TierManifest.open(disk, ID).entries().stream()
                    .map(TierEntry::state)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// The offset of the first batch that a read from there finds.
    long read(long offset) throws IOException {
        var found = assertInstanceOf(ReadOutcome.Found.class, partition.read(offset, partition.end(), 1 << 20));
        try (var slice = found.slice()) {
            return new Batch(slice.load()).baseOffset();
        }
    }
}
