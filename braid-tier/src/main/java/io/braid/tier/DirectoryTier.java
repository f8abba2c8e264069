package io.braid.tier;

import io.braid.log.Tier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A tier in a directory, such as a mounted network file system: one file for each object. An object comes to be by
/// the renaming of a synced file.
final class DirectoryTier implements Tier {
    private static final int COPY_BYTES = 1 << 20;
    private static final String DRAFT = ".part";

    private final Path root;

    DirectoryTier(Path root) throws IOException {
        this.root = Files.createDirectories(root);
    }

    @Override
    public void put(String key, long size, Source source) throws IOException {
        var target = root.resolve(key);
        var draft = draftOf(target);
        Files.createDirectories(target.getParent());
        try (var channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            copy(key, size, source, channel);
            channel.force(true);
        }
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        for (var each = target.getParent(); each.startsWith(root); each = each.getParent()) sync(each);
    }

    private static void copy(String key, long size, Source source, FileChannel target) throws IOException {
        var chunk = ByteBuffer.allocateDirect(Math.clamp(size, 1, COPY_BYTES));
        for (long done = 0; done < size; ) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), size - done));
            int count = source.read(done, chunk);
            if (count <= 0) throw new IOException("%s: %d bytes expected, found %d".formatted(key, size, done));
            chunk.flip();
            while (chunk.hasRemaining()) target.write(chunk);
            done += count;
        }
    }

    @Override
    public void read(String key, long position, ByteBuffer target) throws IOException {
        try (var channel = FileChannel.open(root.resolve(key), StandardOpenOption.READ)) {
            long at = position;
            while (target.hasRemaining()) {
                int count = channel.read(target, at);
                if (count < 0)
                    throw new IOException("%s at %d: %d more bytes expected, found its end"
                            .formatted(root.resolve(key), at, target.remaining()));
                at += count;
            }
        }
    }

    @Override
    public void delete(String key) throws IOException {
        var target = root.resolve(key);
        Files.deleteIfExists(draftOf(target));
        Files.deleteIfExists(target);
        var directory = target.getParent();
        if (!Files.isDirectory(directory)) return;
        sync(directory);
        deleteIfEmpty(directory);
    }

    private void deleteIfEmpty(Path directory) throws IOException {
        try {
            if (!directory.equals(root)) Files.delete(directory);
        } catch (DirectoryNotEmptyException | NoSuchFileException _) {
            // others have something in it, or were faster
        }
    }

    @Override
    public String location() {
        return root.toUri().toString().replaceFirst("/$", "");
    }

    @Override
    public void close() {
        // Nothing is open between two calls.
    }

    private static Path draftOf(Path target) {
        return target.resolveSibling(target.getFileName() + DRAFT);
    }

    private static void sync(Path directory) throws IOException {
        try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
