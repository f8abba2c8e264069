/// Streams delivered to buckets: what their shards take is read once it is committed, gathered into objects, packed,
/// stored, and only then noted as delivered.
///
/// ## Words
///
/// | word          | meaning                                                                              |
/// |---------------|--------------------------------------------------------------------------------------|
/// | [Channel]     | one stream's way to one bucket: where, in which form, from which offsets on          |
/// | [Buckets]     | the seam to where objects are stored; `braid-tier` has the stores                    |
/// | object        | records of one shard, one after the other, under a [key][KeyTemplate] of its own     |
/// | position      | the first offset of a shard that is not delivered, kept in a stream of the server's  |
/// | dead letter   | a record that is not what the channel's [RecordFormat] says, with the reason         |
///
///     shards, parents first ──► ShardReader ──► Draft ──► Buckets.put ──► Positions
///      committed records only    (while due)    (packed)   (or later)     (durable: delivered)
///
/// The log is the buffer: records wait where they lie, and memory holds only the objects that are being made.
///
/// ## Threads
///
/// A few platform threads of [Delivery], none before there is a channel. Each looks for a shard with something due,
/// makes one object of it, and looks again. One shard is delivered by one thread at a time.
///
/// ## Failure
///
/// A position is noted after its object is stored. Between the two anything may end: then the object is made again,
/// from the same offset and so under the same key, and takes the place of the first, whose records it all has. A
/// bucket that cannot be written to is tried again, more and more slowly, while the records wait in the log; what
/// expires there meanwhile is counted and logged. Damaged records are passed over, counted and logged.
///
/// ## Not here, on purpose
///
/// No formats of columns and no tables, no listing of buckets, no object of several shards.
///
/// Start reading at [Delivery], then `ShardDelivery`.
package io.braid.delivery;
