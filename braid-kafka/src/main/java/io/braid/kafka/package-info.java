/// The Kafka listener: Kafka's wire protocol in front of the broker, for every client that speaks it.
///
/// Outside this package there is only [KafkaListener]. Messages, their versions and the group coordinator are
/// Kafka's own classes (`kafka-clients` and the coordinator jars), and nothing outside this package sees them.
///
/// ## Words
///
/// | word         | meaning                                                                                  |
/// |--------------|------------------------------------------------------------------------------------------|
/// | topic        | what Kafka calls a stream; the word is used at this edge only                            |
/// | Request      | one parsed request, with who asks and by which address it came in                        |
/// | Handler      | serves one API                                                                           |
/// | Handlers     | who serves what, in which versions; ApiVersions is made from it                          |
/// | Answer       | what a handler gives back: a response, or how the writer thread gets it                  |
/// | Frame        | the memory one request was read into; its records go from there to the disk               |
/// | Doorbell     | what a long poll waits on                                                                |
/// | Payer        | whose use of a quota is counted together: a user, a client id, or a user's client id     |
/// | FetchSession | what a consumer fetches from, so that requests and responses name only what changes       |
/// | Producer     | one incarnation of a producer: an id and an epoch                                        |
/// | end          | of a transaction: what Kafka calls a marker, one in each of its partitions                |
/// | state stream | a stream of the server's own in which a coordinator keeps what it knows                  |
/// | Part         | a partition, as a session of a share group names it                                      |
/// | level        | of a feature: what administrators let clients use, 0 for nothing ([Features])            |
/// | push         | what a client tells of itself in one PushTelemetry: its metrics at one time              |
/// | series       | one metric of one client with one set of labels, as Prometheus knows it                  |
///
/// ## The life of a request
///
///     socket ──► reader thread: frame, parse, Handler ──► pending answers ──► writer thread ──► socket
///                                       │                  (bounded)            │ waits for the disk,
///                                       ▼                                       │ or for records
///                                 PartitionLog.append                    PartitionLog.read
///
/// A produce request is submitted by the reader and answered by the writer, so the next one is appended while
/// this one waits for the disk. Records lie off the heap and are never copied on their way in; on their way out
/// they go from the segment's file to the socket.
///
/// ## Coordinators
///
/// Groups ([GroupCoordination]) and transactions ([TransactionCoordination]) have a coordinator each, which is
/// started when it is first needed and keeps what it knows in a state stream; so has what share groups know of
/// records ([ShareCoordination]). A batch that begins a transaction in its partition waits for the coordinator's
/// word, with all that comes behind it, in [TransactionalAppends].
///
/// ## Settings and limits
///
/// What administrators set while the server runs ([ServerConfigApi]; the catalog keeps it) goes before its
/// configuration, and that before the default. Who obeys such a setting asks [ServerSettings] each time; Kafka's
/// coordinators ask [LiveConfig], which asks there. What clients may use up is counted by [Throttles]; who may come
/// in is decided by [AddressLimits] and done by [Doorkeeper]. What users can log in with ([ScramApi]) is kept for a
/// listener that asks for it.
///
/// ## Telemetry
///
/// What clients push about themselves (KIP-714) goes from [TelemetryApi], which asks [ClientInstances] whether it may,
/// through [OtlpMetrics] into [ClientMetrics], and is read from there by the page at `/metrics`.
///
/// ## Threads
///
/// One that accepts, one that closes idle connections, one for each connection that is refused and to be closed
/// later ([Doorkeeper]), all virtual, and two for each connection ([ConnectionThreads]), in blocking style.
/// They are never interrupted (an interrupt would close the segment file that a fetch reads): a connection ends by
/// closing its socket and ringing its doorbell. Coordinators have threads of their own.
///
/// ## Failure
///
/// What a client did wrong is answered in Kafka's error codes, from one table for each kind ([ProduceErrors],
/// [TopicErrors]). Bytes that are no request end their connection, with one log line. Every limit is named in
/// [KafkaListener.Limits] or [LimitSettings].
///
/// ## Not here, on purpose
///
/// No TLS and no SASL in this release; no down-conversion (clients of Kafka 0.11 and newer are
/// served, as by Kafka 4); no look at single records, unless a stream's settings ask for one
/// ([BatchRules][io.braid.broker.BatchRules]).
///
/// Start reading at [Connection].
package io.braid.kafka;
