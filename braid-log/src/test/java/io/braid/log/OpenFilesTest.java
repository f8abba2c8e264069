package io.braid.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A few open channels serve many files, and nobody notices.
class OpenFilesTest {
    private static final int MOST = 3;

    @TempDir
    private Path directory;

    private final OpenFiles files = new OpenFiles(MOST);
    private final List<String> syncs = new ArrayList<>();
    private boolean syncsFail;

    @Test
    void moreFilesThanMayBeOpenCanAllBeUsed() throws IOException {
        var slots = IntStream.range(0, 10).mapToObj(this::slot).toList();

        for (int round = 0; round < 3; round++)
            for (int i = 0; i < slots.size(); i++) {
                write(slots.get(i), round, (byte) i);
                assertTrue(files.openCount() <= MOST, files.openCount() + " are open");
            }

        for (int i = 0; i < slots.size(); i++) assertEquals((byte) i, read(slots.get(i), 2));
        for (var slot : slots) slot.close();
        assertEquals(0, files.openCount());
    }

    @Test
    void whatWasWrittenIsSyncedBeforeItsChannelIsClosed() throws IOException {
        var slots = IntStream.range(0, MOST + 1).mapToObj(this::slot).toList();
        for (int i = 0; i < MOST; i++) write(slots.get(i), 0, (byte) 1);
        assertEquals(List.of(), syncs);

        read(slots.get(MOST), 0);

        assertEquals(List.of("0"), syncs);
    }

    @Test
    void whatIsSyncedAlreadyIsClosedWithoutAnother() throws IOException {
        var slots = IntStream.range(0, MOST + 1).mapToObj(this::slot).toList();
        for (int i = 0; i < MOST; i++) write(slots.get(i), 0, (byte) 1);
        slots.getFirst().force();

        read(slots.get(MOST), 0);

        assertEquals(List.of("0"), syncs);
    }

    @Test
    void aSyncThatFailedWhileRoomWasMadeIsToldToWhoeverSyncsNext() throws IOException {
        var slots = IntStream.range(0, MOST + 1).mapToObj(this::slot).toList();
        for (int i = 0; i < MOST; i++) write(slots.get(i), 0, (byte) 1);
        syncsFail = true;
        read(slots.get(MOST), 0); // its reader is not to blame
        syncsFail = false;

        var told = assertThrows(IOException.class, () -> slots.getFirst().force());

        assertEquals("injected", told.getMessage());
        assertThrows(IOException.class, () -> slots.getFirst().force(), "and does not forget it");
        slots.get(1).force();
    }

    @Test
    void aKeptFileIsReadAfterItsNameIsGone() throws IOException {
        var slots = IntStream.range(0, MOST + 1).mapToObj(this::slot).toList();
        write(slots.getFirst(), 0, (byte) 7);

        slots.getFirst().keep();
        Files.delete(directory.resolve("0"));
        for (int i = 1; i <= MOST; i++) write(slots.get(i), 0, (byte) 1);

        assertEquals((byte) 7, read(slots.getFirst(), 0));
    }

    @Test
    void anInterruptedReaderDisturbsNobodyElse() throws IOException {
        var slot = slot(0);
        write(slot, 0, (byte) 7);

        Thread.currentThread().interrupt();
        assertThrows(ClosedByInterruptException.class, () -> read(slot, 0));
        assertTrue(Thread.interrupted());

        assertEquals((byte) 7, read(slot, 0));
    }

    @Test
    void aClosedSlotIsNotOpenedAgain() throws IOException {
        var slot = slot(0);
        slot.close();

        assertThrows(ClosedChannelException.class, () -> read(slot, 0));
    }

    private OpenFiles.Slot slot(int name) {
        var path = directory.resolve(Integer.toString(name));
        return files.new Slot(() -> new Watched(
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                path));
    }

    private static void write(OpenFiles.Slot slot, int at, byte value) throws IOException {
        slot.write(channel -> channel.write(ByteBuffer.wrap(new byte[] {value}), at));
    }

    private static byte read(OpenFiles.Slot slot, int at) throws IOException {
        var one = ByteBuffer.allocate(1);
        slot.use(channel -> channel.read(one, at));
        return one.get(0);
    }

    /// A channel that notes its syncs, or fails them.
    private final class Watched extends FileChannel {
        private final FileChannel channel;
        private final String name;

        Watched(FileChannel channel, Path path) {
            this.channel = channel;
            this.name = path.getFileName().toString();
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (syncsFail) throw new IOException("injected");
            syncs.add(name);
            channel.force(metaData);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            try {
                return channel.read(target, position);
            } finally {
                if (!channel.isOpen()) close();
            }
        }

        @Override
        public int write(ByteBuffer source, long position) throws IOException {
            return channel.write(source, position);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            channel.close();
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public int read(ByteBuffer target) {
            throw new AssertionError("not by position");
        }

        @Override
        public long read(ByteBuffer[] targets, int offset, int length) {
            throw new AssertionError("not by position");
        }

        @Override
        public int write(ByteBuffer source) {
            throw new AssertionError("not by position");
        }

        @Override
        public long write(ByteBuffer[] sources, int offset, int length) {
            throw new AssertionError("not by position");
        }

        @Override
        public long position() {
            throw new AssertionError("not by position");
        }

        @Override
        public FileChannel position(long newPosition) {
            throw new AssertionError("not by position");
        }

        @Override
        public FileChannel truncate(long size) {
            throw new AssertionError("not asked for");
        }

        @Override
        public long transferTo(long position, long count, WritableByteChannel target) {
            throw new AssertionError("not asked for");
        }

        @Override
        public long transferFrom(ReadableByteChannel source, long position, long count) {
            throw new AssertionError("not asked for");
        }

        @Override
        public MappedByteBuffer map(MapMode mode, long position, long size) {
            throw new AssertionError("not asked for");
        }

        @Override
        public FileLock lock(long position, long size, boolean shared) {
            throw new AssertionError("not asked for");
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) {
            throw new AssertionError("not asked for");
        }
    }
}
