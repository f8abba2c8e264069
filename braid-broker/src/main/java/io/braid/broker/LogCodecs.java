package io.braid.broker;

import com.github.luben.zstd.NoPool;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.braid.log.Batch;
import io.braid.log.Codecs;
import io.braid.log.Compression;
import io.braid.log.CorruptBatchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import org.xerial.snappy.SnappyOutputStream;

/// What the log needs to compact compressed batches. Each codec is written as Kafka's Java clients write it, at its
/// usual level, so that all clients can read it. Any thread.
final class LogCodecs implements Codecs {
    /// Of one batch; the largest the log takes has 32 MiB, compressed.
    private static final int UNPACKED_BYTES_MAX = 128 << 20;

    private static final int STREAM_BYTES = 8 << 10;

    @Override
    public MemorySegment unpack(Batch batch) throws CorruptBatchException {
        return Payloads.of(batch, UNPACKED_BYTES_MAX);
    }

    @Override
    public MemorySegment pack(MemorySegment records, Compression compression) throws IOException {
        var bytes = new ByteArrayOutputStream((int) Math.max(STREAM_BYTES, records.byteSize() / 2));
        try (var stream = stream(compression, bytes)) {
            stream.write(records.toArray(ValueLayout.JAVA_BYTE));
        }
        return MemorySegment.ofArray(bytes.toByteArray());
    }

    static OutputStream stream(Compression compression, OutputStream target) throws IOException {
        return switch (compression) {
            case NONE -> target;
            case GZIP -> new GZIPOutputStream(target, STREAM_BYTES);
            case SNAPPY -> new SnappyOutputStream(target);
            case LZ4 -> new LZ4FrameOutputStream(target, BLOCKSIZE.SIZE_64KB);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target, NoPool.INSTANCE);
        };
    }
}
