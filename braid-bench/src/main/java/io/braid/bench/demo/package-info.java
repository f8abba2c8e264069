/// The demo: real events in through Amazon's Kinesis client, out through a Kafka consumer group, compared at the end.
///
///     Dataset ──► Feed (AWS SDK, PutRecords) ──► one stream ──► Readers (Kafka group of two) ──► Audit
///                   │                                             │
///                   └────────────────► Progress ◄─────────────────┘
///
/// | word      | meaning                                                                    |
/// |-----------|----------------------------------------------------------------------------|
/// | [Dataset] | real events that ship with the project; `SOURCE.md` names source and licence |
/// | [Event]   | one of them: its time, its key, its line                                     |
/// | [Arrival] | one record that a consumer received, and where it lay                        |
/// | [Audit]   | the comparison: number, order for each key, content                          |
///
/// The feed runs on the caller's thread, each consumer on one of its own, the progress lines on another; they share
/// only the counters of [Traffic]. A failure of any of them ends the demo with exit code 1.
///
/// Start reading at [Demo]; [DemoCommand] is its command line.
package io.braid.bench.demo;
