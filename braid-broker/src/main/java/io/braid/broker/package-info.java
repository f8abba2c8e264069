/// The broker: what streams exist, how their shards lie on partitions, and the doors by which every protocol
/// appends and reads. It knows neither Kafka nor Amazon.
package io.braid.broker;
