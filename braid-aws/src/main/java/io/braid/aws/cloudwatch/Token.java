package io.braid.aws.cloudwatch;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.braid.aws.wire.AwsFault;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;

/// Where the next page of a GetMetricData begins. It is nobody's secret, so it is not sealed: whoever makes one up gets
/// a page of what he may ask for anyway.
///
/// @param query by its place in the request
/// @param last  the time of the last point that was shown of it; empty if none was
record Token(int query, OptionalLong last) {

    /// @throws AwsFault it was not made here, or not for so many queries
    static Token of(Optional<String> text, int queries) {
        if (text.isEmpty()) return new Token(0, OptionalLong.empty());
        try {
            var parts = new String(Base64.getUrlDecoder().decode(text.get()), US_ASCII).split(":", -1);
            int query = Integer.parseInt(parts[0]);
            if (parts.length != 2 || query < 0 || query >= queries) throw Faults.nextToken();
            var last = parts[1].isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(parts[1]));
            return new Token(query, last);
        } catch (IllegalArgumentException _) {
            throw Faults.nextToken();
        }
    }

    String text() {
        var plain = query + ":" + (last.isPresent() ? last.getAsLong() : "");
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(US_ASCII));
    }
}
