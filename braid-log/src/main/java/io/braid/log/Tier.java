package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Where sealed segments go when this disk is too small for them: a bucket, or a directory elsewhere. Objects have a
/// key and bytes that never change. Any thread, several at a time.
///
/// The contract, which `TierContractTest` holds every implementation to:
///
/// 1. What [#put] has returned for is there as a whole, for good, and for every later [#read].
/// 2. A [#put] that failed, or whose process died, has stored the whole object or nothing, never a part of it; it may
///    be done again with the same bytes, whatever became of it.
/// 3. [#read] gives exactly the bytes that were put, or fails.
/// 4. After [#delete] has returned there is no such object, whether there was one or not.
/// 5. Every call ends: it has a limit of its own on the time for which nothing moves.
///
/// Nothing here tells a time: no decision depends on another machine's clock. Nothing lists what there is: whoever
/// puts an object has noted its key before.
public interface Tier extends AutoCloseable {
    /// Where the bytes of an object come from. Read from the beginning, perhaps more than once.
    interface Source {
        /// Reads until `target` is full or the source ends; answers how many bytes were read.
        int read(long position, ByteBuffer target) throws IOException;
    }

    /// @throws IOException the source failed, or the tier did, or it holds something else than was sent
    void put(String key, long size, Source source) throws IOException;

    /// Fills `target` with the bytes from `position` on.
    ///
    /// @throws java.nio.file.NoSuchFileException there is no such object
    /// @throws IOException the tier failed, or the object ends before `target` is full
    void read(String key, long position, ByteBuffer target) throws IOException;

    void delete(String key) throws IOException;

    /// What tells this tier from others, as people know it: `s3://bucket/prefix`.
    String location();

    @Override
    void close();
}
