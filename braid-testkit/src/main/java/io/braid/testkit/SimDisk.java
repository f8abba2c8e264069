package io.braid.testkit;

import io.braid.log.Disk;
import io.braid.log.DiskFile;
import io.braid.log.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// A disk that does no more than [Disk]'s contract promises, by seed.
///
/// - A crash keeps any subset of the writes that were not synced, in any order, each perhaps cut at any byte.
/// - A crash keeps or undoes each unsynced change of a name by itself, so that a new file may be gone, a deleted one
///   there again, a renamed one under its old name, and a file's size be more or less than it was.
/// - A call fails with the chance that [#failOneIn] sets; a failed write has written any part, a failed sync has synced
///   any part and forgets that the rest was ever written to the cache, as Linux does.
/// - It holds no more than [#capacity] says: a write past that writes what still fits. A deleted file takes room for as
///   long as somebody has it open.
///
/// After a crash every [DiskFile] and lock of before is dead. One thread.
public final class SimDisk implements Disk {
    /// What the file holds, and what would be left of it.
    private static final class Content {
        byte[] cached = new byte[0]; // as the running process sees it
        byte[] synced = new byte[0]; // as a crash leaves it at least
        final List<Change> unsynced = new ArrayList<>();
        int holders; // open files of this life
    }

    private sealed interface Change {
        record Written(long position, byte[] bytes) implements Change {}

        record Cut(int size) implements Change {}
    }

    private final RandomGenerator random;
    private final Map<String, Content> names = new TreeMap<>();
    private final Map<String, Content> syncedNames = new TreeMap<>();
    private final Set<String> directories = new TreeSet<>(Set.of(""));
    private final Set<String> syncedDirectories = new TreeSet<>(Set.of(""));
    private int life; // counts crashes: what was opened in another life is dead
    private boolean locked;
    private final Set<Content> nameless = new HashSet<>(); // deleted, but open
    private long capacity = Long.MAX_VALUE;
    private int readsUntilDeed = -1;
    private Runnable deedOnRead = () -> {};
    private int sharers; // outlive a crash: they are not the process that crashes
    private int failOneIn = Integer.MAX_VALUE;
    private boolean failed; // in this life
    private Optional<Integer> crashAfter = Optional.empty();

    public SimDisk(RandomGenerator random) {
        this.random = random;
    }

    /// One call in so many fails from now on; [Integer#MAX_VALUE] for none.
    public void failOneIn(int calls) {
        failOneIn = calls;
    }

    /// After so many more calls that change something the power fails: these and all later calls fail, until
    /// [#crash].
    public void loseTheDiskAfter(int calls) {
        crashAfter = Optional.of(calls);
    }

    /// So many bytes fit onto it from now on; what is there already stays. Names and directories take none.
    public void capacity(long bytes) {
        capacity = bytes;
    }

    /// After so many more reads somebody else does something, once, while the reader waits for its bytes.
    public void onRead(int reads, Runnable deed) {
        readsUntilDeed = reads;
        deedOnRead = deed;
    }

    private void haveRead() {
        if (readsUntilDeed-- != 0) return;
        deedOnRead.run();
    }

    /// Files that were deleted and that somebody still has open.
    public int namelessFiles() {
        return nameless.size();
    }

    /// Bytes that all files take.
    public long used() {
        long bytes = 0;
        for (var content : new HashSet<>(names.values())) bytes += content.cached.length;
        for (var content : nameless) bytes += content.cached.length;
        return bytes;
    }

    /// Whether a call has failed since the last [#crash] or [#kill]: what was written before may be lost even if the
    /// process only ends.
    public boolean hasFailed() {
        return failed;
    }

    /// The power fails, and comes back.
    public void crash() {
        kill();
        settleNames();
        for (var content : new LinkedHashSet<>(names.values())) settle(content);
    }

    /// The process ends, the power stays: what was written is there, synced or not.
    public void kill() {
        life++;
        names.values().forEach(content -> content.holders = 0);
        syncedNames.values().forEach(content -> content.holders = 0);
        nameless.clear();
        locked = false;
        crashAfter = Optional.empty();
        failOneIn = Integer.MAX_VALUE;
        failed = false;
    }

    /// Changes bytes of a file as they stand on the disk, as a worn-out disk would; all before is synced.
    public void damage(String name, long position, byte... bytes) {
        var content = names.get(name);
        content.cached = applied(new Change.Written(position, bytes), content.cached);
        content.synced = content.cached.clone();
        content.unsynced.clear();
    }

    /// All files there are.
    public List<String> files() {
        return List.copyOf(names.keySet());
    }

