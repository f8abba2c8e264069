package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.testkit.SimDisk;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// What closing must not say: that all is well, while a writer has just failed.
class CloseTest {
    private static final int ENTER_BYTES = 192; // of the journal: the group in which a partition enters
    private static final int GROUP_BYTES = 192; // one small batch
    private static final int GROUPS = 150;
    private static final int JOURNAL_BYTES = JournalFileHeader.BYTES + ENTER_BYTES + GROUPS * GROUP_BYTES;

    private final SimDisk disk = new SimDisk(new Random(1));

    @Test
    void aWriterThatFailsInItsLastTurnKeepsItsJournal() throws IOException {
        var config = new LogConfig(Path.of("sim"), 2, JOURNAL_BYTES, 700, 700, 10, 8000, 10, 1000, 1000, 1000, 0, 1000);
        var log = Log.openByHand(config, withoutSecondJournals(), () -> Instant.ofEpochMilli(5));
        var id = new PartitionId(new UUID(1, 2), 0);
        var partition = log.create(id, PartitionConfig.DEFAULT);
        for (int i = 0; i < GROUPS; i++) {
            partition.append(new BatchBuilder(1)
                    .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[] {1}))
                    .build());
            log.turn();
        }
        assertEquals(GROUPS, partition.end()); // and now the journal is full to the last byte

        assertThrows(IOException.class, log::close);
        disk.crash();

        var again = Log.openByHand(config, disk, () -> Instant.ofEpochMilli(5));
        assertEquals(GROUPS, again.partition(id).orElseThrow().end());
    }

    /// The disk, which refuses to create any writer's second journal file.
    private Disk withoutSecondJournals() {
        return (Disk) Proxy.newProxyInstance(
                Disk.class.getClassLoader(), new Class<?>[] {Disk.class}, (_, method, arguments) -> {
                    if (method.getName().equals("create")
                            && arguments[0].toString().endsWith("-1.wal"))
                        throw new IOException("no room for " + arguments[0]);
                    try {
                        return method.invoke(disk, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
