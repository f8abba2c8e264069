package io.braid.log;

import java.util.Arrays;
import java.util.Optional;

/// Compares what an index file says with the batches of its segment, as they are walked from the first on. One thread.
final class IndexCheck {
    private final Segment.Extent said;
    private final Segment seen; // notes what is walked, and is never written
    private int entries; // that have been met
    private Optional<String> fault = Optional.empty();

    IndexCheck(Disk disk, Segment segment, Segment.Extent said) {
        this.said = said;
        this.seen = new Segment(disk, segment.partition(), segment.base(), segment.cleaning());
    }

    void meet(Batch batch, int position) {
        if (position >= said.size() || fault.isPresent()) return;
        long timestampBefore = seen.maxTimestamp();
        var index = said.index();
        if (entries < index.count() && index.positions()[entries] <= position) {
            boolean isRight = index.positions()[entries] == position
                    && index.offsets()[entries] == batch.baseOffset()
                    && index.timestampsBefore()[entries] == timestampBefore;
            if (!isRight)
                fault = Optional.of(
                        "entry %d says that offset %d is at %d, behind timestamp %d; found %d at %d, behind %d"
                                .formatted(
                                        entries,
                                        index.offsets()[entries],
                                        index.positions()[entries],
                                        index.timestampsBefore()[entries],
                                        batch.baseOffset(),
                                        position,
                                        timestampBefore));
            entries++;
        }
        try {
            seen.note(batch);
        } catch (CorruptBatchException e) {
            fault = Optional.of(e.getMessage()); // a control batch that is none of the log's
        }
        if (seen.size() >= said.size() && fault.isEmpty()) fault = compare();
    }

    /// What the file says of all that it covers.
    private Optional<String> compare() {
        seen.publish();
        var found = seen.extent();
        if (found.size() != said.size() || found.next() != said.next())
            return Optional.of("covers %d bytes up to offset %d, which is no batch's end: found %d up to %d"
                    .formatted(said.size(), said.next(), found.size(), found.next()));
        if (found.maxTimestamp() != said.maxTimestamp() || found.maxTimestampAt() != said.maxTimestampAt())
            return Optional.of("newest timestamp is %d at offset %d, found %d at %d"
                    .formatted(
                            said.maxTimestamp(), said.maxTimestampAt(), found.maxTimestamp(), found.maxTimestampAt()));
        if (entries != said.index().count())
            return Optional.of("%d entries, %d of them lie in what it covers"
                    .formatted(said.index().count(), entries));
        var aborted = Arrays.asList(said.aborted().entries())
                .subList(0, said.aborted().count());
        var ended = Arrays.asList(found.aborted().entries())
                .subList(0, found.aborted().count());
        return aborted.equals(ended)
                ? Optional.empty()
                : Optional.of("aborted transactions %s, found %s".formatted(aborted, ended));
    }

    /// What is wrong with the file, in words; empty if nothing is, or the walk has not come to its end.
    Optional<String> fault() {
        return fault;
    }
}
