/// The broker: what streams exist, how their shards lie on partitions, and the doors by which every protocol
/// appends and reads. It knows neither Kafka nor Amazon.
///
/// *Words.* A **stream** is a named set of **partitions**; a **shard** is a range of hash keys living on a range of
/// offsets of one partition; the **catalog** is what exists at one moment; a **change** is the only way from one
/// catalog to the next; **principals** are who can prove who they are; **quotas** are what clients may use up, kept
/// here and enforced by the fronts; a **hold** keeps a stream's shards as they are while somebody puts by hash key.
///
///     create, delete, grow, reshard, configure           partition(name, i)      hold(name)
///             │                                                   │                  │
///       Rules, Reshape       decide                             View  ◄──────────────┘
///             │                                          (catalog + partitions)
///             ▼
///       CatalogChange ──► LiveCatalog ──► ChangeCodec ──► CatalogLog, 1 partition
///                              │
///                              └─ shown in the View after it is on disk; then the listeners are told
///
///     a stream of two partitions that began with one (see Reshape):
///
///       partition 0   ├── shard 0, closed ──┤├── shard 1, keys of the lower half ──►
///                     0                     X
///       partition 1                          ├── shard 2, keys of the upper half ──►
///                                            0
///
/// *Threads.* Reading is an immutable `View` behind one volatile field: any thread, no lock. Changing
/// is one at a time (`LiveCatalog`) behind a lock that is held until the change is on disk, so it belongs on virtual
/// threads.
///
/// *Failure.* A change that fails before it is written is undone; one that may have been written is
/// [Unknown][io.braid.broker.CatalogOutcome.Unknown], and the next start tells. What a crash can leave between the
/// catalog and the log stands as a table in [Opening][io.braid.broker.Opening], each row with its test. When the
/// catalog's partition fails, everything that exists goes on being read and written, and nothing can be changed
/// until the next start.
///
/// What streams use is counted beside all this, by [UsageMeter][io.braid.broker.UsageMeter], which looks at the catalog
/// and the partitions as any reader does.
///
/// *Not here.* Bytes and offsets (`io.braid.log`), error codes and access rules (the fronts), when to split and
/// merge by load (`braid-aws`), shortening the catalog's log (its changes are few and small).
///
/// *Start* at [Broker][io.braid.broker.Broker], then [Stream][io.braid.broker.Stream] and
/// [Shard][io.braid.broker.Shard].
package io.braid.broker;
