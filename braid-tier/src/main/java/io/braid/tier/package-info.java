/// Where objects go: the log's old segments and what channels deliver, to S3-compatible buckets, or to directories.
///
/// *Words.* A **tier** holds **objects**; each is one sealed segment as it stood on the disk, under a **key**. What
/// is there and what it is good for is noted beside the partitions, by the log; here are only bytes.
///
///     log: Uploader ──► Tier.put, delete ──► S3Tier ──► AWS SDK ──► any S3-compatible store
///     log: TierCache ─► Tier.read            DirectoryTier ──► a mounted file system
///     delivery ───────► Buckets.put ───────► S3Buckets, DirectoryBuckets: the same, to buckets by name
///
/// *Threads.* None of its own. Calls block: uploads come from the log's one thread for them, reads from virtual ones.
///
/// *Failure.* Whatever the store answers becomes an [java.io.IOException] that names the object; what is done about
/// it is the log's affair. Every call has a limit on its time.
///
/// *Not here, on purpose:* listing (the log knows its keys), multipart uploads (a segment has at most 1 GiB, a
/// request takes 5), encryption and storage classes of segments (a bucket has defaults for both).
///
/// Start reading at [StorageTier] and [StorageBuckets].
package io.braid.tier;
