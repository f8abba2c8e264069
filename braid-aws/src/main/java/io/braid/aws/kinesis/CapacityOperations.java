package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;

/// How much a stream takes and where it puts it: its mode, its largest record, the throughput it shall be ready for
/// and how records are spread over its shards.
final class CapacityOperations {
    private static final int MODE_CHANGES_MAX = 2;
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final long WARM_MIBPS_MAX = 10_240;

    private final Lookup lookup;
    private final Changes changes;
    private final AccountOperations account;
    private final InstantSource clock;

    CapacityOperations(Broker broker, Lookup lookup, AccountOperations account, InstantSource clock) {
        this.lookup = lookup;
        this.changes = new Changes(broker, lookup);
        this.account = account;
        this.clock = clock;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateMaxRecordSize.html
    void updateMaxRecordSize(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.UPDATE_MAX_RECORD_SIZE);
        long kib = params.number("MaxRecordSizeInKiB").orElseThrow();
        changes.updating(
                lookup.stream(params),
                stream -> StreamAttributes.of(stream).withRecordKib(kib).withModeOf(stream));
    }

    /// The shards stay as they are. What only streams in On-Demand mode have ends with that mode.
    ///
    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamMode.html
    void updateStreamMode(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.UPDATE_STREAM_MODE);
        var mode = Stream.Mode.valueOf(
                params.structure("StreamModeDetails").orElseThrow().requiredText("StreamMode"));
        long warm = params.number("WarmThroughputMiBps").orElse(0);
        if (warm > 0) checkWarmThroughput(call, mode, warm);
        changes.updating(lookup.stream(params), stream -> {
            var before = StreamAttributes.of(stream);
            var after = warm > 0 ? before.withWarmMibps(warm) : before;
            return stream.mode() == mode ? after.withModeOf(stream) : switched(stream, mode, after);
        });
    }

    private StreamDescription switched(Stream stream, Stream.Mode mode, StreamAttributes before) {
        long now = clock.millis();
        long since = now - DAY_MILLIS;
        if (lookup.rates().areLimited() && before.modeChanges(since).size() >= MODE_CHANGES_MAX)
            throw AwsFault.of(
                    "LimitExceededException",
                    "Stream %s under account %s has been switched between capacity modes %d times in 24 hours, which is the most."
                            .formatted(Lookup.shownName(stream), lookup.account(), MODE_CHANGES_MAX));
        var kept = switch (mode) {
            case ON_DEMAND -> before;
            case PROVISIONED -> before.withWarmMibps(0).withAutoDistribution(false);
        };
        return new StreamDescription(mode, kept.withModeChange(now, since).all());
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html
    void updateWarmThroughput(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.UPDATE_STREAM_WARM_THROUGHPUT);
        long warm = params.number("WarmThroughputMiBps").orElseThrow();
        var stream = changes.updating(lookup.stream(params), now -> {
            checkWarmThroughput(call, now.mode(), warm);
            return StreamAttributes.of(now).withWarmMibps(warm).withModeOf(now);
        });
        var answer = call.answer()
                .startMap()
                .field(Names.STREAM_ARN)
                .text(lookup.arn(call, stream))
                .field(Names.STREAM_NAME)
                .text(Lookup.shownName(stream));
        Description.warmThroughput(answer, warm);
        answer.endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamRecordDistributionStrategy.html
    void updateDistribution(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.UPDATE_STREAM_RECORD_DISTRIBUTION_STRATEGY);
        boolean auto = params.requiredText("RecordDistributionStrategy").equals("AUTO");
        changes.attributes(lookup.stream(params), (now, before) -> {
            checkAutoDistribution(now.mode());
            return before.withAutoDistribution(auto);
        });
    }

    void checkAutoDistribution(Stream.Mode mode) {
        if (mode != Stream.Mode.ON_DEMAND)
            throw AwsFault.invalidArgument(
                    "RecordDistributionStrategy is only supported for streams in On-Demand mode.");
    }

    void checkWarmThroughput(Call call, Stream.Mode mode, long mibps) {
        if (mode != Stream.Mode.ON_DEMAND)
            throw AwsFault.validation("WarmThroughputMiBps is only supported for streams in On-Demand mode.");
        if (!account.isCommitted(call))
            throw AwsFault.validation(
                    "WarmThroughputMiBps is only supported for accounts with MinimumThroughputBillingCommitment enabled. Account %s has it not in %s: use UpdateAccountSettings."
                            .formatted(lookup.account(), call.caller().region()));
        if (mibps > WARM_MIBPS_MAX)
            throw AwsFault.validation(
                    "WarmThroughputMiBps %d is too large: %d is the most.".formatted(mibps, WARM_MIBPS_MAX));
    }
}
