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
/// | reserve         | a file that holds room, given up when a write finds none                   |
/// | [Purpose]       | what an append is for: how far it may fill the disk                        |
/// | [LogFiles]      | a data directory, read by somebody who is not its server                   |
/// | [Tier]          | a store elsewhere, to which sealed segments may move                       |
/// | manifest        | what of a partition is in the tier, or may be                              |
/// | end             | the first offset that may not be read yet                                  |
///
/// ## The life of an append
///
///     any thread           writer thread                              disk
///     append(batch) ─► inbox ─► take all, number, copy together ─► journal: one write, one sync
///                                                                  segments: through the page cache
///     answer ◄───────────────── end moves, watches wake ◄──────────┘
///
///     keeper thread: syncs segments, writes the checkpoint, and the journal's other file is free again; looks
///     whether the disk is still there, and how much room it has
///     tier thread: copies sealed segments that a checkpoint covers; the writer then swaps them for those elsewhere
///
/// ## Where a partition's records are
///
///     start            localStart                                  end
///       ├── in the tier ───┼── on this disk, copied or not ── active ┤
///       read through a     read from segment files
///       bounded cache
///
/// ## Compaction
///
///     compactor thread                                                   writer thread
///     dirty segments ─► newest offset of each key ([KeyMap])
///     all segments up to there ─► [Sieve] ─► [SegmentDraft], synced ───► swaps names and list, between two groups
///
/// Only sealed segments that a checkpoint covers are touched, below the last stable offset, and none of a partition of
/// which anything is in the tier. Offsets stay what they were, so there are gaps: a read at an offset that is gone
/// finds the next batch, and whoever walks a compacted segment takes offsets that only grow.
///
/// ## Files
///
///     lock                                    held while the log is open; names the process
///     checkpoint                              replaced in one step
///     reserve                                 room; may be missing
///     journal/<writer>-<0|1>.wal              written in turn, over and over again
///     partitions/<stream>-<index>/<base>.log  and .index, which may be missing; the index stays when the segment
///                                             goes to the tier
///     partitions/<stream>-<index>/<base>-<generation>.log  the same, compacted
///     partitions/compaction.new               what compaction is writing; means nothing after a crash
///     partitions/<stream>-<index>/tier        the manifest, replaced in one step
///     tier/location                           which tier it is
///     tier/<incarnation>.deleted              manifests of deleted partitions whose objects are still there
///
/// ## Threads
///
/// Writers, the keeper, the compactor and the tier's thread are platform threads, as file calls hold a virtual
/// thread's carrier. Reads of the tier happen on virtual threads, for callers that wait for them, and hold no lock. A
/// field that belongs to the writer says so; everything else that threads share is final, volatile, or says which lock
/// guards it. The logic is in [Writer], [Checkpointer], [Compactor] and [Uploader], which start no threads:
/// [Log#openByHand] lets a test drive them.
///
/// ## Failure
///
/// A refused append left nothing behind. A failed write or sync closes the partitions of its writer with the first
/// cause: what was in the turn is [AppendOutcome.Unknown], all that comes is refused. Opening again reads the disk,
/// and refuses rather than cut what was acknowledged ([RecoveryCase]). A tier that fails ends the read that needed it
/// and closes nothing; segments stay on this disk until it works again.
///
/// A full disk is no failure ([DiskSpace]): users' records are refused before it is, what finds it full gets the
/// reserve ([GuardedDisk]), a turn that finds no room even so waits for it, and all goes on by itself when there is
/// room.
///
/// Bytes that the disk has changed meanwhile are found when they are read after a while ([ColdReads]): that batch is
/// [ReadOutcome.Damaged], everything else goes on.
///
/// ## Not here, on purpose
///
/// No retries (the client owns them), no cache of its own (the page cache is one) but for what is in the tier, no
/// codecs (who opens the log brings some along, [Codecs]), no re-encoding of batches but by compaction.
/// Which transactions there are is decided above: here they begin and end in one partition each.
///
/// Start reading at [Writer#turn], then [Recovery].
package io.braid.log;
