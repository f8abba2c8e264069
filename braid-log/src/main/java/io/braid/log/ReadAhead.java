package io.braid.log;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.channels.FileChannel;
import java.util.Optional;

/// Asks the kernel for a part of a file before it is read, by `madvise(MADV_WILLNEED)` on a mapping that nobody reads.
///
/// Left to itself the kernel guesses, and reads ahead of each sequential reader by as much as the device is set to:
/// often 128 KiB, but 8 MiB have been met. A few readers then have tens of megabytes under way, and a journal's sync
/// waits behind all of it. Who has asked for a part finds it in the page cache, and the kernel does not guess.
final class ReadAhead {
    private static final int WILL_NEED = 3; // of Linux, macOS and the BSDs

    /// Mappings begin at pages, which are no larger than this anywhere.
    private static final long PAGE_BYTES_MAX = 64 << 10;

    private static final Optional<MethodHandle> MADVISE = find();

    private ReadAhead() {}

    @SuppressWarnings("restricted") // a wrong description would crash the process: it is that of POSIX
    private static Optional<MethodHandle> find() {
        var linker = Linker.nativeLinker();
        var describes = FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
        return linker.defaultLookup().find("madvise").map(found -> linker.downcallHandle(found, describes));
    }

    /// Returns before the bytes are there. Where there is no such call, where it fails, and for what lies beyond the
    /// file's end, nothing happens: reading will tell what is wrong.
    ///
    /// @throws IOException the channel is closed
    static void ask(FileChannel channel, long position, long count) throws IOException {
        if (MADVISE.isEmpty()) return;
        long from = position & -PAGE_BYTES_MAX;
        long size = Math.min(position + count, channel.size()) - from;
        if (size <= 0) return;
        try (var arena = Arena.ofConfined()) {
            advise(channel.map(FileChannel.MapMode.READ_ONLY, from, size, arena));
        }
    }

    private static void advise(MemorySegment part) {
        try {
            int _ = (int) MADVISE.orElseThrow().invokeExact(part, part.byteSize(), WILL_NEED);
        } catch (Throwable e) {
            throw new IllegalStateException("madvise could not be called", e); // it throws nothing by itself
        }
    }
}
