package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/// A sealed segment's file that is in the tier, read through the [TierCache] in chunks. Any thread.
final class TieredFile implements DiskFile {
    /// One request's worth: large enough that the way there and back does not count, small enough that many fit.
    static final int CHUNK_BYTES = 1 << 20;

    private static final int INDEX_PART = -1;

    private record Chunk(byte[] bytes) implements TierCache.Piece {
        @Override
        public int byteSize() {
            return bytes.length;
        }
    }

    /// What an index file holds.
    private record Index(Segment.Extent extent) implements TierCache.Piece {
        private static final int ENTRY_BYTES = 20;
        private static final int ABORTED_BYTES = 64;

        @Override
        public int byteSize() {
            return Math.max(
                    1, extent.index().count() * ENTRY_BYTES + extent.aborted().count() * ABORTED_BYTES);
        }
    }

    private final Tier tier;
    private final TierCache cache;
    private final String key;
    private final int size;

    TieredFile(Tier tier, TierCache cache, String key, int size) {
        this.tier = tier;
        this.cache = cache;
        this.key = key;
        this.size = size;
    }

    @Override
    public String name() {
        return tier.location() + "/" + key;
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        int total = 0;
        while (target.hasRemaining() && position + total < size) {
            int at = (int) (position + total);
            var chunk = chunk(at / CHUNK_BYTES);
            int from = at % CHUNK_BYTES;
            int count = Math.min(target.remaining(), chunk.length - from);
            target.put(chunk, from, count);
            total += count;
        }
        return total;
    }

    /// Has what follows these bytes read, if a reader seems to be on its way through.
    void readAhead(int from, int to) {
        int first = from / CHUNK_BYTES;
        int next = (to - 1) / CHUNK_BYTES + 1;
        boolean isOnItsWay = first == 0 || cache.contains(new TierCache.Key(key, first - 1));
        if (isOnItsWay && (long) next * CHUNK_BYTES < size)
            cache.ahead(new TierCache.Key(key, next), () -> request(next));
    }

    /// These bytes were damaged: they may have been damaged on their way only.
    void forget(int from, int to) {
        for (int part = from / CHUNK_BYTES; part <= (to - 1) / CHUNK_BYTES; part++)
            cache.forget(new TierCache.Key(key, part));
    }

    TierCache.Lease lease(int byteSize) throws IOException {
        return cache.lease(byteSize);
    }

    /// The segment that this is the file of, with where its batches begin. The index is on this disk; a new one is
    /// made if that is lost or damaged, by reading the segment.
    Segment.Extent indexed(Disk disk, Segment segment) throws IOException {
        var key = new TierCache.Key(this.key, INDEX_PART);
        return cache.derive(Index.class, key, () -> new Index(readIndex(disk, segment)))
                .extent();
    }

    private Segment.Extent readIndex(Disk disk, Segment segment) throws IOException {
        var known = IndexFile.read(disk, segment, size).filter(extent -> extent.size() == size);
        if (known.isPresent()) return known.get();
        var walked = new Segment(disk, segment.partition(), segment.base());
        walked.adopt(this);
        walked.noteAll(size);
        walked.publish();
        segment.writeIndex(walked.extent(), true);
        return walked.extent();
    }

    private byte[] chunk(int part) throws IOException {
        return cache.get(Chunk.class, new TierCache.Key(key, part), () -> request(part))
                .bytes();
    }

    private Chunk request(int part) throws IOException {
        long from = (long) part * CHUNK_BYTES;
        var bytes = new byte[(int) Math.min(CHUNK_BYTES, size - from)];
        tier.read(key, from, ByteBuffer.wrap(bytes));
        return new Chunk(bytes);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        if (position >= size) return 0;
        int at = (int) position;
        var chunk = chunk(at / CHUNK_BYTES);
        int from = at % CHUNK_BYTES;
        return target.write(ByteBuffer.wrap(chunk, from, (int) Math.min(count, chunk.length - from)));
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public void write(long position, ByteBuffer bytes) {
        throw sealed();
    }

    @Override
    public void truncate(long length) {
        throw sealed();
    }

    @Override
    public void force() {
        // It was on the disk of the tier before this was made.
    }

    private IllegalStateException sealed() {
        return new IllegalStateException(name() + " is sealed");
    }

    @Override
    public void close() {
        // Nothing is open between two requests.
    }
}
