package io.braid.log;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Optional;

/// Has Linux begin to write a part of a file from the page cache to the disk: `sync_file_range(2)` with
/// `SYNC_FILE_RANGE_WRITE`, which promises nothing and waits for nothing but a place in the disk's queue.
///
/// Java gives nobody its file descriptors, so the file is opened by its name for each call.
final class SyncRange {
    private static final int READ_ONLY_CLOSE_ON_EXEC = 0x80000;
    private static final int WRITE = 2;

    private static final Optional<SyncRange> LINUX = find();

    private final MethodHandle open;
    private final MethodHandle close;
    private final MethodHandle sync;

    private SyncRange(MethodHandle open, MethodHandle close, MethodHandle sync) {
        this.open = open;
        this.close = close;
        this.sync = sync;
    }

    @SuppressWarnings("restricted") // a wrong description would crash the process: they are those of the man pages
    private static Optional<SyncRange> find() {
        var linker = Linker.nativeLinker();
        var all = linker.defaultLookup();
        var sync = all.find("sync_file_range");
        if (sync.isEmpty()) return Optional.empty();
        var number = ValueLayout.JAVA_INT;
        return Optional.of(new SyncRange(
                linker.downcallHandle(
                        all.findOrThrow("open"),
                        FunctionDescriptor.of(number, ValueLayout.ADDRESS, number),
                        Linker.Option.firstVariadicArg(2)),
                linker.downcallHandle(all.findOrThrow("close"), FunctionDescriptor.of(number, number)),
                linker.downcallHandle(
                        sync.get(),
                        FunctionDescriptor.of(number, number, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, number))));
    }

    /// Where there is no such call, no such file, or it fails, nothing happens: whoever syncs will tell what is wrong.
    static void begin(Path file, long position, long count) {
        if (LINUX.isEmpty()) return;
        try (var arena = Arena.ofConfined()) {
            LINUX.get().begin(arena.allocateFrom(file.toString()), position, count);
        } catch (Throwable e) {
            throw new IllegalStateException("sync_file_range could not be called", e); // they throw nothing themselves
        }
    }

    private void begin(MemorySegment name, long position, long count) throws Throwable {
        int descriptor = (int) open.invokeExact(name, READ_ONLY_CLOSE_ON_EXEC);
        if (descriptor < 0) return;
        try {
            int _ = (int) sync.invokeExact(descriptor, position, count, WRITE);
        } finally {
            int _ = (int) close.invokeExact(descriptor);
        }
    }
}
