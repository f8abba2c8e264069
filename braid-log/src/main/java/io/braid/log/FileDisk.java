package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Real files below a real directory.
///
/// A file has two channels: the writer's, which only threads that nobody interrupts may use, and the readers'. An
/// interrupt closes the channel that its thread is reading from, whoever else uses it; the readers' is then opened
/// again, and nobody but the interrupted thread notices. All channels are [OpenFiles], so that partitions may be more
/// than the files that a process may have open.
public final class FileDisk implements Disk {
    /// The JDK copies heap buffers through a direct buffer as large as the call, kept for each thread: calls
    /// are cut to this so that a large read does not cost its size for ever.
    private static final int CALL_BYTES_MAX = 128 << 10;

    /// What a reader in the background has under way, in requests of [#CALL_BYTES_MAX]: with a single one it gets
    /// less than half of what the disk could give it, and with many a sync waits behind all of them.
    private static final int BACKGROUND_BYTES = 4 * CALL_BYTES_MAX;

    /// With less than this free the disk is full, in whatever words a write has failed.
    private static final long FULL_BYTES = 64 << 10;

    /// Of the files that the process may have open: the others are for connections, jars and the like.
    private static final double OPEN_FILES_PART = 0.5;

    private static final int TASKS_AT_ONCE = 16;

    private final Path root;
    private final FileStore store;
    private final OpenFiles channels;
    // Files that are in use, by their names: those whose names go are to be kept open. Bounded by the segments.
    private final Map<String, Set<ChannelFile>> inUse = new ConcurrentHashMap<>();

    /// @throws IOException the directory cannot be created: the message says why and what to do
    public FileDisk(Path root) throws IOException {
        this(root, (int) (OpenFiles.limitOfProcess() * OPEN_FILES_PART));
    }

    /// The same with at most so many files open at once.
    public FileDisk(Path root, int openFilesMax) throws IOException {
        this.channels = new OpenFiles(openFilesMax);
        try {
            this.root = Files.createDirectories(root);
            this.store = Files.getFileStore(root);
        } catch (FileAlreadyExistsException e) {
            throw new IOException(
                    "data directory %s is a file: choose another directory".formatted(root.toAbsolutePath()), e);
        } catch (IOException e) {
            throw new IOException(
                    "data directory %s could not be created: %s, or choose another directory"
                            .formatted(root.toAbsolutePath(), FileTrouble.advice(e)),
                    e);
        }
    }

    @Override
    public DiskFile create(String name) throws IOException {
        var path = root.resolve(name);
        try {
            FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                    .close();
        } catch (IOException e) {
            throw troubleWithRoom("create", path.toString(), e);
        }
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
        int slash = name.lastIndexOf('/');
        if (slash >= 0 && !exists(name.substring(0, slash))) createDirectory(name.substring(0, slash));
        var path = root.resolve(name);
        try {
            Files.createDirectory(path); // not with those above it: who deleted the root did not ask for it again
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(path)) throw e;
        } catch (IOException e) {
            throw troubleWithRoom("create", path.toString(), e);
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        var target = root.resolve(to);
        keepOpen(to);
        try {
            Files.move(root.resolve(from), target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw troubleWithRoom("replace", target.toString(), e);
        }
        for (var file : inUse(from)) file.rename(to);
    }

    @Override
    public void delete(String name) throws IOException {
        var path = root.resolve(name);
        keepOpen(name);
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw FileTrouble.of("delete", path.toString(), e);
        }
    }

    @Override
    public void syncDirectory(String name) throws IOException {
        var path = root.resolve(name);
        try (var directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            throw FileTrouble.of("sync", path.toString(), e);
        }
    }

    @Override
    public int tasksAtOnce() {
        return TASKS_AT_ONCE;
    }

