package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// A stream may be deleted at any moment of a checkpoint.
class DeletionTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);

    private interface Step {
        void take() throws IOException;
    }

    private final SimDisk disk = new SimDisk(new Random(1));
    private final Queue<Step> atIndex = new ArrayDeque<>(); // taken when a checkpoint has synced a segment

    @Test
    void aStreamDeletedWhileItsSegmentsAreSyncedHurtsNobody() throws IOException {
        var config = new LogConfig(Path.of("sim"), 1);
        var log = Log.openByHand(config, watched(), () -> Instant.ofEpochMilli(5));
        var partition = log.create(ID, PartitionConfig.DEFAULT);
        partition.append(new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                .build());
        log.turn();
        atIndex.add(() -> log.delete(ID.stream()));

        log.checkpoint();

        assertEquals(Optional.empty(), log.partition(ID));
        log.close();
        assertEquals(List.of(), disk.list("partitions"));
    }

    private Disk watched() {
        return watch(Disk.class, disk);
    }

    /// The same, but for the steps taken after a segment's sync.
    private <T> T watch(Class<T> type, T target) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    try {
                        var answer = method.invoke(target, arguments);
                        if (target instanceof DiskFile file
                                && method.getName().equals("force")
                                && file.name().endsWith(".log")) {
                            var step = atIndex.poll();
                            if (step != null) step.take();
                        }
                        return answer instanceof DiskFile file ? watch(DiskFile.class, file) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
