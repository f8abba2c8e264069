package io.braid.aws.kinesis;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Which metrics users want for each shard: kept with the stream and told.
final class MonitoringOperations {
    private static final String ALL = "ALL";
    /// In the order in which they are listed.
    private static final List<String> METRICS = List.of(
            "IncomingBytes",
            "IncomingRecords",
            "OutgoingBytes",
            "OutgoingRecords",
            "WriteProvisionedThroughputExceeded",
            "ReadProvisionedThroughputExceeded",
            "IteratorAgeMilliseconds");

    private final Lookup lookup;
    private final Changes changes;

    MonitoringOperations(Broker broker, Lookup lookup) {
        this.lookup = lookup;
        this.changes = new Changes(broker, lookup);
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html
    void enable(Call call) throws IOException {
        change(call, true);
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html
    void disable(Call call) throws IOException {
        change(call, false);
    }

    private void change(Call call, boolean on) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.ENHANCED_MONITORING);
        var asked = Set.copyOf(params.texts("ShardLevelMetrics"));
        var named = asked.contains(ALL) ? Set.copyOf(METRICS) : asked;
        var before = new Before();
        var stream = changes.updating(lookup.stream(params), now -> {
            var attributes = StreamAttributes.of(now);
            before.metrics = attributes.shardMetrics();
            var after = new HashSet<>(before.metrics);
            if (on) after.addAll(named);
            else after.removeAll(named);
            return attributes
                    .withShardMetrics(METRICS.stream().filter(after::contains).toList())
                    .withModeOf(now);
        });
        var answer = call.answer()
                .startMap()
                .field(Names.STREAM_NAME)
                .text(Lookup.shownName(stream))
                .field(Names.STREAM_ARN)
                .text(lookup.arn(call, stream))
                .field(Names.CURRENT_SHARD_LEVEL_METRICS);
        Description.texts(answer, before.metrics);
        answer.field(Names.DESIRED_SHARD_LEVEL_METRICS);
        Description.texts(answer, StreamAttributes.of(stream).shardMetrics());
        answer.endMap();
    }

    /// What was on before the change, told by the change.
    private static final class Before {
        private List<String> metrics = List.of();
    }
}
