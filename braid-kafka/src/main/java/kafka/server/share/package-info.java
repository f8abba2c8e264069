/// A door into Kafka's package of this name: its `SharePartition` knows how records of a partition are acquired,
/// acknowledged, delivered again and given up, and needs nothing of the rest, but keeps its constructor and a few
/// methods to its package. Decision 0061 says why it is used all the same.
///
/// Only [SharePartitions] is ours. It hides nothing but the package: all that share groups do here is in
/// `io.braid.kafka`.
package kafka.server.share;
