package io.braid.broker;

import com.github.luben.zstd.NoPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.braid.log.Batch;
import io.braid.log.Codecs;
import io.braid.log.Compression;
import io.braid.log.CorruptBatchException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import net.jpountz.lz4.LZ4FrameInputStream;

/// Reads what batches hold, whatever codec their producer chose (gzip, snappy, lz4, zstd). Any thread.
public final class Payloads {
    /// For the log, which compacts compressed batches, too.
    public static final Codecs CODECS = new LogCodecs();

    private static final int FIRST_BYTES_MIN = 4 << 10;
    private static final int RATIO_GUESS = 4; // text compresses about so much: one array is mostly enough

    private Payloads() {}

    /// The batch's records as [io.braid.log.RecordCursor] wants them: in place if they are not compressed.
    ///
    /// @param bytesMax refuse to decompress to more than this (a few bytes can claim to be many)
    /// @throws CorruptBatchException not what the codec expects, or more than `bytesMax`
    public static MemorySegment of(Batch batch, int bytesMax) throws CorruptBatchException {
        return within(batch, bytesMax)
                .orElseThrow(() -> fault(batch, "decompresses to more than the %d bytes allowed".formatted(bytesMax)));
    }

    /// The same; empty if they are more than `bytesMax`.
    static Optional<MemorySegment> within(Batch batch, int bytesMax) throws CorruptBatchException {
        var compression = batch.compression();
        if (compression == Compression.NONE) return Optional.of(batch.payload());
        byte[] packed = batch.payload().toArray(ValueLayout.JAVA_BYTE);
        try {
            return Optional.of(decompress(compression, packed, bytesMax));
        } catch (TooLarge _) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) { // lz4-java answers some bad input with a bare RuntimeException
            throw fault(batch, "does not decompress: " + e.getMessage());
        }
    }

    /// Bytes that are not of a batch, decompressed; empty if they come to more than `bytesMax`.
    ///
    /// @throws IOException not what the codec expects
    public static Optional<MemorySegment> decompressed(Compression compression, byte[] packed, int bytesMax)
            throws IOException {
        try {
            return Optional.of(decompress(compression, packed, bytesMax));
        } catch (TooLarge _) {
            return Optional.empty();
        } catch (IOException | RuntimeException e) { // lz4-java answers some bad input with a bare RuntimeException
            throw new IOException(
                    "%d bytes of %s do not decompress: %s".formatted(packed.length, compression, e.getMessage()), e);
        }
    }

    /// What is written comes out packed at `target`, as Kafka's Java clients pack it; closing it writes what is left
    /// and
    /// closes `target`.
    public static OutputStream packing(Compression compression, OutputStream target) throws IOException {
        return PackedBytes.stream(compression, PackedBytes.usualLevel(compression), target);
    }

    private static MemorySegment decompress(Compression compression, byte[] packed, int bytesMax) throws IOException {
        return switch (compression) {
            case NONE -> MemorySegment.ofArray(packed);
            case GZIP -> {
                try (var stream = new GZIPInputStream(new ByteArrayInputStream(packed), FIRST_BYTES_MIN)) {
                    yield all(stream, packed.length, bytesMax);
                }
            }
            case SNAPPY -> MemorySegment.ofArray(SnappyBlocks.decompress(packed, bytesMax));
            case LZ4 -> {
                try (var stream = new LZ4FrameInputStream(new ByteArrayInputStream(packed))) {
                    yield all(stream, packed.length, bytesMax);
                }
            }
            case ZSTD -> {
                var source = new ByteArrayInputStream(packed);
                try (var stream = new ZstdInputStreamNoFinalizer(source, NoPool.INSTANCE)) {
                    yield all(stream, packed.length, bytesMax);
                }
            }
        };
    }

    /// All that the stream gives, in an array that grows with what really comes and not with what is claimed.
    private static MemorySegment all(InputStream stream, int packedBytes, int bytesMax) throws IOException {
        long guess = Math.max(FIRST_BYTES_MIN, (long) packedBytes * RATIO_GUESS);
        byte[] bytes = new byte[(int) Math.min(guess, bytesMax)];
        int size = 0;
        while (true) {
            if (size == bytes.length) {
                int extra = stream.read();
                if (extra < 0) break;
                if (size == bytesMax) throw new TooLarge();
                bytes = Arrays.copyOf(bytes, (int) Math.min(2L * Math.max(size, FIRST_BYTES_MIN), bytesMax));
                bytes[size++] = (byte) extra;
            }
            int count = stream.read(bytes, size, bytes.length - size);
            if (count < 0) break;
            size += count;
        }
        return MemorySegment.ofArray(bytes).asSlice(0, size);
    }

    private static CorruptBatchException fault(Batch batch, String what) {
        return new CorruptBatchException("batch at %d: its %d bytes of %s: %s"
                .formatted(batch.baseOffset(), batch.payload().byteSize(), batch.compression(), what));
    }

    /// More bytes than allowed would come out.
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1;
    }
}
