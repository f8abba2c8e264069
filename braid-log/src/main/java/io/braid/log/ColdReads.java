package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Checks records before readers get them, where nobody has looked lately: a region of a segment that was neither
/// written nor checked within two minutes ([Regions]). Those who read what was just written pay nothing.
///
///     read ─► all regions fresh? ─yes─► slice, as it lies on the disk
///                  │no
///                  ▼
///             each batch's bytes against its checksum ─whole─► region is fresh, slice
///                  │damaged
///                  ▼
///             slice up to the damage, or the damage itself if it is what was asked for
///
/// A region with damage stays cold: whoever reads in it has it checked again, so that a disk that has come to its
/// senses is believed. A region's batches are those from the first place in it that the index knows to the first in
/// the next region, so that no check depends on the bytes of another region. Any thread.
final class ColdReads {
    private static final System.Logger LOG = System.getLogger(ColdReads.class.getName());
    private static final int MILLIS_PER_MINUTE = 60_000;
    private static final int TOLD_MAX = 1000; // damaged places that the log speaks of, each once

    private record Spot(String file, int position) {}

    private final InstantSource clock;
    private final Set<Spot> told = ConcurrentHashMap.newKeySet(); // at most about TOLD_MAX
    private final LongAdder checkedBytes = new LongAdder();

    ColdReads(InstantSource clock) {
        this.clock = clock;
    }

    /// Notes that bytes were appended. The segment's writer.
    void written(Segment segment, int position, int byteSize) {
        int last = Regions.of(position + byteSize - 1);
        int first = Regions.of(position - 1) + 1; // the first whose first byte is among them
        if (position == SegmentHeader.BYTES) first = 0;
        if (first > last) return;
        int minute = minute();
        for (int region = first; region <= last; region++) segment.regions().mark(region, minute);
    }

    /// What is damaged in and around `bytesMax` bytes from the batch on that follows `from`, in order. The caller holds
    /// the segment.
    ///
    /// @param from a place of the index, or where a read stopped
    List<Damage> damages(Segment segment, Segment.Extent seen, Segment.Place from, int bytesMax, Epochs epochs)
            throws IOException {
        int minute = minute();
        var index = seen.index();
        long reach = index.after(from.position()).map(Segment.Place::position).orElse(seen.size());
        int to = (int) Math.min(seen.size(), reach + bytesMax);
        int last = Regions.of(index.at(to - 1));
        int region = Regions.of(index.at(from.position()));
        while (region <= last && segment.regions().isFresh(region, minute)) region++;
        if (region > last) return List.of(); // which is all there is to it for those who keep up
        var damages = new ArrayList<Damage>();
        for (; region <= last; region++)
            if (!segment.regions().isFresh(region, minute)) check(segment, seen, region, minute, epochs, damages);
        return damages;
    }

    private void check(
            Segment segment, Segment.Extent seen, int region, int minute, Epochs epochs, List<Damage> damages)
            throws IOException {
        var from = beginOf(region, segment, seen);
        var to = beginOf(region + 1, segment, seen);
        if (from.position() == to.position()) return; // all of it belongs to a batch that begins before it
        int before = damages.size();
        try (var inspection = new BatchInspection(
                segment.file(),
                seen.index(),
                from,
                to,
                epochs,
                !segment.cleaning().isNever())) {
            for (var step = inspection.next(); step.isPresent(); step = inspection.next())
                if (step.get() instanceof BatchInspection.Step.Damaged(Damage damage)) {
                    damages.add(damage);
                    tell(segment, damage);
                }
        }
        checkedBytes.add(to.position() - from.position());
        if (damages.size() == before) segment.regions().mark(region, minute);
        else segment.forget(from.position(), to.position());
    }

    private static Segment.Place beginOf(int region, Segment segment, Segment.Extent seen) {
        if (region == 0) return new Segment.Place(segment.base(), SegmentHeader.BYTES);
        return seen.index()
                .after(Regions.beginOf(region) - 1)
                .orElseGet(() -> new Segment.Place(seen.next(), seen.size()));
    }

    private void tell(Segment segment, Damage damage) {
        if (told.size() >= TOLD_MAX || !told.add(new Spot(segment.name(), damage.position()))) return;
        LOG.log(
                System.Logger.Level.ERROR,
                "records damaged on the disk, readers of them are refused: %s offsets=%d..%d: %s%s"
                        .formatted(
                                segment.placeOf(damage),
                                damage.first(),
                                damage.next() - 1,
                                damage.detail(),
                                told.size() == TOLD_MAX ? "; more places are not told of" : ""));
    }

    /// So many bytes were read to check them.
    long checkedBytes() {
        return checkedBytes.sum();
    }

    /// From 1 on, as 0 means never to a region.
    private int minute() {
        return (int) (clock.millis() / MILLIS_PER_MINUTE) + 1;
    }
}
