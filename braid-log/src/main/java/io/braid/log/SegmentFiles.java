package io.braid.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/// The segment files of a partition's directory: those that count, and those that compaction has made others of, but
/// were not deleted yet or are there again. A compacted one got its name only when all of it was on the disk, and the
/// names of the others were deleted only once that name was sure to last.
///
/// @param counting   in the order of their offsets, one for each base offset
/// @param superseded in no order
record SegmentFiles(List<One> counting, List<One> superseded) {
    /// @param name       with its directory
    /// @param generation as in [Cleaning]
    record One(String name, long base, int generation) {
        boolean mayHaveGaps() {
            return generation > 0;
        }
    }

    static SegmentFiles of(Disk disk, PartitionId id) throws IOException {
        return among(disk.list(Segment.directoryOf(id)), disk, id);
    }

    /// The same of a directory that was listed already.
    static SegmentFiles among(Collection<String> names, Disk disk, PartitionId id) throws IOException {
        var counting = new TreeMap<Long, One>();
        var superseded = new ArrayList<One>();
        for (var name : names) {
            if (!Segment.isNameOfOne(name)) continue;
            var one = new One(Segment.directoryOf(id) + "/" + name, Segment.baseIn(name), Segment.generationIn(name));
            var other = counting.get(one.base());
            if (other != null && other.generation() > one.generation()) superseded.add(one);
            else {
                counting.put(one.base(), one);
                if (other != null) superseded.add(other);
            }
        }
        for (var one : List.copyOf(counting.values())) {
            if (!one.mayHaveGaps() || counting.get(one.base()) != one) continue;
            for (var within : List.copyOf(
                    counting.subMap(one.base(), false, nextOf(disk, one), false).values())) {
                if (within.generation() >= one.generation()) continue;
                counting.remove(within.base());
                superseded.add(within);
            }
        }
        return new SegmentFiles(List.copyOf(counting.values()), List.copyOf(superseded));
    }

    /// The offset up to which a compacted segment stands for others.
    private static long nextOf(Disk disk, One one) throws IOException {
        var header = ByteBuffer.allocate(SegmentHeader.BYTES);
        try (var file = disk.open(one.name())) {
            file.read(0, header);
        } catch (NoSuchFileException _) {
            return one.base() + 1; // a running server has deleted it since
        }
        // A damaged one is refused, or told of, as soon as it is looked at.
        return SegmentHeader.isWhole(header)
                ? Math.max(one.base() + 1, SegmentHeader.cleaningIn(header).next())
                : one.base() + 1;
    }
}
