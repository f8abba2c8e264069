package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// One file of a [Disk], whose contract covers it too. Any thread may read; one at a time writes.
public interface DiskFile extends AutoCloseable {
    String name();

    /// Writes all that remains in `bytes`, from `position` in the file on; grows the file as needed. If it fails,
    /// what remains in `bytes` means nothing.
    ///
    /// @throws DiskFullException there is no room
    /// @throws IOException the disk failed
    void write(long position, ByteBuffer bytes) throws IOException;

    /// Reads until `target` is full or the file ends; answers how many bytes were read, 0 at the end.
    int read(long position, ByteBuffer target) throws IOException;

    /// Reads like [#read] what has long been forgotten by whatever cache there is, in the background of others: what is
    /// under way for it at any moment is little, so that nobody's sync waits behind much. By default it just reads.
    default int readInBackground(long position, ByteBuffer target) throws IOException {
        return read(position, target);
    }

    /// Sends up to `count` bytes from `position` on; answers how many were taken, which may be fewer.
    long transferTo(long position, long count, WritableByteChannel target) throws IOException;

    long size() throws IOException;

    /// Cuts the file; nothing happens if it is not longer.
    void truncate(long size) throws IOException;

    /// Lets the disk begin with a part that was written and not synced, so that a later [#force] has less to do.
    /// Promises nothing, throws nothing; may wait while the disk is busy. By default nothing happens.
    default void beginWriteBack(long position, long count) {}

    /// Returns when all that was written before is on the disk, with as much about the file (its size) as it takes
    /// to read it.
    void force() throws IOException;

    @Override
    void close() throws IOException;
}
