package io.braid.broker;

import io.braid.log.PartitionLog;
import java.util.concurrent.atomic.LongAdder;

/// How a partition has grown, less what Kinesis has put: what Kafka's producers have written since it was looked at
/// first.
///
/// What Kinesis is about to put is announced before it is appended, and taken back if it was refused. So what is left
/// is never more than others have written, and all of it as soon as no put is on its way.
final class PartitionUsage {
    private final PartitionLog log;
    private final long firstEnd;
    private final long firstBytes;
    private final LongAdder records = new LongAdder(); // announced
    private final LongAdder bytes = new LongAdder(); // announced
    private long seenRecords; // of others; the stream's lock guards it
    private long seenBytes; // the same

    private long seenFetched; // the same

    private PartitionUsage(PartitionLog log, long firstEnd, long firstBytes) {
        this.log = log;
        this.firstEnd = firstEnd;
        this.firstBytes = firstBytes;
    }

    /// One that was there before anything was counted.
    static PartitionUsage from(PartitionLog log) {
        long bytes = log.appendedBytes(); // before the end: no record without its bytes
        return new PartitionUsage(log, log.end(), bytes);
    }

    /// One that began empty since.
    static PartitionUsage whole(PartitionLog log) {
        return new PartitionUsage(log, 0, 0);
    }

    /// Any thread.
    void announce(long moreRecords, long moreBytes) {
        records.add(moreRecords);
        bytes.add(moreBytes);
    }

    /// What others have written since it was asked for last. Under the stream's lock.
    Grown grown() {
        long allRecords = log.end() - firstEnd; // before what is announced: what is in there was announced
        long allBytes = log.appendedBytes() - firstBytes;
        long newRecords = Math.max(0, allRecords - records.sum() - seenRecords);
        long newBytes = newRecords == 0 ? 0 : Math.max(0, allBytes - bytes.sum() - seenBytes);
        seenRecords += newRecords;
        seenBytes += newBytes;
        return new Grown(newRecords, newBytes);
    }

    /// Bytes that Kafka's consumers have fetched since it was asked for last. Under the stream's lock.
    long fetched() {
        long all = log.fetchedBytes(); // since the log was opened: nobody was counted before
        long more = all - seenFetched;
        seenFetched = all;
        return more;
    }

    /// @param bytes as they are stored: with what is around records, and compressed if they came so
    record Grown(long records, long bytes) {}
}
