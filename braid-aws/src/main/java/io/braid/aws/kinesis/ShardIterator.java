package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.wire.AwsFault;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;

/// A place in a shard, given to a client to come back with. It needs no memory on the server and outlives it;
/// it expires all the same, as Amazon's do, so that clients are tested against that.
///
/// @param madeMillis when it was made, milliseconds since 1970
/// @param stream     which stream (its name may be reused, this never is)
/// @param name       the stream's name, for messages
/// @param shard      the shard's index
/// @param offset     the offset of the first record to return
record ShardIterator(long madeMillis, UUID stream, String name, int shard, long offset) {
    static final long LIFE_MILLIS = 300_000;
    /// What real iterators begin with.
    private static final long VERSION = 1;

    private static final int FIXED_BYTES = 5 * Long.BYTES + Integer.BYTES;
    private static final DateTimeFormatter AMAZON_TIME = DateTimeFormatter.ofPattern(
                    "EEE MMM dd HH:mm:ss 'UTC' yyyy", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    String sealed(Seal seal) {
        var nameBytes = name.getBytes(UTF_8);
        var content = ByteBuffer.allocate(FIXED_BYTES + nameBytes.length)
                .putLong(VERSION)
                .putLong(madeMillis)
                .putLong(stream.getMostSignificantBits())
                .putLong(stream.getLeastSignificantBits())
                .putInt(shard)
                .putLong(offset)
                .put(nameBytes);
        return seal.seal(content.array());
    }

    /// Reads an iterator; one in quotation marks, as shells tend to leave it, too.
    ///
    /// @throws AwsFault it is not one of ours, or has expired
    static ShardIterator open(Seal seal, String token, long nowMillis) {
        boolean quoted = token.length() > 1 && token.startsWith("\"") && token.endsWith("\"");
        var bare = quoted ? token.substring(1, token.length() - 1) : token;
        var content = seal.open(bare).orElseThrow(ShardIterator::invalid);
        if (content.remaining() < FIXED_BYTES || content.getLong() != VERSION) throw invalid();
        long made = content.getLong();
        var stream = new UUID(content.getLong(), content.getLong());
        int shard = content.getInt();
        long offset = content.getLong();
        var iterator = new ShardIterator(made, stream, UTF_8.decode(content).toString(), shard, offset);
        if (nowMillis - made > LIFE_MILLIS)
            throw AwsFault.of(
                    "ExpiredIteratorException",
                    "Iterator expired. The iterator was created at time %s while right now it is %s which is further in the future than the tolerated delay of %d milliseconds."
                            .formatted(time(made), time(nowMillis), LIFE_MILLIS));
        return iterator;
    }

    private static AwsFault invalid() {
        return AwsFault.invalidArgument("Invalid ShardIterator.");
    }

    private static String time(long millis) {
        return AMAZON_TIME.format(Instant.ofEpochMilli(millis));
    }
}
