package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/// The disk as the log uses it: [DiskSpace] hears how much is written, and a call that finds no room is made once more
/// after the reserve was given up. Only if that did not help does the caller learn of it.
final class GuardedDisk implements Disk {
    private final Disk disk;
    private final DiskSpace space;

    GuardedDisk(Disk disk, DiskSpace space) {
        this.disk = disk;
        this.space = space;
    }

    private interface Call<T> {
        T make() throws IOException;
    }

    private <T> T withRoom(Call<T> call) throws IOException {
        try {
            return call.make();
        } catch (DiskFullException _) {
            space.noRoom();
            return call.make();
        }
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new GuardedFile(withRoom(() -> disk.create(name)));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new GuardedFile(disk.open(name));
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
        withRoom(() -> {
            disk.createDirectory(name);
            return true;
        });
    }

    @Override
    public void rename(String from, String to) throws IOException {
        withRoom(() -> {
            disk.rename(from, to);
            return true;
        });
    }

    @Override
    public void delete(String name) throws IOException {
        disk.delete(name);
    }

    @Override
    public void syncDirectory(String name) throws IOException {
        disk.syncDirectory(name);
    }

    @Override
    public int tasksAtOnce() {
        return disk.tasksAtOnce();
    }

    @Override
    public Lock lock(String name) throws IOException {
        return disk.lock(name);
    }

    @Override
    public Room room() throws IOException {
        return disk.room();
    }

    @Override
    public Share share(String name) throws IOException {
        return disk.share(name);
    }

    @Override
    public String describe(String name) {
        return disk.describe(name);
    }

    private final class GuardedFile implements DiskFile {
        private final DiskFile file;

        GuardedFile(DiskFile file) {
            this.file = file;
        }

        @Override
        public String name() {
            return file.name();
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            int from = bytes.position();
            int to = bytes.limit();
            space.wrote(to - from);
            withRoom(() -> {
                file.write(position, bytes.limit(to).position(from));
                return true;
            });
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return file.read(position, target);
        }

        @Override
        public int readInBackground(long position, ByteBuffer target) throws IOException {
            return file.readInBackground(position, target);
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
            file.truncate(size);
        }

        @Override
        public void beginWriteBack(long position, long count) {
            file.beginWriteBack(position, count);
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
