/// The log: for each partition an ordered, durable list of record batches, and nothing else.
package io.braid.log;
