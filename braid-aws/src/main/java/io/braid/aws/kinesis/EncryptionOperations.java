package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.UnaryOperator;

/// Encryption as its users see it: the key's name is kept with the stream, and answers say KMS. Nothing is encrypted
/// in this release and no key is looked at.
final class EncryptionOperations {
    private static final int CHANGES_MAX = 25;
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private final Lookup lookup;
    private final Changes changes;
    private final InstantSource clock;

    EncryptionOperations(Broker broker, Lookup lookup, InstantSource clock) {
        this.lookup = lookup;
        this.changes = new Changes(broker, lookup);
        this.clock = clock;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
    void start(Call call) throws IOException {
        var params = read(call);
        var key = params.requiredText("KeyId");
        change(params, before -> before.withKeyId(key));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StopStreamEncryption.html
    void stop(Call call) throws IOException {
        change(read(call), StreamAttributes::withoutKeyId);
    }

    private static Params read(Call call) {
        var params = Params.read(call.body(), AttributeRequests.STREAM_ENCRYPTION);
        if (!params.requiredText("EncryptionType").equals(Description.KMS))
            throw AwsFault.invalidArgument(
                    "EncryptionType must be KMS, is %s.".formatted(params.requiredText("EncryptionType")));
        return params;
    }

    private void change(Params params, UnaryOperator<StreamAttributes> change) throws IOException {
        long now = clock.millis();
        long since = now - DAY_MILLIS;
        changes.updating(lookup.stream(params), stream -> {
            var before = StreamAttributes.of(stream);
            var after = change.apply(before);
            if (after.keyId().equals(before.keyId())) return before.withModeOf(stream);
            checkRate(stream, before, since);
            return after.withEncryptionChange(now, since).withModeOf(stream);
        });
    }

    private void checkRate(Stream stream, StreamAttributes before, long since) {
        if (lookup.rates().areLimited() && before.encryptionChanges(since).size() >= CHANGES_MAX)
            throw AwsFault.of(
                    "LimitExceededException",
                    "The encryption of stream %s under account %s has been started or stopped %d times in 24 hours, which is the most."
                            .formatted(Lookup.shownName(stream), lookup.account(), CHANGES_MAX));
    }
}
