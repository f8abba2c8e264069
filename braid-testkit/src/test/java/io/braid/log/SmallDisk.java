package io.braid.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A disk of a few MiB with real files, which fills up: as a file system of its own ([#mounted]) where this process may
/// mount one, and everywhere as a directory whose [Disk] counts ([#counted]). Any thread.
interface SmallDisk extends AutoCloseable {
    Disk disk();

    /// Another program leaves so much of it.
    void fill(long left) throws IOException;

    /// The other program takes back all that it has written.
    void empty() throws IOException;

    @Override
    void close() throws IOException;

    /// @throws IOException this process may not mount
    static SmallDisk mounted(Path directory, int mib) throws IOException {
        run("mount", "-t", "tmpfs", "-o", "size=" + mib + "m", "braid-test", directory.toString());
        return new Mounted(directory, new FileDisk(directory.resolve("data")));
    }

    static SmallDisk counted(Path directory, int mib) throws IOException {
        return new Counted(new FileDisk(directory.resolve("data")), (long) mib << 20);
    }

    /// @throws IOException it is not there, or does not end well
    static void run(String... command) throws IOException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        try (InputStream out = process.getInputStream()) {
            var said = new String(out.readAllBytes());
            if (process.waitFor() != 0) throw new IOException(String.join(" ", command) + ": " + said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    record Mounted(Path directory, Disk disk) implements SmallDisk {
        private Path filler() {
            return directory.resolve("filler");
        }

        @Override
        public void fill(long left) throws IOException {
            var store = Files.getFileStore(directory);
            var piece = new byte[4 << 10];
            try (var file = Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (store.getUsableSpace() > left) file.write(piece);
            } catch (IOException e) {
                if (left > 0 || !FileTrouble.saysFull(e)) throw e;
            }
        }

        @Override
        public void empty() throws IOException {
            Files.delete(filler());
        }

        @Override
        public void close() throws IOException {
            run("umount", "-l", directory.toString());
        }
    }

    /// Lets every call through to real files, but for those there is no room for.
    final class Counted implements SmallDisk, Disk {
        private final Disk disk;
        private final long capacity;
        private long used; // guarded by this
        private long others; // guarded by this

        Counted(Disk disk, long capacity) {
            this.disk = disk;
            this.capacity = capacity;
        }

        @Override
        public Disk disk() {
            return this;
        }

        @Override
        public synchronized void fill(long left) {
            others += room().free() - left;
        }

        @Override
        public synchronized void empty() {
            others = 0;
        }

        @Override
        public void close() {
            // The directory is its owner's to delete.
        }

        private synchronized void take(String name, long bytes) throws DiskFullException {
            if (bytes > 0 && bytes > room().free()) throw new DiskFullException(name + ": no space left");
            used += bytes;
        }

        @Override
        public synchronized Room room() {
            return new Room(Math.max(0, capacity - used - others), capacity);
        }

        @Override
        public DiskFile create(String name) throws IOException {
            take(name, 1);
            take(name, -1);
            return new CountedFile(disk.create(name));
        }

        @Override
        public DiskFile open(String name) throws IOException {
            return new CountedFile(disk.open(name));
        }

        @Override
        public boolean exists(String name) throws IOException {
            return disk.exists(name);
        }

        @Override
        public List<String> list(String directory) throws IOException {
            return disk.list(directory);
        }

        @Override
        public void createDirectory(String name) throws IOException {
            disk.createDirectory(name);
        }

        @Override
        public void rename(String from, String to) throws IOException {
            long replaced = size(to);
            disk.rename(from, to);
            take(to, -replaced);
        }

        @Override
        public void delete(String name) throws IOException {
            long deleted = size(name);
            disk.delete(name);
            take(name, -deleted);
        }

        private long size(String name) throws IOException {
            if (!disk.exists(name) || !disk.list(name).isEmpty()) return 0;
            try (var file = disk.open(name)) {
                return file.size();
            } catch (IOException _) {
                return 0; // a directory
            }
        }

        @Override
        public void syncDirectory(String name) throws IOException {
            disk.syncDirectory(name);
        }

        @Override
        public Share share(String name) throws IOException {
            return disk.share(name);
        }

        @Override
        public Lock lock(String name) throws IOException {
            return disk.lock(name);
        }

        @Override
        public String describe(String name) {
            return disk.describe(name);
        }

        private final class CountedFile implements DiskFile {
            private final DiskFile file;

            CountedFile(DiskFile file) {
                this.file = file;
            }

            @Override
            public String name() {
                return file.name();
            }

            @Override
            public void write(long position, ByteBuffer bytes) throws IOException {
                take(name(), Math.max(0, position + bytes.remaining() - size()));
                file.write(position, bytes);
            }

            @Override
            public int read(long position, ByteBuffer target) throws IOException {
                return file.read(position, target);
            }

            @Override
            public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
                return file.transferTo(position, count, target);
            }

            @Override
            public long size() throws IOException {
                return file.size();
            }

            @Override
            public void truncate(long size) throws IOException {
                long cut = Math.max(0, size() - size);
                file.truncate(size);
                take(name(), -cut);
            }

            @Override
            public void force() throws IOException {
                file.force();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        }
    }
}
