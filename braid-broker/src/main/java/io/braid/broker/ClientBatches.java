package io.braid.broker;

import java.util.OptionalLong;

/// When a batch that a client made (Kafka's do, Kinesis' do not) was last let into a stream. Any thread. It begins anew
/// with the process.
///
/// Every batch comes by here, so it is written only when it is a second old: all else is a read of a line that
/// all processors share.
final class ClientBatches {
    private static final long NEVER = Long.MIN_VALUE;
    private static final long STALE_MILLIS = 1_000;

    private volatile long lastMillis = NEVER; // of two that write at once either may win: they differ by nothing

    void note(long nowMillis) {
        long last = lastMillis;
        if (last == NEVER || nowMillis - last >= STALE_MILLIS) lastMillis = nowMillis;
    }

    /// Since 1970, up to a second early; empty if there was none in this process's life.
    OptionalLong lastMillis() {
        long last = lastMillis;
        return last == NEVER ? OptionalLong.empty() : OptionalLong.of(last);
    }
}
