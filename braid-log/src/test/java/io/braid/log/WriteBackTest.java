package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// [WriteBack] in a log whose disk notes what it is told to begin with.
class WriteBackTest {
    private static final PartitionId ID = new PartitionId(new UUID(1, 2), 0);
    private static final int VALUE_BYTES = 100_000;
    private static final long PATIENCE_SECONDS = 60;

    private record Piece(String file, long from, long count) {}

    private final LinkedBlockingQueue<Piece> begun = new LinkedBlockingQueue<>();

    @TempDir
    Path directory;

    @Test
    void aSegmentIsBegunInPiecesWithoutGapsAndItsLastBytesAreLeft() throws Exception {
        try (var log = Log.open(new LogConfig(directory), noting(new FileDisk(directory)), InstantSource.system())) {
            var partition = log.create(ID, PartitionConfig.DEFAULT);
            for (int i = 0; i < 30; i++) partition.append(batch()).get();
            long size = partition.byteSize() + SegmentHeader.BYTES;

            long at = 0;
            while (size - at >= 2 * WriteBack.PIECE_BYTES) {
                var piece = begun.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertEquals(new Piece(Segment.nameOf(ID, 0), at, piece.count()), piece);
                assertTrue(piece.count() >= WriteBack.PIECE_BYTES, piece.toString());
                at += piece.count();
            }

            assertTrue(at <= size, at + " of " + size);
        }
    }

    @Test
    void littleIsLeftToTheCheckpoint() throws Exception {
        try (var log = Log.open(new LogConfig(directory), noting(new FileDisk(directory)), InstantSource.system())) {
            log.create(ID, PartitionConfig.DEFAULT).append(batch()).get();
        }

        assertEquals(List.of(), new ArrayList<>(begun));
    }

    private static Batch batch() {
        return new BatchBuilder(1)
                .add(1, BatchBuilder.ABSENT, MemorySegment.ofArray(new byte[VALUE_BYTES]))
                .build();
    }

    private Disk noting(Disk disk) {
        return proxy(Disk.class, disk);
    }

    /// The same, but files note what is begun.
    private <T> T proxy(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
                    if (method.getName().equals("beginWriteBack"))
                        begun.add(new Piece(((DiskFile) real).name(), (long) arguments[0], (long) arguments[1]));
                    try {
                        var answer = method.invoke(real, arguments);
                        return answer instanceof DiskFile file ? proxy(DiskFile.class, file) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause() instanceof IOException known ? known : e;
                    }
                }));
    }
}
