package io.braid.delivery;

import io.braid.broker.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// One stream's way to one bucket.
///
/// @param id          never another's, at least 11 hexadecimal digits when hyphens are left out
/// @param name        for people
/// @param created     before this nothing waits for it
/// @param freshness   how old what is not delivered may become
/// @param keys        how objects are named
/// @param destination where they go
/// @param deadLetters where goes what is told of records that are none of `format`
/// @param from        for each shard that was open when the channel began, by index, the first offset that is
///     delivered. All of a shard that came later is
/// @param names       how the stream's users know shards and records
/// @param watcher     hears of what was delivered
public record Channel(
        String id,
        String name,
        Instant created,
        RecordFormat format,
        Duration freshness,
        ObjectCompression compression,
        KeyTemplate keys,
        Destination destination,
        DeadLetters deadLetters,
        Map<Integer, Long> from,
        Names names,
        Watcher watcher) {
    public Channel {
        from = Map.copyOf(from);
    }

    /// A bucket, and how objects are kept there. The parameters are those of [Buckets.Place].
    public record Destination(String bucket, String owner, String storageClass, Optional<String> kmsKey) {
        Buckets.Place at(String key) {
            return new Buckets.Place(bucket, key, storageClass, owner, kmsKey);
        }
    }

    /// @param prefix what keys of objects with dead letters begin with
    public record DeadLetters(Destination destination, String prefix) {}

    /// What a stream's users call it and what is in it.
    public interface Names {
        String stream();

        String shard(Shard shard);

        String sequenceNumber(Shard shard, long offset, long timestampMillis);
    }

    /// Hears what becomes of a channel's records.
    public interface Watcher {
        /// An object is stored, and will not be stored again. Must be short; any thread.
        void delivered(Delivered what);
    }

    /// @param records     delivered
    /// @param deadLetters records that were none
    /// @param bytesIn     of data of both
    /// @param bytesOut    of the object, packed
    /// @param waited      how long the oldest waited until now
    public record Delivered(long records, long deadLetters, long bytesIn, long bytesOut, Duration waited) {}

    /// Whether any of a shard's records is delivered: it was open when the channel began, or came later.
    boolean takes(Shard shard) {
        return from.containsKey(shard.index()) || from.keySet().stream().allMatch(known -> known < shard.index());
    }

    /// The first offset of a shard that is delivered.
    long begin(Shard shard) {
        return from.getOrDefault(shard.index(), shard.firstOffset());
    }
}
