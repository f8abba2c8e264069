package io.braid.broker;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.NoPool;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import io.braid.log.Compression;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;
import org.xerial.snappy.SnappyOutputStream;

/// What codecs write, in memory up to a limit. Each codec is used as Kafka's Java clients use it, so that all clients
/// can read it. One thread.
final class PackedBytes extends OutputStream {
    /// Of [Compression#NONE] and [Compression#SNAPPY].
    static final int NO_LEVEL = 0;

    private static final int GZIP_USUAL = -1; // zlib's word for it
    private static final int LZ4_USUAL = 9; // Kafka's word for the fast compressor
    private static final int ZSTD_USUAL = 3;

    private static final int PIECE_BYTES = 32 << 10; // handed to a codec at once
    private static final int STREAM_BYTES = 8 << 10;
    private static final int FIRST_BYTES_MIN = 512;
    private static final int RATIO_GUESS = 2; // one array is mostly enough

    private final int bytesMax;
    private byte[] bytes;
    private int size;

    private PackedBytes(long first, int bytesMax) {
        this.bytes = new byte[Math.clamp(first, 0, bytesMax)];
        this.bytesMax = bytesMax;
    }

    /// What a codec is set to where nobody says.
    static int usualLevel(Compression compression) {
        return switch (compression) {
            case NONE, SNAPPY -> NO_LEVEL;
            case GZIP -> GZIP_USUAL;
            case LZ4 -> LZ4_USUAL;
            case ZSTD -> ZSTD_USUAL;
        };
    }

    /// Bytes, compressed; themselves if they are to be [Compression#NONE].
    ///
    /// @param bytesMax of what comes out
    /// @throws Payloads.TooLarge more would come out
    static MemorySegment of(MemorySegment plain, Compression compression, int level, int bytesMax) throws IOException {
        if (compression == Compression.NONE) {
            if (plain.byteSize() > bytesMax) throw new Payloads.TooLarge();
            return plain;
        }
        var packed = new PackedBytes(Math.max(plain.byteSize() / RATIO_GUESS, FIRST_BYTES_MIN), bytesMax);
        if (compression == Compression.ZSTD) packed.writeZstd(plain, level);
        else packed.write(plain, compression, level);
        return MemorySegment.ofArray(packed.bytes).asSlice(0, packed.size);
    }

    /// What is written comes out compressed at `target`.
    static OutputStream stream(Compression compression, int level, OutputStream target) throws IOException {
        return switch (compression) {
            case NONE -> target;
            case GZIP -> new Gzip(target, level);
            case SNAPPY -> new SnappyOutputStream(target);
            case LZ4 ->
                new LZ4FrameOutputStream(
                        target,
                        BLOCKSIZE.SIZE_64KB,
                        -1, // a length that nobody has to know
                        lz4(level),
                        XXHashFactory.fastestInstance().hash32(),
                        FLG.Bits.BLOCK_INDEPENDENCE);
            case ZSTD -> new ZstdOutputStreamNoFinalizer(target, NoPool.INSTANCE, level);
        };
    }

    private static LZ4Compressor lz4(int level) {
        var factory = LZ4Factory.fastestInstance();
        return level == LZ4_USUAL ? factory.fastCompressor() : factory.highCompressor(level);
    }

    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream target, int level) throws IOException {
            super(target, STREAM_BYTES);
            def.setLevel(level);
        }
    }

    private void write(MemorySegment plain, Compression compression, int level) throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, plain.byteSize())];
        try (var stream = stream(compression, level, this)) {
            for (long at = 0; at < plain.byteSize(); at += piece.length) {
                int length = (int) Math.min(piece.length, plain.byteSize() - at);
                MemorySegment.copy(plain, ValueLayout.JAVA_BYTE, at, piece, 0, length);
                stream.write(piece, 0, length);
            }
        }
    }

    /// Told how much will come, zstd makes tables of that size: a stream of its own takes megabytes for a batch of a
    /// few bytes, and at the highest level hundreds of them.
    private void writeZstd(MemorySegment plain, int level) throws IOException {
        long pieceBytes = Math.clamp(plain.byteSize(), FIRST_BYTES_MIN, PIECE_BYTES);
        try (var context = new ZstdCompressCtx();
                var arena = Arena.ofConfined()) {
            context.setLevel(level);
            context.setPledgedSrcSize(plain.byteSize());
            var from = arena.allocate(pieceBytes);
            var to = arena.allocate(pieceBytes);
            var source = from.asByteBuffer().limit(0);
            var target = to.asByteBuffer();
            long at = 0;
            boolean isFlushed = false;
            while (at < plain.byteSize() || source.hasRemaining() || !isFlushed) {
                if (!source.hasRemaining() && at < plain.byteSize()) {
                    long length = Math.min(pieceBytes, plain.byteSize() - at);
                    MemorySegment.copy(plain, at, from, 0, length);
                    source.position(0).limit((int) length);
                    at += length;
                }
                boolean isLast = at == plain.byteSize();
                isFlushed = context.compressDirectByteBufferStream(
                        target, source, isLast ? EndDirective.END : EndDirective.CONTINUE);
                target.flip();
                write(target.remaining(), to);
                target.clear();
            }
        }
    }

    private void write(int length, MemorySegment from) throws IOException {
        makeRoom(length);
        MemorySegment.copy(from, ValueLayout.JAVA_BYTE, 0, bytes, size, length);
        size += length;
    }

    @Override
    public void write(byte[] source, int from, int length) throws IOException {
        makeRoom(length);
        System.arraycopy(source, from, bytes, size, length);
        size += length;
    }

    @Override
    public void write(int one) throws IOException {
        makeRoom(1);
        bytes[size++] = (byte) one;
    }

    private void makeRoom(int length) throws Payloads.TooLarge {
        if (length > bytesMax - size) throw new Payloads.TooLarge();
        if (length > bytes.length - size)
            bytes = Arrays.copyOf(bytes, (int) Math.min(Math.max(size + length, 2L * bytes.length), bytesMax));
    }
}
