package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.time.Instant;
import java.util.List;

/// Which shards of a stream are asked for. A closed shard whose last record is older than the stream's retention
/// has expired, and no filter shows it.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html
///
/// @param after      the index after which shards are wanted; -1 unless `type` says so
/// @param timeMillis milliseconds since 1970; 0 unless `type` says so
record ShardFilter(Type type, int after, long timeMillis) {
    enum Type {
        AFTER_SHARD_ID,
        /// The shards that were open when the oldest record still kept was put.
        AT_TRIM_HORIZON,
        FROM_TRIM_HORIZON,
        AT_LATEST,
        AT_TIMESTAMP,
        FROM_TIMESTAMP
    }

    static final ShardFilter ALL = new ShardFilter(Type.FROM_TRIM_HORIZON, -1, 0);

    static ShardFilter of(Params filter, Lookup lookup, String stream) {
        var type = Type.valueOf(filter.requiredText("Type"));
        return switch (type) {
            case AT_TRIM_HORIZON, FROM_TRIM_HORIZON, AT_LATEST -> new ShardFilter(type, -1, 0);
            case AFTER_SHARD_ID -> {
                var id = filter.text("ShardId")
                        .orElseThrow(() -> AwsFault.invalidArgument(
                                "ShardId must be provided in ShardFilter if its Type is AFTER_SHARD_ID."));
                yield new ShardFilter(type, lookup.shardIndex(id, stream), 0);
            }
            case AT_TIMESTAMP, FROM_TIMESTAMP -> {
                long time = filter.moment("Timestamp")
                        .orElseThrow(() -> AwsFault.invalidArgument(
                                "Timestamp must be provided in ShardFilter if its Type is %s.".formatted(type)));
                yield new ShardFilter(type, -1, time);
            }
        };
    }

    /// @param horizon what was closed before has expired
    List<Shard> select(Stream stream, Instant horizon) {
        var time = Instant.ofEpochMilli(timeMillis);
        return stream.shards().stream()
                .filter(shard -> !shard.isClosedBefore(horizon))
                .filter(shard -> switch (type) {
                    case FROM_TRIM_HORIZON -> true;
                    case AFTER_SHARD_ID -> shard.index() > after;
                    case AT_LATEST -> shard.isOpen();
                    case AT_TRIM_HORIZON ->
                        shard.parents().stream()
                                .flatMap(parent -> stream.shard(parent).stream())
                                .allMatch(parent -> parent.isClosedBefore(horizon));
                    case AT_TIMESTAMP -> !shard.created().isAfter(time) && !shard.isClosedBefore(time);
                    case FROM_TIMESTAMP -> !shard.isClosedBefore(time);
                })
                .toList();
    }

    /// For a [PageToken].
    String encoded() {
        return type + "/" + after + "/" + timeMillis;
    }

    static ShardFilter decode(String encoded) {
        var parts = encoded.split("/");
        return new ShardFilter(Type.valueOf(parts[0]), Integer.parseInt(parts[1]), Long.parseLong(parts[2]));
    }
}
