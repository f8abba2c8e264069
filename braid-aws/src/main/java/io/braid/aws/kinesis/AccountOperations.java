package io.braid.aws.kinesis;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// What an account has committed itself to, by region: the minimum throughput that opens warm throughput and more
/// consumers to it. It lasts at least a day; ending it earlier is ending it then.
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateAccountSettings.html
final class AccountOperations {
    private static final long COMMITTED_MILLIS_MIN = Duration.ofHours(24).toMillis();
    private static final String STARTED = "kinesis.commitment-started";
    private static final String ENDED = "kinesis.commitment-ended";

    private final Broker broker;
    private final Lookup lookup;
    private final InstantSource clock;

    AccountOperations(Broker broker, Lookup lookup, InstantSource clock) {
        this.broker = broker;
        this.lookup = lookup;
        this.clock = clock;
    }

    /// @param startedMillis since 1970; empty if there never was one
    /// @param endedMillis   since 1970, maybe still to come; empty while nobody wants it to end
    private record Commitment(Optional<Long> startedMillis, Optional<Long> endedMillis) {
        static Commitment of(Map<String, String> attributes) {
            return new Commitment(
                    Optional.ofNullable(attributes.get(STARTED)).map(Long::parseLong),
                    Optional.ofNullable(attributes.get(ENDED)).map(Long::parseLong));
        }

        boolean isInForce(long now) {
            return startedMillis.isPresent()
                    && endedMillis.filter(end -> end <= now).isEmpty();
        }

        Map<String, String> enabled(long now) {
            long since = isInForce(now) ? startedMillis.orElse(now) : now;
            return Map.of(STARTED, Long.toString(since));
        }

        Map<String, String> disabled(long now, Map<String, String> before) {
            if (!isInForce(now) || endedMillis.isPresent()) return before;
            long started = startedMillis.orElse(now);
            long end = Math.max(now, started + COMMITTED_MILLIS_MIN);
            return Map.of(STARTED, Long.toString(started), ENDED, Long.toString(end));
        }
    }

    /// Whether the caller's account may ask for warm throughput now.
    boolean isCommitted(Call call) {
        return Commitment.of(attributes(call)).isInForce(clock.millis());
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeAccountSettings.html
    void describe(Call call) {
        Params.read(call.body(), Requests.NOTHING);
        write(call.answer(), Commitment.of(attributes(call)));
    }

    void update(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.UPDATE_ACCOUNT_SETTINGS);
        var status = params.structure("MinimumThroughputBillingCommitment")
                .orElseThrow()
                .requiredText("Status");
        long now = clock.millis();
        broker.describe(owner(call), before -> {
            var commitment = Commitment.of(before);
            return status.equals("ENABLED") ? commitment.enabled(now) : commitment.disabled(now, before);
        });
        write(call.answer(), Commitment.of(attributes(call)));
    }

    private void write(WireWriter answer, Commitment commitment) {
        long now = clock.millis();
        boolean inForce = commitment.isInForce(now);
        var status = !inForce
                ? "DISABLED"
                : commitment.endedMillis().isEmpty() ? "ENABLED" : "ENABLED_UNTIL_EARLIEST_ALLOWED_END";
        answer.startMap()
                .field(Names.MINIMUM_THROUGHPUT_BILLING_COMMITMENT)
                .startMap()
                .field(Names.STATUS)
                .text(status);
        commitment.startedMillis().ifPresent(started -> {
            answer.field(Names.STARTED_AT).moment(started);
            if (inForce) answer.field(Names.EARLIEST_ALLOWED_END_AT).moment(started + COMMITTED_MILLIS_MIN);
        });
        commitment
                .endedMillis()
                .filter(end -> end <= now)
                .ifPresent(end -> answer.field(Names.ENDED_AT).moment(end));
        answer.endMap().endMap();
    }

    private Map<String, String> attributes(Call call) {
        return broker.attributes().of(owner(call));
    }

    /// The name that the catalog keeps an account's settings under.
    private String owner(Call call) {
        return "kinesis account %s %s".formatted(lookup.account(), call.caller().region());
    }
}
