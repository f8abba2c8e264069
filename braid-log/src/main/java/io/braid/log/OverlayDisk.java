package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Another disk with changes that it never sees: what recovery does is done here, to look at the outcome. One thread.
///
/// Pages that are written differ from the other disk's or are not kept; those that are go to a temporary file, so
/// that memory does not grow with what a journal holds. Nothing here is ever synced.
final class OverlayDisk implements Disk, AutoCloseable {
    private static final int PAGE_BYTES = 64 << 10;

    /// Where a file is other than on the disk below.
    ///
    /// @param position of the first byte
    /// @param byteCount of all writes that changed something
    record Change(String name, long position, long byteCount) {}

    /// One file as it is seen here.
    private static final class Content {
        final boolean isBelow;
        final Map<Integer, Long> pages = new HashMap<>(); // where in the scratch file the pages are that are not below
        long size;
        long sizeBelow; // what lies behind it below is not seen
        long changedAt = Long.MAX_VALUE;
        long changedCount;

        Content(boolean isBelow, long size) {
            this.isBelow = isBelow;
            this.size = size;
            this.sizeBelow = size;
        }
    }

    private final Disk below;
    private final Map<String, Content> contents = new TreeMap<>(); // of files that were opened or created here
    private final Set<String> gone = new HashSet<>();
    private final Set<String> directories = new HashSet<>(); // that were created here
    private Optional<FileChannel> scratch = Optional.empty();
    private long scratchSize;

    OverlayDisk(Disk below) {
        this.below = below;
    }

    /// Files of the disk below whose bytes are others here, in the order of their names.
    List<Change> changes() {
        var changes = new ArrayList<Change>();
        contents.forEach((name, content) -> {
            if (content.changedCount > 0) changes.add(new Change(name, content.changedAt, content.changedCount));
        });
        return changes;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        if (exists(name)) throw new FileAlreadyExistsException(below.describe(name));
        var content = new Content(false, 0);
        contents.put(name, content);
        return new File(name, content, Optional.empty());
    }

