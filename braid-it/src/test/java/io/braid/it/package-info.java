/// Official clients, unchanged, against the real process; and that process killed while they work.
///
/// # Words
///
/// - *server*: a Braid process of its own ([RunningServer]), started as a user starts it, with nothing on its class
///   path but what `braid-server` brings. A *life* is the time from its start to its end; several lives may follow
///   each other on one directory and the same ports.
/// - *checks*: what is asked of a Kafka client of any version ([ClientChecks]); run once per version, each in a class
///   loader that sees no other version ([IsolatedClient]).
/// - *tool*: a program that runs in a process of its own and ends ([Finished]): Kafka's command line, kcat, node.
/// - *client process*: a client in a JVM of its own that is killed and started again ([ClientProcess]): Kafka Streams,
///   Kafka Connect, the workers of the audit. What its makers chose for its class path stands in a *recipe*
///   ([Recipes]), a pom of `src/test/clients`.
///
/// ```
///   test JVM                                      processes
///   ┌───────────────────────────────┐             ┌─────────────────────────┐
///   │ tests ── OneServer ───────────┼── starts ──►│ io.braid.server.Main    │
///   │   ├─ kafka-clients 4.4, AWS   ├── Kafka ───►│  kafka=127.0.0.1:port   │
///   │   ├─ IsolatedClient 2.8, 3.9… ├── HTTP ────►│  http=127.0.0.1:port    │
///   │   ├─ Finished ────────────────┼── starts ──►│ tools, kcat, node       │
///   │   └─ ClientProcess ───────────┼── starts ──►│ Streams, Connect, ...   │
///   └───────────────────────────────┘             └─────────────────────────┘
/// ```
///
/// # How it fails
///
/// Every wait has a limit ([Eventually], [Finished]), every server dies with the test JVM. A test fails if the server
/// logged an error that the test did not announce; then, and whenever a test of a server failed, its directory stays
/// under `target/servers` with the log of all its lives. Chance has a seed, and a failure names it.
///
/// # What it does not do
///
/// It measures nothing (that is `braid-bench`), and looks into no class of the server: what is seen here is what a
/// client sees.
///
/// Start with [OneServer] and [BothProtocolsTest]; the crash tests are in [CrashTest], the audit of exactly-once is in
/// [ExactlyOnceAuditTest], and [HistoryTest] looks for what Jepsen's checker looks for.
package io.braid.it;
