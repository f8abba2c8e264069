package io.braid.kafka;

import io.braid.log.Slice;
import java.io.IOException;
import org.apache.kafka.common.network.TransferableChannel;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.DefaultRecordsSend;
import org.apache.kafka.common.record.internal.RecordsSend;
import org.apache.kafka.common.record.internal.TransferableRecords;

/// A run of batches on disk as the records of a response: they go to the socket without being read.
///
/// @param from where the first of them begins in the slice
/// @param size of all together
record SliceRecords(Slice slice, int from, int size) implements TransferableRecords {
    /// All of a slice.
    SliceRecords(Slice slice) {
        this(slice, 0, slice.byteSize());
    }

    @Override
    public int sizeInBytes() {
        return size;
    }

    @Override
    public RecordsSend<? extends BaseRecords> toSend() {
        return new DefaultRecordsSend<>(this);
    }

    @Override
    public int writeTo(TransferableChannel channel, int position, int length) throws IOException {
        if (!(channel instanceof Outlet outlet)) throw new IllegalArgumentException(channel + " is not ours");
        long sent = slice.transferTo(outlet.socket(), from + position, length);
        return Math.toIntExact(sent);
    }
}