    @Override
    public Lock lock(String name) throws IOException {
        var path = root.resolve(name);
        var channel = openForLock(path);
        try {
            if (!tryLock(channel, false)) throw inUse(channel);
            sign(channel);
            return new HeldLock(path, channel, keyOf(path));
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public Share share(String name) throws IOException {
        if (!exists(name)) return () -> {};
        var channel = FileChannel.open(root.resolve(name), StandardOpenOption.READ);
        try {
            if (!tryLock(channel, true)) throw inUse(channel);
            return channel::close;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private FileChannel openForLock(Path path) throws IOException {
        try {
            return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException(
                    "data directory %s cannot be written: %s, or choose another directory"
                            .formatted(root.toAbsolutePath(), FileTrouble.advice(e)),
                    e);
        }
    }

    private boolean tryLock(FileChannel channel, boolean isShared) throws IOException {
        try {
            return channel.tryLock(Long.MAX_VALUE - 1, 1, isShared) != null; // beyond the text, which others may read
        } catch (OverlappingFileLockException _) {
            return false; // this process has it itself
        } catch (IOException e) {
            throw new IOException(
                    "data directory %s cannot be locked (%s): choose a directory on a file system that has locks"
                            .formatted(root.toAbsolutePath(), e.getMessage()),
                    e);
        }
    }

    /// Leaves the process id for the message of those who come later, if there is room for it.
    private static void sign(FileChannel channel) throws IOException {
        var pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
        try {
            channel.write(ByteBuffer.wrap(pid), 0);
            channel.truncate(pid.length);
        } catch (IOException e) {
            if (!FileTrouble.saysFull(e)) throw e;
        }
    }

    private IOException inUse(FileChannel channel) throws IOException {
        var text = ByteBuffer.allocate(20);
        channel.read(text, 0);
        var pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
        return new IOException("data directory %s is in use by process %s: stop it, or choose another directory"
                .formatted(root.toAbsolutePath(), pid.isBlank() ? "(unknown)" : pid));
    }

    /// What tells a file from all others, also from a later one of its name.
    private static Object keyOf(Path path) throws IOException {
        return Optional.ofNullable(
                Files.readAttributes(path, BasicFileAttributes.class).fileKey()); // Windows has none
    }

    @Override
    public Room room() throws IOException {
        try {
            long total = store.getTotalSpace();
            if (total <= 0) return new Room(Long.MAX_VALUE, Long.MAX_VALUE); // it does not say
            return new Room(store.getUsableSpace(), total);
        } catch (IOException e) {
            throw isGone(e) ? gone("the directory is not there", e) : FileTrouble.of("look at", root.toString(), e);
        }
    }

    @Override
    public String describe(String name) {
        return root.resolve(name).toString();
    }

    /// What a call that takes room has failed with.
    private IOException troubleWithRoom(String act, String where, IOException cause) {
        if (FileTrouble.saysFull(cause) || !FileTrouble.isOther(cause) && isFull())
            return new DiskFullException("%s %s: no space left on the disk".formatted(act, where), cause);
        return isGone(cause) ? gone("the directory is not there", cause) : FileTrouble.of(act, where, cause);
    }

    private boolean isFull() {
        try {
            return store.getUsableSpace() < FULL_BYTES;
        } catch (IOException _) {
            return false; // then something else is wrong
        }
    }

    private boolean isGone(IOException cause) {
        return cause instanceof NoSuchFileException && !Files.isDirectory(root);
    }

    private IOException gone(String found, IOException cause) {
        return new IOException(
                ("data directory %s was deleted, replaced or unmounted (%s): what was written since may be lost; bring"
                                + " it back, then start again")
                        .formatted(root.toAbsolutePath(), found),
                cause);
    }

    private final class HeldLock implements Lock {
        private final Path path;
        private final FileChannel channel;
        private final Object key;

        HeldLock(Path path, FileChannel channel, Object key) {
            this.path = path;
            this.channel = channel;
            this.key = key;
        }

        @Override
        public void check() throws IOException {
            Object found;
            try {
                found = keyOf(path);
            } catch (NoSuchFileException e) {
                throw gone("the file %s of this process is not there".formatted(path.getFileName()), e);
            } catch (IOException e) {
                throw FileTrouble.of("look at", path.toString(), e);
            }
            if (!found.equals(key))
                throw gone(
                        "the file %s is not the one this process made".formatted(path.getFileName()),
                        new IOException("%s: expected file %s, found %s".formatted(path, key, found)));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
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

    private interface Reading {
        int read(FileChannel channel, ByteBuffer target, long from) throws IOException;
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
            long at = position;
            try {
                for (; bytes.position() < end; bytes.limit(end)) {
                    if (!bytes.isDirect()) bytes.limit(Math.min(end, bytes.position() + CALL_BYTES_MAX));
                    long to = at;
                    at += writing.write(channel -> channel.write(bytes, to));
                }
            } catch (IOException e) {
                throw troubleWithRoom("write", "%s at %d".formatted(root.resolve(name), at), e);
            }
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return read(position, target, FileChannel::read);
        }

        @Override
        public int readInBackground(long position, ByteBuffer target) throws IOException {
            return read(position, target, (channel, part, from) -> {
                ReadAhead.ask(channel, from, BACKGROUND_BYTES);
                return channel.read(part, from);
            });
        }

        private int read(long position, ByteBuffer target, Reading how) throws IOException {
            int end = target.limit();
            int total = 0;
            while (target.position() < end) {
                target.limit(Math.min(end, target.position() + CALL_BYTES_MAX));
                int count;
                try {
                    long from = position + total;
                    count = reading.use(channel -> how.read(channel, target, from));
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
            try {
                writing.write(channel -> channel.truncate(size));
            } catch (IOException e) {
                throw FileTrouble.of("truncate", root.resolve(name).toString(), e);
            }
        }

        @Override
        public void beginWriteBack(long position, long count) {
            SyncRange.begin(root.resolve(name), position, count);
        }

        @Override
        public void force() throws IOException {
            try {
                writing.force();
            } catch (IOException e) {
                throw FileTrouble.of("sync", root.resolve(name).toString(), e);
            }
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
