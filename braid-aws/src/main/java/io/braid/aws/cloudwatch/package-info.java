/// Amazon CloudWatch's metrics: what programs put, and what Braid counts of its own streams under `AWS/Kinesis`, asked
/// for in the same words.
///
/// ## Words
///
/// | word           | meaning                                                                                |
/// |----------------|----------------------------------------------------------------------------------------|
/// | [Metric]       | namespace, name and dimensions: what a number is of                                    |
/// | [Statistics]   | count, sum, least and greatest of some values                                          |
/// | [Series]       | the statistics of one metric in one unit, minute by minute                             |
/// | [MetricStore]  | all series, within named maxima                                                        |
/// | [MetricLog]    | what outlives a restart, in an internal stream                                         |
/// | [Homes]        | whose metrics a caller sees                                                            |
/// | [Buckets]      | a question's periods, and the statistics that fall into each                           |
///
///     PutMetricData ──► Data ──► Statistics by minute ──┐
///     Kinesis' own numbers, once a minute ─────────────►├─► MetricStore ──► Buckets ──► GetMetricData,
///                                                       ┘                              GetMetricStatistics
///
/// ## Threads
///
/// Each call runs on its caller's virtual thread; the store has one lock, held for one put or one question.
///
/// ## Failure
///
/// Metrics are in memory, and written once a minute: a crash loses a minute (docs/decisions/0085). Too many of them is
/// a LimitExceeded to
/// whoever puts one more; too many minutes make the oldest go first.
///
/// ## Not here, on purpose
///
/// No resolution below a minute, no percentiles, no metric math, no alarms, no dashboards: each is an error that says
/// so.
///
/// Start reading at [CloudWatch], then [MetricStore].
package io.braid.aws.cloudwatch;
