package io.braid.aws.kinesis;

import java.util.concurrent.atomic.LongAdder;

/// What went through the data operations since the start. Bytes are those of data and partition keys.
public final class Traffic {
    private final LongAdder recordsIn = new LongAdder();
    private final LongAdder bytesIn = new LongAdder();
    private final LongAdder recordsRefused = new LongAdder();
    private final LongAdder recordsOut = new LongAdder();
    private final LongAdder bytesOut = new LongAdder();

    private final LongAdder subscriptions = new LongAdder();

    void put(long records, long bytes) {
        recordsIn.add(records);
        bytesIn.add(bytes);
    }

    void refused(long records) {
        recordsRefused.add(records);
    }

    void got(long records, long bytes) {
        recordsOut.add(records);
        bytesOut.add(bytes);
    }

    void subscribed(int change) {
        subscriptions.add(change);
    }

    public long recordsIn() {
        return recordsIn.sum();
    }

    public long bytesIn() {
        return bytesIn.sum();
    }

    public long recordsRefused() {
        return recordsRefused.sum();
    }

    public long recordsOut() {
        return recordsOut.sum();
    }

    public long bytesOut() {
        return bytesOut.sum();
    }

    /// Subscriptions to shards that go on now.
    public long subscriptions() {
        return subscriptions.sum();
    }
}