    @Override
    public DiskFile create(String name) throws IOException {
        change("create " + name);
        if (names.containsKey(name)) throw new FileAlreadyExistsException(name);
        if (!directories.contains(parentOf(name))) throw new NoSuchFileException(name);
        if (room().free() == 0) throw new DiskFullException("create " + name + ": no space left");
        names.put(name, new Content());
        return open(name);
    }

    @Override
    public DiskFile open(String name) throws IOException {
        var content = names.get(name);
        if (content == null) throw new NoSuchFileException(name);
        return new SimFile(name, content);
    }

    @Override
    public boolean exists(String name) {
        return names.containsKey(name) || directories.contains(name);
    }

    @Override
    public List<String> list(String directory) {
        var found = new ArrayList<String>();
        for (var name : names.keySet()) if (parentOf(name).equals(directory)) found.add(lastOf(name));
        for (var name : directories) if (!name.isEmpty() && parentOf(name).equals(directory)) found.add(lastOf(name));
        found.sort(null);
        return found;
    }

    @Override
    public void createDirectory(String name) throws IOException {
        change("create " + name);
        if (!directories.contains(name) && room().free() == 0)
            throw new DiskFullException("create " + name + ": no space left");
        for (var each = name; !each.isEmpty(); each = parentOf(each)) directories.add(each);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        change("rename " + from);
        if (!names.containsKey(to) && room().free() == 0)
            throw new DiskFullException("rename " + from + ": no space left");
        var content = names.remove(from);
        if (content == null) throw new NoSuchFileException(from);
        lostItsName(names.put(to, content));
    }

    @Override
    public void delete(String name) throws IOException {
        change("delete " + name);
        if (directories.contains(name) && !list(name).isEmpty()) throw new DirectoryNotEmptyException(name);
        lostItsName(names.remove(name));
        directories.remove(name);
    }

    /// @param content null if nothing had that name
    private void lostItsName(Content content) {
        if (content != null && content.holders > 0) nameless.add(content);
    }

    @Override
    public Room room() {
        return new Room(Math.max(0, capacity - used()), capacity);
    }

    @Override
    public void syncDirectory(String name) throws IOException {
        if (!directories.contains(name)) throw new NoSuchFileException(name);
        change("sync " + name);
        syncedNames.keySet().removeIf(each -> parentOf(each).equals(name) && !names.containsKey(each));
        // What was in a directory that is gone is gone with it, even if one of that name comes again.
        syncedNames.keySet().removeIf(each -> {
            var parent = parentOf(each);
            return !parent.isEmpty() && parentOf(parent).equals(name) && !directories.contains(parent);
        });
        names.forEach((each, content) -> {
            if (parentOf(each).equals(name)) syncedNames.put(each, content);
        });
        syncedDirectories.removeIf(each -> parentOf(each).equals(name) && !directories.contains(each));
        for (var each : directories) if (parentOf(each).equals(name)) syncedDirectories.add(each);
    }

    @Override
    public Lock lock(String name) throws IOException {
        if (locked || sharers > 0) throw new IOException("data directory is in use by process sim");
        if (!names.containsKey(name)) create(name).close();
        locked = true;
        var content = names.get(name);
        int mine = life;
        return new Lock() {
            @Override
            public void check() throws IOException {
                if (names.get(name) != content) throw new IOException(name + " was deleted or replaced");
            }

            @Override
            public void close() {
                if (life == mine) locked = false;
            }
        };
    }

    @Override
    public Share share(String name) throws IOException {
        if (locked) throw new IOException("data directory is in use by process sim");
        sharers++;
        return () -> sharers--;
    }

    @Override
    public String describe(String name) {
        return "sim/" + name;
    }

    // What a crash leaves.

    private void settleNames() {
        var files = kept(names, syncedNames);
        var kept = new TreeSet<String>();
        for (var name : sorted(directories, syncedDirectories)) { // parents come first
            boolean isThere = directories.contains(name);
            boolean stays = isThere == syncedDirectories.contains(name) ? isThere : random.nextBoolean();
            if (name.isEmpty() || stays && kept.contains(parentOf(name))) kept.add(name);
        }
        directories.clear();
        directories.addAll(kept);
        names.clear();
        files.forEach((name, content) -> {
            if (directories.contains(parentOf(name))) names.put(name, content);
        });
        syncedDirectories.clear();
        syncedDirectories.addAll(directories);
        syncedNames.clear();
        syncedNames.putAll(names);
    }

