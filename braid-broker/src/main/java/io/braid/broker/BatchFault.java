package io.braid.broker;

import java.util.List;

/// Why a batch is not let in. The same bytes will be refused again.
///
/// @param detail  for people
/// @param records those at fault, in order, at most [BatchRules#RECORD_FAULTS_MAX]; none if it is the whole batch
public record BatchFault(Kind kind, String detail, List<OfRecord> records) {
    public BatchFault {
        records = List.copyOf(records);
    }

    public enum Kind {
        /// A time that the stream does not take.
        TIME,
        /// More bytes than the stream takes, as they were sent or as it would keep them. Fewer records may fit.
        SIZE,
        /// Anything else.
        CONTENT
    }

    /// @param index  of the record in its batch
    /// @param detail for people
    public record OfRecord(int index, String detail) {}

    static BatchFault ofBatch(Kind kind, String detail) {
        return new BatchFault(kind, detail, List.of());
    }
}
