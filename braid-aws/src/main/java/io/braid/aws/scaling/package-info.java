/// Streams in On-Demand mode that scale by themselves: shards that run hot are split, cold neighbours merged, from
/// the load that was measured.
///
/// *Words.* The **load** of a shard is what was written to it in a **window** of time, as the part of what Amazon
/// lets a shard take (1 MiB and 1,000 records a second). A shard is **hot** when that part is above one setting, and
/// **cold** when it was below another one for a whole hour. A **floor** and a **ceiling** bound how many shards a
/// stream has.
///
///     partitions' counters ──► LoadMeter ──► Scaler ──► decisions ──► Autoscaler ──► Broker.reshard
///                                              ▲  │                       │
///                  keys of hot shards ─────────┘  └── why ──► DecisionLog ◄┘ ──► the log, /metrics, /scaling
///
/// *Threads.* One platform thread calls [Autoscaler#turn][io.braid.aws.scaling.Autoscaler]; all but the log of
/// decisions is that thread's alone. The decider ([Scaler][io.braid.aws.scaling.Scaler]) has no thread and no clock.
///
/// *Failure.* A turn that fails is logged, and the next one begins with what is there then. Nothing is kept but who of
/// Kafka's producers wrote when: after a start all is measured anew, so no shard is split before a window has passed
/// and none is merged before it was seen cold for as long as it has to be.
///
/// *Not here.* How shards split and merge ([Broker][io.braid.broker.Broker]), what keys are (the service).
///
/// *Start* at [Scaler][io.braid.aws.scaling.Scaler]. `docs/scaling.md` shows a day.
package io.braid.aws.scaling;