    /// For each name what it means now, or what it meant when its directory was last synced.
    private Map<String, Content> kept(Map<String, Content> now, Map<String, Content> before) {
        var kept = new TreeMap<String, Content>();
        for (var name : sorted(now.keySet(), before.keySet())) {
            var meaning = random.nextBoolean() ? now : before;
            if (meaning.containsKey(name)) kept.put(name, meaning.get(name));
        }
        return kept;
    }

    private static TreeSet<String> sorted(Set<String> some, Set<String> others) {
        var all = new TreeSet<>(some);
        all.addAll(others);
        return all;
    }

    private void settle(Content content) {
        var left = new ArrayList<>(content.unsynced);
        byte[] bytes = content.synced.clone();
        while (!left.isEmpty()) {
            var change = left.remove(random.nextInt(left.size()));
            bytes = switch (random.nextInt(4)) {
                case 0 -> bytes;
                case 1 -> applied(torn(change), bytes);
                default -> applied(change, bytes);
            };
        }
        content.synced = bytes;
        content.cached = bytes.clone();
        content.unsynced.clear();
    }

    private Change torn(Change change) {
        return switch (change) {
            case Change.Cut cut -> cut;
            case Change.Written(long position, byte[] bytes) -> {
                int from = random.nextInt(bytes.length + 1);
                int to = from + random.nextInt(bytes.length - from + 1);
                yield new Change.Written(position + from, Arrays.copyOfRange(bytes, from, to));
            }
        };
    }

    private static byte[] applied(Change change, byte[] bytes) {
        return switch (change) {
            case Change.Cut(int size) -> bytes.length > size ? Arrays.copyOf(bytes, size) : bytes;
            case Change.Written(long position, byte[] written) -> {
                int end = (int) position + written.length;
                var result = bytes.length >= end ? bytes : Arrays.copyOf(bytes, end);
                System.arraycopy(written, 0, result, (int) position, written.length);
                yield result;
            }
        };
    }

    // What fails.

    /// Before every call that changes something.
    private void change(String call) throws IOException {
        if (crashAfter.isPresent()) {
            int left = crashAfter.get();
            if (left <= 0) throw failure("the power is gone: " + call);
            crashAfter = Optional.of(left - 1);
        }
        if (failOneIn < Integer.MAX_VALUE && random.nextInt(failOneIn) == 0) throw failure("injected: " + call);
    }

    private IOException failure(String message) {
        failed = true;
        return new IOException(message);
    }

    private static String parentOf(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    private static String lastOf(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private final class SimFile implements DiskFile {
        private final String name;
        private final Content content;
        private final int bornIn = life;
        private boolean closed;

        SimFile(String name, Content content) {
            this.name = name;
            this.content = content;
            content.holders++;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            refuseIfDead();
            var written = new byte[bytes.remaining()];
            bytes.get(written);
            if (written.length == 0) return;
            try {
                change("write " + name);
            } catch (IOException e) {
                apply(torn(new Change.Written(position, written)));
                throw e;
            }
            long growth = Math.max(0, position + written.length - content.cached.length);
            long missing = growth - room().free();
            if (missing > 0 && growth > 0) {
                int fitting = (int) Math.max(0, written.length - missing);
                if (fitting > 0) apply(new Change.Written(position, Arrays.copyOf(written, fitting)));
                throw new DiskFullException("write " + name + ": no space left");
            }
            apply(new Change.Written(position, written));
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            refuseIfDead();
            int count = (int) Math.max(0, Math.min(target.remaining(), content.cached.length - position));
            if (count > 0) target.put(content.cached, (int) position, count);
            haveRead();
            return count;
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
            refuseIfDead();
            long there = Math.max(0, Math.min(count, content.cached.length - position));
            return there == 0 ? 0 : target.write(ByteBuffer.wrap(content.cached, (int) position, (int) there));
        }

        @Override
        public long size() throws IOException {
            refuseIfDead();
            return content.cached.length;
        }

        @Override
        public void truncate(long size) throws IOException {
            refuseIfDead();
            if (size >= content.cached.length) return;
            change("truncate " + name);
            apply(new Change.Cut((int) size));
        }

        @Override
        public void force() throws IOException {
            refuseIfDead();
            try {
                change("force " + name);
            } catch (IOException e) {
                settle(content);
                throw e;
            }
            content.synced = content.cached.clone();
            content.unsynced.clear();
        }

        @Override
        public void close() {
            if (!closed && bornIn == life && --content.holders == 0) nameless.remove(content);
            closed = true;
        }

        private void apply(Change change) {
            content.unsynced.add(change);
            content.cached = applied(change, content.cached);
        }

        private void refuseIfDead() throws IOException {
            if (closed) throw new ClosedChannelException();
            if (bornIn != life) throw new IOException(name + " was opened before the crash");
        }
    }
}
