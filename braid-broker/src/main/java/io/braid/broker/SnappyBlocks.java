package io.braid.broker;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import org.xerial.snappy.Snappy;

/// The two ways in which producers wrap snappy: the stream of snappy-java (Kafka's Java clients; a magic, two
/// versions, then blocks each behind its length), and one bare block (librdkafka and most others).
///
///     82 'S' 'N' 'A' 'P' 'P' 'Y' 00 | version u32 | compatible u32 | { length u32 | block }...
///
/// A block begins with its decompressed length, so what it would become is known before anything is allocated.
final class SnappyBlocks {
    private static final byte[] MAGIC = {(byte) 0x82, 'S', 'N', 'A', 'P', 'P', 'Y', 0};
    private static final int HEADER_BYTES = MAGIC.length + 2 * Integer.BYTES;

    private SnappyBlocks() {}

    private record Block(int from, int packedBytes, int bytes) {}

    static byte[] decompress(byte[] packed, int bytesMax) throws IOException {
        var blocks = isStream(packed) ? blocks(packed) : new ArrayList<Block>();
        if (!isStream(packed)) blocks.add(block(packed, 0, packed.length));
        long size = blocks.stream().mapToLong(Block::bytes).sum();
        if (size > bytesMax) throw new Payloads.TooLarge();
        byte[] bytes = new byte[(int) size];
        int at = 0;
        for (var block : blocks) at += Snappy.uncompress(packed, block.from(), block.packedBytes(), bytes, at);
        return bytes;
    }

    private static boolean isStream(byte[] packed) {
        return packed.length >= HEADER_BYTES && Arrays.equals(MAGIC, 0, MAGIC.length, packed, 0, MAGIC.length);
    }

    private static ArrayList<Block> blocks(byte[] packed) throws IOException {
        var blocks = new ArrayList<Block>(); // at most one for every four bytes of the batch
        var rest = ByteBuffer.wrap(packed).position(HEADER_BYTES);
        while (rest.hasRemaining()) {
            if (rest.remaining() < Integer.BYTES) throw new EOFException("ends inside the length of a block");
            int length = rest.getInt();
            if (length < 1 || length > rest.remaining())
                throw new EOFException("a block of %d bytes, %d are left".formatted(length, rest.remaining()));
            blocks.add(block(packed, rest.position(), length));
            rest.position(rest.position() + length);
        }
        return blocks;
    }

    private static Block block(byte[] packed, int from, int length) throws IOException {
        int bytes = Snappy.uncompressedLength(packed, from, length);
        if (bytes < 0) throw new Payloads.TooLarge(); // claims 2 GiB or more
        return new Block(from, length, bytes);
    }
}
