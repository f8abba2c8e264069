package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Real files below a real directory.
///
/// A file has two channels: the writer's, which only threads that nobody interrupts may use, and the readers'. An
/// interrupt closes the channel that its thread is reading from, whoever else uses it; the readers' is then opened
/// again, and nobody but the interrupted thread notices. All channels are [OpenFiles], so that partitions may be more
/// than the files that a process may have open.
public final class FileDisk implements Disk {
    /// The JDK copies heap buffers through a direct buffer as large as the call, kept for each thread: calls are cut
    /// to this so that a large read does not cost its size for ever.
    private static final int CALL_BYTES_MAX = 128 << 10;

    /// Of the files that the process may have open: the others are for connections, jars and the like.
    private static final double OPEN_FILES_PART = 0.5;

    private final Path root;
    private final OpenFiles channels;
    // Files that are in use, by their names: those whose names go are to be kept open. Bounded by the segments.
    private final Map<String, Set<ChannelFile>> inUse = new ConcurrentHashMap<>();

    /// @throws IOException the directory cannot be created
    public FileDisk(Path root) throws IOException {
        this(root, (int) (OpenFiles.limitOfProcess() * OPEN_FILES_PART));
    }

    /// The same with at most so many files open at once.
    public FileDisk(Path root, int openFilesMax) throws IOException {
        this.root = Files.createDirectories(root);
        this.channels = new OpenFiles(openFilesMax);
    }

    @Override
    public DiskFile create(String name) throws IOException {
        var path = root.resolve(name);
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                .close();
        return new ChannelFile(name);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        if (!exists(name)) throw new NoSuchFileException(root.resolve(name).toString());
        return new ChannelFile(name);
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
        keepOpen(to);
        Files.move(
                root.resolve(from),
                root.resolve(to),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        for (var file : inUse(from)) file.rename(to);
    }

    @Override
    public void delete(String name) throws IOException {
        keepOpen(name);
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

    private Set<ChannelFile> inUse(String name) {
        return inUse.getOrDefault(name, Set.of());
    }

    /// The name goes: whoever uses the file may read on, and sync what was written.
    private void keepOpen(String name) throws IOException {
        for (var file : inUse(name)) {
            file.reading.keep();
            if (file.writing.wasOpened()) file.writing.keep();
        }
    }

    private final class ChannelFile implements DiskFile {
        private volatile String name;
        private final OpenFiles.Slot writing;
        private final OpenFiles.Slot reading;

        ChannelFile(String name) {
            this.name = name;
            this.writing = channels.new Slot(() -> open(StandardOpenOption.WRITE));
            this.reading = channels.new Slot(() -> open(StandardOpenOption.READ));
            enter();
        }

        private FileChannel open(StandardOpenOption how) throws IOException {
            return FileChannel.open(root.resolve(name), how);
        }

        private void enter() {
            inUse.compute(name, (_, others) -> {
                var all = others == null ? ConcurrentHashMap.<ChannelFile>newKeySet() : others;
                all.add(this);
                return all;
            });
        }

        private void leave() {
            inUse.computeIfPresent(name, (_, all) -> {
                all.remove(this);
                return all.isEmpty() ? null : all;
            });
        }

        private void rename(String to) {
            leave();
            name = to;
            enter();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            int end = bytes.limit();
            for (long at = position; bytes.position() < end; bytes.limit(end)) {
                if (!bytes.isDirect()) bytes.limit(Math.min(end, bytes.position() + CALL_BYTES_MAX));
                long to = at;
                at += writing.write(channel -> channel.write(bytes, to));
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
                    count = reading.use(channel -> channel.read(target, from));
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
            return reading.use(channel -> channel.transferTo(position, count, target));
        }

        @Override
        public long size() throws IOException {
            return reading.use(FileChannel::size);
        }

        @Override
        public void truncate(long size) throws IOException {
            writing.write(channel -> channel.truncate(size));
        }

        @Override
        public void force() throws IOException {
            writing.force();
        }

        @Override
        public void close() throws IOException {
            leave();
            try {
                writing.close();
            } finally {
                reading.close();
            }
        }
    }
}
