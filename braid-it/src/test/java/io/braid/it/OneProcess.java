package io.braid.it;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Work in a directory that all JVMs of the tests share, and that one at a time may do.
final class OneProcess implements AutoCloseable {
    private final FileChannel lock;

    private OneProcess(FileChannel lock) {
        this.lock = lock;
    }

    /// Waits until no other process is in there. One thread of this one.
    static OneProcess in(Path directory) throws IOException {
        var channel = FileChannel.open(
                directory.resolve("one-process.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            channel.lock();
        } catch (IOException e) {
            channel.close();
            throw e;
        }
        return new OneProcess(channel);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