    @Override
    public DiskFile open(String name) throws IOException {
        var known = contents.get(name);
        if (known == null && gone.contains(name)) throw new NoSuchFileException(below.describe(name));
        if (known != null && !known.isBelow) return new File(name, known, Optional.empty());
        var file = below.open(name);
        try {
            if (known == null) {
                known = new Content(true, file.size());
                contents.put(name, known);
            }
            return new File(name, known, Optional.of(file));
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public boolean exists(String name) throws IOException {
        if (contents.containsKey(name) || directories.contains(name)) return true;
        return !gone.contains(name) && below.exists(name);
    }

    @Override
    public List<String> list(String directory) throws IOException {
        var names = new TreeSet<String>();
        if (!gone.contains(directory))
            for (var name : below.list(directory)) if (!gone.contains(pathOf(directory, name))) names.add(name);
        for (var path : contents.keySet()) addIfIn(directory, path, names);
        for (var path : directories) addIfIn(directory, path, names);
        return List.copyOf(names);
    }

    private static String pathOf(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private static void addIfIn(String directory, String path, Set<String> names) {
        var name = path.substring(path.lastIndexOf('/') + 1);
        if (pathOf(directory, name).equals(path)) names.add(name);
    }

    @Override
    public void createDirectory(String name) {
        directories.add(name);
    }

    @Override
    public void rename(String from, String to) {
        throw new UnsupportedOperationException("recovery renames nothing");
    }

    @Override
    public void delete(String name) {
        contents.remove(name);
        directories.remove(name);
        gone.add(name);
    }

    @Override
    public void syncDirectory(String name) {
        // Nothing here outlives the process.
    }

    @Override
    public Lock lock(String name) {
        throw new UnsupportedOperationException("an overlay is for looking on");
    }

    @Override
    public Share share(String name) throws IOException {
        return below.share(name);
    }

    @Override
    public Room room() throws IOException {
        return below.room();
    }

    @Override
    public String describe(String name) {
        return below.describe(name);
    }

    @Override
    public void close() throws IOException {
        if (scratch.isPresent()) scratch.get().close();
    }

    private FileChannel scratch() throws IOException {
        if (scratch.isEmpty()) {
            var path = Files.createTempFile("braid-", ".overlay");
            scratch = Optional.of(FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
        }
        return scratch.get();
    }

    private final class File implements DiskFile {
        private final String name;
        private final Content content;
        private final Optional<DiskFile> file; // below
        private final ByteBuffer page = ByteBuffer.allocate(PAGE_BYTES); // of whatever is done now

        File(String name, Content content, Optional<DiskFile> file) {
            this.name = name;
            this.content = content;
            this.file = file;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                int index = (int) (position / PAGE_BYTES);
                int from = (int) (position % PAGE_BYTES);
                int count = Math.min(PAGE_BYTES - from, bytes.remaining());
                load(index);
                var target = page.slice(from, count);
                var source = bytes.slice(bytes.position(), count);
                int same = target.mismatch(source);
                if (same >= 0 || position + count > content.size) {
                    long first = same >= 0 ? position + same : content.size;
                    note(Math.min(first, content.size), count);
                    target.put(source);
                    store(index);
                }
                content.size = Math.max(content.size, position + count);
                bytes.position(bytes.position() + count);
                position += count;
            }
        }

        private void note(long first, int count) {
            content.changedAt = Math.min(content.changedAt, first);
            content.changedCount += count;
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int count = Math.clamp(content.size - position, 0, target.remaining());
            if (content.pages.isEmpty() && position + count <= content.sizeBelow && file.isPresent()) {
                int end = target.limit();
                int read = file.get().read(position, target.limit(target.position() + count));
                target.limit(end);
                return read;
            }
            for (int done = 0; done < count; ) {
                int from = (int) ((position + done) % PAGE_BYTES);
                int part = Math.min(PAGE_BYTES - from, count - done);
                load((int) ((position + done) / PAGE_BYTES));
                target.put(page.slice(from, part));
                done += part;
            }
            return count;
        }

        /// Brings a page into memory, zeros where nothing is.
        private void load(int index) throws IOException {
            Arrays.fill(page.array(), (byte) 0);
            var kept = content.pages.get(index);
            long from = (long) index * PAGE_BYTES;
            page.clear();
            if (kept != null) while (page.hasRemaining()) scratch().read(page, kept + page.position());
            else if (file.isPresent() && from < content.sizeBelow)
                file.get().read(from, page.limit((int) Math.min(PAGE_BYTES, content.sizeBelow - from)));
            page.clear();
        }

        private void store(int index) throws IOException {
            var place = content.pages.computeIfAbsent(index, _ -> scratchSize);
            if (place == scratchSize) scratchSize += PAGE_BYTES;
            for (page.clear(); page.hasRemaining(); ) scratch().write(page, place + page.position());
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            var bytes = ByteBuffer.allocate((int) Math.min(count, PAGE_BYTES));
            read(position, bytes);
            return target.write(bytes.flip());
        }

        @Override
        public long size() {
            return content.size;
        }

        @Override
        public void truncate(long size) throws IOException {
            if (size >= content.size) return;
            int last = (int) (size / PAGE_BYTES);
            load(last);
            Arrays.fill(page.array(), (int) (size % PAGE_BYTES), PAGE_BYTES, (byte) 0);
            content.pages.keySet().removeIf(index -> index > last);
            if (content.pages.containsKey(last)) store(last);
            content.size = size;
            content.sizeBelow = Math.min(content.sizeBelow, size);
        }

        @Override
        public void force() {
            // Nothing here outlives the process.
        }

        @Override
        public void close() throws IOException {
            if (file.isPresent()) file.get().close();
        }
    }
}
