package io.braid.aws.kinesis;

import io.braid.aws.wire.WireWriter;
import io.braid.broker.HashRange;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.util.List;

/// How streams and shards are written in answers. StreamId is never among it: SDKs build host names from it, even
/// when a custom endpoint is set, and would leave this server for Amazon's.
final class Description {
    /// The encryption type of what is encrypted.
    static final String KMS = "KMS";

    private Description() {}

    /// The members that every description of a stream has.
    static void identity(WireWriter answer, Stream stream, String arn, LifeCycle.Status status) {
        answer.field(Names.STREAM_NAME)
                .text(Lookup.shownName(stream))
                .field(Names.STREAM_ARN)
                .text(arn)
                .field(Names.STREAM_STATUS)
                .text(status.name())
                .field(Names.STREAM_MODE_DETAILS)
                .startMap()
                .field(Names.STREAM_MODE)
                .text(stream.mode().name())
                .endMap()
                .field(Names.STREAM_CREATION_TIMESTAMP)
                .moment(stream.created().toEpochMilli());
    }

    /// What follows in both descriptions.
    static void details(WireWriter answer, StreamAttributes attributes, long retentionHours) {
        answer.field(Names.RETENTION_PERIOD_HOURS)
                .number(retentionHours)
                .field(Names.ENHANCED_MONITORING)
                .startList()
                .startMap()
                .field(Names.SHARD_LEVEL_METRICS);
        texts(answer, attributes.shardMetrics());
        answer.endMap().endList();
        answer.field(Names.ENCRYPTION_TYPE).text(attributes.keyId().isPresent() ? KMS : "NONE");
        attributes.keyId().ifPresent(key -> answer.field(Names.KEY_ID).text(key));
    }

    static void texts(WireWriter answer, List<String> texts) {
        answer.startList();
        for (var text : texts) answer.text(text);
        answer.endList();
    }

    static void warmThroughput(WireWriter answer, long mibps) {
        answer.field(Names.WARM_THROUGHPUT)
                .startMap()
                .field(Names.TARGET_MIBPS)
                .number(mibps)
                .field(Names.CURRENT_MIBPS)
                .number(mibps)
                .endMap();
    }

    static void shard(WireWriter answer, Shard shard) {
        answer.startMap().field(Names.SHARD_ID).text(Lookup.shardId(shard.index()));
        if (!shard.parents().isEmpty())
            answer.field(Names.PARENT_SHARD_ID)
                    .text(Lookup.shardId(shard.parents().getFirst()));
        if (shard.parents().size() > 1)
            answer.field(Names.ADJACENT_PARENT_SHARD_ID)
                    .text(Lookup.shardId(shard.parents().getLast()));
        range(answer, shard.range());
        answer.field(Names.SEQUENCE_NUMBER_RANGE)
                .startMap()
                .field(Names.STARTING_SEQUENCE_NUMBER)
                .text(SequenceNumber.start(shard).toString());
        switch (shard.extent()) {
            case Shard.Open _ -> {}
            case Shard.Closed closed ->
                answer.field(Names.ENDING_SEQUENCE_NUMBER)
                        .text(SequenceNumber.end(shard, closed).toString());
        }
        answer.endMap().endMap();
    }

    /// The shards that go on where a closed one ends.
    static void children(WireWriter answer, Stream stream, int index) {
        answer.field(Names.CHILD_SHARDS).startList();
        for (var child : stream.shards()) if (child.parents().contains(index)) child(answer, child);
        answer.endList();
    }

    private static void child(WireWriter answer, Shard child) {
        answer.startMap()
                .field(Names.SHARD_ID)
                .text(Lookup.shardId(child.index()))
                .field(Names.PARENT_SHARDS)
                .startList();
        for (int parent : child.parents()) answer.text(Lookup.shardId(parent));
        answer.endList();
        range(answer, child.range());
        answer.endMap();
    }

    private static void range(WireWriter answer, HashRange range) {
        answer.field(Names.HASH_KEY_RANGE)
                .startMap()
                .field(Names.STARTING_HASH_KEY)
                .text(range.first().toBigInteger().toString())
                .field(Names.ENDING_HASH_KEY)
                .text(range.last().toBigInteger().toString())
                .endMap();
    }
}
