/// The AWS front: one HTTP port that speaks Amazon's APIs over the broker's streams.
///
/// Its types for others are [AwsListener] and what it is told, [AwsConfig]. What it hides:
///
/// | package             | what                                                                |
/// |---------------------|---------------------------------------------------------------------|
/// | `io.braid.aws`         | the port: HTTP/1.1 and 2, routing, ids, limits, pages               |
/// | `io.braid.aws.wire`    | JSON and CBOR, types, constraints, errors; no service               |
/// | `io.braid.aws.kinesis` | Kinesis Data Streams                                                |
/// | `io.braid.aws.scaling` | shards of On-Demand streams that follow their load                     |
/// | `io.braid.aws.dynamodb` | the part of DynamoDB that the Kinesis Client Library needs         |
///
/// Types of the inner packages are public so that these can see each other, and for nobody else.
///
/// ## The life of a request
///
///     socket ──► Helidon ──► HttpFront ──► WireReader ──► operation ──► broker, log
///                            one byte[]    in place       WireWriter ◄── outcomes
///     socket ◄── Helidon ◄── HttpFront ◄──────────────────────┘
///
/// ## Threads
///
/// One virtual thread per HTTP/1.1 connection and per HTTP/2 stream, in plain blocking style. Puts wait on it until
/// the log's writer thread has synced, subscriptions until it has something new.
///
/// ## Failure
///
/// Every error is an answer in Amazon's words ([io.braid.aws.wire.AwsFault]); storage trouble and bugs are an
/// InternalFailure, which SDKs retry, and a line in the log.
///
/// ## Not here, on purpose
///
/// Signatures are not verified in this release (docs/decisions/0041), so the port listens on loopback unless told
/// otherwise, and pages in a browser may ask only from this machine unless told otherwise (`Cors`). No state of its own
/// but who is subscribed: iterators and page tokens carry theirs.
///
/// Start reading at `HttpFront.handle`.
package io.braid.aws;
