/// Kinesis Data Streams over the broker's streams: the operations of
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/ that this release serves.
///
/// ## Words
///
/// | word                 | meaning                                                                  |
/// |----------------------|--------------------------------------------------------------------------|
/// | shard                | a hash-key range on a range of offsets of one partition                   |
/// | [SequenceNumber]     | Amazon's 186-bit layout around an offset                                  |
/// | [ShardIterator]      | a sealed, self-contained place in a shard                                 |
/// | [Requests]           | types and constraints of all requests, as tables                          |
/// | [PutRequest], [Put]  | the hot way in: read in place, one batch per shard                        |
/// | [ShardReading]       | the hot way out: batches written straight into the answer                 |
/// | [Subscription]       | one consumer's stream of events from one shard                            |
/// | [StoredChannel]      | a stream's way to a bucket; `io.braid.delivery` goes it                    |
/// | [Home]               | an account in a region: streams are seen where they were created          |
/// | [StreamAttributes]   | what users say of a stream: tags, key, policy, sizes, kept in the catalog |
/// | [Rates]              | what goes through in a second, if Amazon's limits are wanted              |
/// | [LifeCycle]          | how long streams and consumers are CREATING, UPDATING, DELETING, if so    |
///
///     PutRecords ──► PutRequest ──► MD5 ──► shard ──► BatchBuilder ──► PartitionLog.append ──► wait
///     GetRecords ──► ShardIterator ─────┐
///                                       ├─► ShardReading ──► PartitionLog.read ──► RecordCursor ──► WireWriter
///     SubscribeToShard ──► Subscription ┘
///
/// ## Threads and failure
///
/// Each call runs on its caller's virtual thread and keeps nothing between calls; only [Subscriptions] knows who is
/// subscribed to what, and [Rates] what went through in the last seconds, if it has to. A put that
/// was refused because too much is waiting, or by [Rates], is a
/// ProvisionedThroughputExceededException,
/// everything else an InternalFailure: the two codes that PutRecords knows.
///
/// ## Not here, on purpose
///
/// Internal streams do not exist here. No StreamId is ever returned: SDKs would build Amazon's host names from it.
/// Encryption, policies and shard-level metrics are what their users say of a stream: kept ([StreamAttributes]) and
/// told, and nothing more. What is not served, and what is different, says [Compatibility].
///
/// Start reading at [Kinesis], then [Put#run].
package io.braid.aws.kinesis;
