package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.wire.AwsFault;
import java.nio.ByteBuffer;

/// Where a listing goes on: self-contained, sealed and short-lived like a [ShardIterator].
///
/// @param madeMillis when it was made, milliseconds since 1970
/// @param query      what the first page was asked for, so that the next need not repeat it
/// @param after      the last thing on the page before
record PageToken(long madeMillis, String query, String after) {
    static final long LIFE_MILLIS = 300_000;

    String sealed(Seal seal) {
        var queryBytes = query.getBytes(UTF_8);
        var afterBytes = after.getBytes(UTF_8);
        var content = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + queryBytes.length + afterBytes.length)
                .putLong(madeMillis)
                .putInt(queryBytes.length)
                .put(queryBytes)
                .put(afterBytes);
        return seal.seal(content.array());
    }

    static PageToken open(Seal seal, String token, long nowMillis) {
        var content = seal.open(token).orElseThrow(() -> AwsFault.invalidArgument("NextToken is invalid."));
        long made = content.getLong();
        var query = new byte[content.getInt()];
        content.get(query);
        var page = new PageToken(
                made, new String(query, UTF_8), UTF_8.decode(content).toString());
        if (nowMillis - made > LIFE_MILLIS) throw AwsFault.of("ExpiredNextTokenException", "NextToken has expired.");
        return page;
    }
}
