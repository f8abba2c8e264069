package io.braid.log;

import java.io.IOException;
import java.util.List;

/// What recovery begins with: where each writer's journal goes on, and how each partition stood there. Everything
/// it speaks of is on the disk. [CheckpointFile] writes and reads it.
///
/// @param identity tells data directories apart: when this one was made, in milliseconds since 1970
/// @param epoch    how often the data directory has been opened
/// @param isClean  nothing was written after it: the journals need not be looked at
record Checkpoint(long identity, int epoch, boolean isClean, List<WriterState> writers) {
    Checkpoint {
        writers = List.copyOf(writers);
    }

    /// @param journal where the first group stands, or would, that is not in the partitions' states
    record WriterState(int writer, Journal.Place journal, List<PartitionState> partitions) {
        WriterState {
            partitions = List.copyOf(partitions);
        }
    }

    /// One partition up to the point from which recovery walks its batches.
    ///
    /// @param start     the first offset that is held
    /// @param base      the segment in which the point lies
    /// @param position  where in the segment
    /// @param next      the offset of the batch that begins there
    /// @param epochs    leader epochs below the point
    /// @param producers what is known of producers below the point
    /// @param open      transactions that have records below the point and no end there
    record PartitionState(
            PartitionId id,
            PartitionConfig config,
            long start,
            long base,
            int position,
            long next,
            List<Epochs.Beginning> epochs,
            List<ProducerState> producers,
            List<OpenTransaction> open) {
        /// A partition that has nothing yet.
        static PartitionState beginning(PartitionId id, PartitionConfig config) {
            return new PartitionState(id, config, 0, 0, SegmentHeader.BYTES, 0, List.of(), List.of(), List.of());
        }
    }

    /// One producer's last batches, oldest first, and where its last transaction ended ([Producers#NO_MARKER]:
    /// nowhere).
    record ProducerState(long id, short epoch, long lastMillis, long marker, List<Sent> sent) {}

    record OpenTransaction(long producer, long first) {}

    record Sent(int firstSequence, int lastSequence, long firstOffset) {}

    /// A writer's state, and what has to be synced before it may be believed. The segments are held until then.
    ///
    /// @param partitions those in the state, in its order
    record Snapshot(
            WriterState state,
            List<PartitionLog> partitions,
            List<Written> written,
            List<String> directories,
            long releasedSequence) {
        /// It is on the disk.
        void settle() {
            for (int i = 0; i < partitions.size(); i++)
                partitions.get(i).settle(state.partitions().get(i).base());
        }

        void release() throws IOException {
            for (var segment : written) segment.segment().release();
        }
    }

    /// A segment, and how far it went when the snapshot was taken.
    record Written(Segment segment, Segment.Extent extent) {}
}
