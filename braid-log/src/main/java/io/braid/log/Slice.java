package io.braid.log;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.WritableByteChannel;

/// A run of whole batches of one segment, still on its disk. It keeps the segment's file open until it is
/// closed, so it may outlive the segment. Any thread, one at a time.
public interface Slice extends AutoCloseable {
    /// The base offset of the first batch, or the offset asked for if the slice is empty. It is above the offset asked
    /// for if compaction has left nothing of that.
    long firstOffset();

    /// Where the next read goes on: behind the last record, or even further if nothing follows for some offsets. If
    /// compaction has left nothing at all below the limit, the slice is empty and this is the limit.
    long nextOffset();

    int byteSize();

    default boolean isEmpty() {
        return byteSize() == 0;
    }

    /// Sends bytes `[from, from + count)` of this slice without copying them through the heap where the target
    /// allows; answers how many were taken, which may be fewer.
    long transferTo(WritableByteChannel target, long from, long count) throws IOException;

    /// All bytes, read into memory of the caller's own.
    ///
    /// @throws IOException the disk failed, or holds fewer bytes than it should
    MemorySegment load() throws IOException;

    @Override
    void close();
}
