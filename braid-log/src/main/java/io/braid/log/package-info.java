/// The log: for each partition an ordered, durable list of record batches, and nothing else.
///
/// This module knows bytes and offsets. Streams' names, shards, users, sockets and both protocols live above it.
///
/// ## Words
///
/// | word            | meaning                                                                    |
/// |-----------------|----------------------------------------------------------------------------|
/// | [Batch]         | records in Kafka's v2 layout, read in place; the unit of writing             |
/// | [Log]           | all partitions below one directory                                         |
/// | [PartitionLog]  | one partition: append, read, watch                                         |
/// | [AppendOutcome] | what became of one append                                                  |
/// | [Slice]         | a run of batches, still on the disk                                        |
/// | group           | all that one writer takes in one turn, for whatever partitions             |
/// | journal         | a writer's write-ahead files: one sync makes a group durable               |
/// | segment         | a file with a contiguous run of one partition's batches                    |
/// | checkpoint      | the file that says from where on the journals are needed after a crash     |
/// | compaction      | leaves only the newest record of each key, in the background               |
/// | dirty           | what came since compaction last looked for records that are superfluous    |
/// | pass            | compaction of one partition, once, as far as memory for its keys goes      |
/// | tombstone       | a record without value: its key is gone, and the record itself later       |
/// | [Disk]          | the files: real ones ([FileDisk]), or simulated ones that lie              |
/// | end             | the first offset that may not be read yet                                  |
///
/// ## The life of an append
///
///     any thread           writer thread                              disk
///     append(batch) ─► inbox ─► take all, number, copy together ─► journal: one write, one sync
///                                                                  segments: through the page cache
///     answer ◄───────────────── end moves, watches wake ◄──────────┘
///
///     keeper thread: syncs segments, writes the checkpoint, and the journal's other file is free again
///
/// ## Compaction
///
///     compactor thread                                                   writer thread
///     dirty segments ─► newest offset of each key ([KeyMap])
///     all segments up to there ─► [Sieve] ─► [SegmentDraft], synced ───► swaps names and list, between two groups
///
/// Only sealed segments that a checkpoint covers are touched, below the last stable offset. Offsets stay what they
/// were, so there are gaps: a read at an offset that is gone finds the next batch.
///
/// ## Files
///
///     lock                                    held while the log is open; names the process
///     checkpoint                              replaced in one step
///     journal/<writer>-<0|1>.wal              written in turn, over and over again
///     partitions/<stream>-<index>/<base>.log  and .index, which may be missing
///     partitions/<stream>-<index>/<base>-<generation>.log  the same, compacted
///     partitions/compaction.new               what compaction is writing; means nothing after a crash
///
/// ## Threads
///
/// Writers, the keeper and the compactor are platform threads, as file calls hold a virtual thread's carrier. A field
/// that belongs to the writer says so; everything else that threads share is final, volatile, or says which lock guards
/// it. The logic is in [Writer], [Checkpointer] and [Compactor], which start no threads: [Log#openByHand] lets a test
/// drive them.
///
/// ## Failure
///
/// A refused append left nothing behind. A failed write or sync closes the partitions of its writer with the first
/// cause: what was in the turn is [AppendOutcome.Unknown], all that comes is refused. Opening again reads the disk,
/// and refuses rather than cut what was acknowledged ([RecoveryCase]).
///
/// ## Not here, on purpose
///
/// No retries (the client owns them), no cache of its own (the page cache is one), no codecs (who opens the log brings
/// some along, [Codecs]), no re-encoding of batches but by compaction.
///
/// Start reading at [Writer#turn], then [Recovery].
package io.braid.log;
