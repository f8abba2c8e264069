/// What clients asked and were told, and whether a log with transactions can have answered so.
///
/// ## Words
///
/// | word              | meaning                                                                              |
/// |-------------------|--------------------------------------------------------------------------------------|
/// | process           | one client after the other, each doing one thing at a time                            |
/// | [Operation]       | what a process did from one moment to another, alone or in a transaction              |
/// | [Step]            | a record sent, a record polled, or a place that a consumer went to                    |
/// | [Anomaly]         | what no history of a faultless log has                                                |
/// | final read        | a process that polls every partition to its end after all others are done             |
///
/// The faults that are looked for are those that Jepsen's checker for Kafka looks for, which is described in its
/// analyses of Redpanda and Bufstream; the code is ours. Two of its faults are left out because Kafka does not promise
/// their absence: transactions whose writes interleave (G0), and transactions that read a state which a later write
/// has made old (G-single).
///
/// No threads: a history is checked when all clients are done. Start reading at [HistoryChecker].
package io.braid.testkit.history;
