package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// How long records are kept. The hours of Kinesis and the `retention.ms` of Kafka are one setting.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_IncreaseStreamRetentionPeriod.html
final class RetentionOperations {
    private static final long HOURS_MIN = 24;
    private static final long HOURS_MAX = 8760;

    private final Broker broker;
    private final Lookup lookup;
    private final Changes changes;

    RetentionOperations(Broker broker, Lookup lookup) {
        this.broker = broker;
        this.lookup = lookup;
        this.changes = new Changes(broker, lookup);
    }

    void increase(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.RETENTION_PERIOD);
        var stream = lookup.stream(params);
        long asked = checked(params);
        long now = hours(broker, stream);
        if (asked < now)
            throw AwsFault.invalidArgument(
                    "Requested retention period (%d hours) for stream %s can not be shorter than existing retention period (%d hours). Use DecreaseRetentionPeriod API."
                            .formatted(asked, Lookup.shownName(stream), now));
        lookup.requireActive(stream);
        if (asked > now) set(stream, asked); // else it might be shortened to whole hours
    }

    void decrease(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.RETENTION_PERIOD);
        var stream = lookup.stream(params);
        long asked = checked(params);
        long now = hours(broker, stream);
        if (asked > now)
            throw AwsFault.invalidArgument(
                    "Requested retention period (%d hours) for stream %s can not be longer than existing retention period (%d hours). Use IncreaseRetentionPeriod API."
                            .formatted(asked, Lookup.shownName(stream), now));
        lookup.requireActive(stream);
        set(stream, asked);
    }

    private static long checked(Params params) {
        long hours = params.number("RetentionPeriodHours").orElseThrow();
        if (hours < HOURS_MIN)
            throw AwsFault.invalidArgument(
                    "Minimum allowed retention period is %d hours. Requested retention period (%d hours) is too short."
                            .formatted(HOURS_MIN, hours));
        if (hours > HOURS_MAX)
            throw AwsFault.invalidArgument(
                    "Maximum allowed retention period is %d hours. Requested retention period (%d hours) is too long."
                            .formatted(HOURS_MAX, hours));
        return hours;
    }

    private void set(Stream stream, long hours) throws IOException {
        var millis = Long.toString(Duration.ofHours(hours).toMillis());
        switch (broker.configure(stream.name(), Map.of(StreamSettings.RETENTION_MS, Optional.of(millis)))) {
            case CatalogOutcome.Done(var after) -> updating(after);
            case CatalogOutcome.NotFound _ -> throw lookup.noStream(Lookup.shownName(stream));
            case CatalogOutcome.AlreadyExists _ -> throw lookup.noStream(Lookup.shownName(stream));
            case CatalogOutcome.Invalid(var _, String detail) -> throw AwsFault.invalidArgument(detail);
            case CatalogOutcome.Unknown(IOException cause) -> throw cause;
        }
    }

    private void updating(Stream stream) throws IOException {
        changes.attributes(stream, (_, attributes) -> lookup.life().updating(attributes));
    }

    /// Whole hours, at least 1; a stream that keeps everything says the most that Kinesis can say.
    static long hours(Broker broker, Stream stream) {
        long millis = Long.parseLong(broker.setting(stream, StreamSettings.RETENTION_MS));
        return millis < 0 ? HOURS_MAX : Math.clamp(Duration.ofMillis(millis).toHours(), 1, HOURS_MAX);
    }
}
