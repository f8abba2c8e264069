/// What puts load on a server: the same for Braid and for its peer.
///
/// [KafkaTools] runs Kafka's own performance tools, unchanged, in a process of their own. They cannot go on until
/// somebody else is done, nor measure from when a record was due: [Flood] and [OpenLoop] do, with Kafka's own client.
///
/// [KinesisLoad] is a client of our own, because the official ones cost more than the servers do: requests are built
/// before the clock starts, and answers are only looked at as far as it takes to count and check them. All servers of
/// a comparison get identical bytes, in either [Protocol]. [FanOutLoad] subscribes to what it puts.
///
/// A server that does something else than it was asked for is [Unserved]: of a peer that is a result, of Braid it ends
/// the measurement.
///
/// Start reading at [KinesisLoad].
package io.braid.bench.load;
