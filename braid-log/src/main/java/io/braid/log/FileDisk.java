package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Real files below a real directory.
///
/// A file has two channels: the writer's, opened when first needed, which only threads that nobody interrupts may
/// use, and the readers'. An interrupt closes the channel that its thread is reading from, whoever else uses it;
/// the readers' is then opened again, and nobody but the interrupted thread notices.
public final class FileDisk implements Disk {
    /// The JDK copies heap buffers through a direct buffer as large as the call, kept for each thread: calls are cut
    /// to this so that a large read does not cost its size for ever.
    private static final int CALL_BYTES_MAX = 128 << 10;

    private final Path root;

    /// @throws IOException the directory cannot be created
    public FileDisk(Path root) throws IOException {
        this.root = Files.createDirectories(root);
    }

    @Override
    public DiskFile create(String name) throws IOException {
        var path = root.resolve(name);
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                .close();
        return new ChannelFile(name, path);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        var path = root.resolve(name);
        return new ChannelFile(name, path);
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(root.resolve(name));
    }

    @Override
    public List<String> list(String directory) throws IOException {
        var path = root.resolve(directory);
        if (!Files.isDirectory(path)) return List.of();
        try (var files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void createDirectory(String name) throws IOException {
        Files.createDirectories(root.resolve(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(
                root.resolve(from),
                root.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(root.resolve(name));
    }

    @Override
    public void syncDirectory(String name) throws IOException {
        try (var directory = FileChannel.open(root.resolve(name), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public Lock lock(String name) throws IOException {
        var channel = FileChannel.open(
                root.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            var lock = channel.tryLock(Long.MAX_VALUE - 1, 1, false); // beyond the text, which others may read
            if (lock == null) throw inUse(channel);
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
                    0);
            return channel::close;
        } catch (OverlappingFileLockException _) {
            var inUse = inUse(channel);
            channel.close();
            throw inUse;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public String describe(String name) {
        return root.resolve(name).toString();
    }

    private IOException inUse(FileChannel channel) throws IOException {
        var text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        var pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
        return new IOException("data directory %s is in use by process %s: stop it, or choose another directory"
                .formatted(root.toAbsolutePath(), pid.isBlank() ? "(unknown)" : pid));
    }

    private static final class ChannelFile implements DiskFile {
        private final String name;
        private final Path path;
        private final ReentrantLock lock = new ReentrantLock(); // guards opening and closing of both channels
        private volatile FileChannel writing;
        private volatile FileChannel reading;
        private volatile boolean closed;

        ChannelFile(String name, Path path) throws IOException {
            this.name = name;
            this.path = path;
            this.reading = FileChannel.open(path, StandardOpenOption.READ); // now: it may be deleted later
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            var channel = writing();
            int end = bytes.limit();
            while (bytes.position() < end) {
                if (!bytes.isDirect()) bytes.limit(Math.min(end, bytes.position() + CALL_BYTES_MAX));
                position += channel.write(bytes, position);
                bytes.limit(end);
            }
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int end = target.limit();
            int total = 0;
            while (target.position() < end) {
                target.limit(Math.min(end, target.position() + CALL_BYTES_MAX));
                int count;
                try {
                    long from = position + total;
                    count = reading(channel -> channel.read(target, from));
                } finally {
                    target.limit(end);
                }
                if (count < 0) break;
                total += count;
            }
            return total;
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            return reading(channel -> channel.transferTo(position, count, target));
        }

        @Override
        public long size() throws IOException {
            return reading(FileChannel::size);
        }

        @Override
        public void truncate(long size) throws IOException {
            writing().truncate(size);
        }

        @Override
        public void force() throws IOException {
            writing().force(false);
        }

        @Override
        public void close() throws IOException {
            lock.lock();
            try {
                closed = true;
                if (writing != null) writing.close();
                if (reading != null) reading.close();
            } finally {
                lock.unlock();
            }
        }

        private interface Call<T> {
            T on(FileChannel channel) throws IOException;
        }

        /// Does a call on the readers' channel, and does it again if another thread's interrupt closed that.
        private <T> T reading(Call<T> call) throws IOException {
            while (true) {
                var channel = reading();
                try {
                    return call.on(channel);
                } catch (ClosedByInterruptException e) {
                    throw e;
                } catch (AsynchronousCloseException e) {
                    if (closed || channel.isOpen()) throw e; // still open: it is the target that was closed
                } catch (ClosedChannelException e) {
                    if (closed || channel.isOpen()) throw e;
                }
            }
        }

        private FileChannel reading() throws IOException {
            var channel = reading;
            if (channel != null && channel.isOpen()) return channel;
            lock.lock();
            try {
                if (closed) throw new ClosedChannelException();
                if (reading == null || !reading.isOpen()) reading = FileChannel.open(path, StandardOpenOption.READ);
                return reading;
            } finally {
                lock.unlock();
            }
        }

        private FileChannel writing() throws IOException {
            var channel = writing;
            if (channel != null) return channel;
            lock.lock();
            try {
                if (closed) throw new ClosedChannelException();
                if (writing == null) writing = FileChannel.open(path, StandardOpenOption.WRITE);
                return writing;
            } finally {
                lock.unlock();
            }
        }
    }
}
