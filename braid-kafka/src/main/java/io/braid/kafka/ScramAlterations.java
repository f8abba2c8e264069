package io.braid.kafka;

import io.braid.broker.Principal;
import io.braid.broker.Principals;
import io.braid.broker.ScramCredential;
import io.braid.broker.ScramMechanism;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;

/// What one AlterUserScramCredentials asks for, and what becomes of it: decided here, done elsewhere. What is refused,
/// in which order and in which words, is Kafka 4.4's `ScramControlManager`'s, but for what has no bound there: names,
/// salts, users; and an empty salted password, on which Kafka stumbles.
///
/// A user may be named once. What is right is done although something else is not.
final class ScramAlterations {
    /// Kafka's.
    static final int ITERATIONS_MAX = 16_384;

    /// As many records as Kafka's controller writes at once.
    static final int ALTERATIONS_MAX = 10_000;

    /// What is asked for one user, as far as one can tell without looking at what there is.
    sealed interface Alteration {
        String user();

        record Set(String user, ScramMechanism mechanism, ScramCredential credential) implements Alteration {}

        record Delete(String user, ScramMechanism mechanism) implements Alteration {}

        record Refused(String user, ApiError error) implements Alteration {}
    }

    /// @param done    what is right
    /// @param changed their users as they shall be
    /// @param errors  of the other users
    record Decision(List<Alteration> done, List<Principal> changed, Map<String, ApiError> errors) {}

    private final List<Alteration> asked = new ArrayList<>(); // deletions first

    /// Makes keys of the salted passwords, which are not kept.
    ScramAlterations(AlterUserScramCredentialsRequestData data) {
        int count = data.deletions().size() + data.upsertions().size();
        var tooMany = count <= ALTERATIONS_MAX
                ? Optional.<ApiError>empty()
                : Optional.of(new ApiError(
                        Errors.POLICY_VIOLATION,
                        "%d alterations in one request: %d are the most".formatted(count, ALTERATIONS_MAX)));
        for (var deletion : data.deletions())
            asked.add(tooMany.<Alteration>map(error -> new Alteration.Refused(deletion.name(), error))
                    .orElseGet(() -> deletion(deletion)));
        for (var upsertion : data.upsertions())
            asked.add(tooMany.<Alteration>map(error -> new Alteration.Refused(upsertion.name(), error))
                    .orElseGet(() -> upsertion(upsertion)));
    }

    private static Alteration deletion(ScramCredentialDeletion asked) {
        var mechanism = mechanism(asked.mechanism());
        if (asked.name().isEmpty()) return nameless();
        if (mechanism.isEmpty()) return unknownMechanism(asked.name());
        return new Alteration.Delete(asked.name(), mechanism.get());
    }

    private static Alteration upsertion(ScramCredentialUpsertion asked) {
        var user = asked.name();
        var mechanism = mechanism(asked.mechanism());
        if (user.isEmpty()) return nameless();
        if (mechanism.isEmpty()) return unknownMechanism(user);
        var kafkas = kafkas(mechanism.get());
        if (asked.iterations() < kafkas.minIterations()) return unacceptable(user, "Too few iterations");
        if (asked.iterations() > ITERATIONS_MAX) return unacceptable(user, "Too many iterations");
        if (!Principal.isName(user))
            return unacceptable(user, "Username must not be longer than %d bytes".formatted(Principal.NAME_BYTES_MAX));
        if (asked.salt().length > ScramCredential.SALT_BYTES_MAX)
            return unacceptable(
                    user, "Salt must not be longer than %d bytes".formatted(ScramCredential.SALT_BYTES_MAX));
        if (asked.saltedPassword().length == 0) return unacceptable(user, "Salted password must not be empty");
        return new Alteration.Set(user, mechanism.get(), credential(kafkas, asked));
    }

    private static ScramCredential credential(
            org.apache.kafka.common.security.scram.internals.ScramMechanism mechanism, ScramCredentialUpsertion asked) {
        try {
            var formatter = new ScramFormatter(mechanism);
            return new ScramCredential(
                    asked.salt(),
                    formatter.storedKey(formatter.clientKey(asked.saltedPassword())),
                    formatter.serverKey(asked.saltedPassword()),
                    asked.iterations());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("each JDK has HMACs of SHA-2, which take any key that is not empty", e);
        }
    }

    private static Alteration nameless() {
        return unacceptable("", "Username must not be empty");
    }

    private static Alteration unknownMechanism(String user) {
        return new Alteration.Refused(user, new ApiError(Errors.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"));
    }

    private static Alteration unacceptable(String user, String detail) {
        return new Alteration.Refused(user, new ApiError(Errors.UNACCEPTABLE_CREDENTIAL, detail));
    }

    // ---- mechanisms, by Kafka's numbers

    private static Optional<ScramMechanism> mechanism(byte type) {
        return switch (org.apache.kafka.clients.admin.ScramMechanism.fromType(type)) {
            case SCRAM_SHA_256 -> Optional.of(ScramMechanism.SHA_256);
            case SCRAM_SHA_512 -> Optional.of(ScramMechanism.SHA_512);
            case UNKNOWN -> Optional.empty();
        };
    }

    static byte type(ScramMechanism mechanism) {
        return org.apache.kafka.clients.admin.ScramMechanism.fromMechanismName(mechanism.mechanismName())
                .type();
    }

    private static org.apache.kafka.common.security.scram.internals.ScramMechanism kafkas(ScramMechanism mechanism) {
        return org.apache.kafka.common.security.scram.internals.ScramMechanism.forMechanismName(
                mechanism.mechanismName());
    }

    // ---- what becomes of it

    /// What is to be done where these are known.
    Decision decided(Principals known) {
        var errors = new LinkedHashMap<String, ApiError>();
        var right = right(known, errors);
        var done = new ArrayList<Alteration>();
        var changed = new ArrayList<Principal>();
        int users = known.byName().size();
        for (var alteration : right) {
            var before = known.named(alteration.user());
            var after = after(before.orElseGet(() -> Principal.named(alteration.user())), alteration);
            if (before.isEmpty() && users >= Principals.MAX) {
                errors.put(alteration.user(), noRoom());
                continue;
            }
            if (before.isEmpty()) users++;
            if (after.hasNothing()) users--;
            done.add(alteration);
            changed.add(after);
        }
        return new Decision(done, changed, errors);
    }

    private static ApiError noRoom() {
        return new ApiError(
                Errors.POLICY_VIOLATION,
                "credentials of %d users are kept, which is the most: delete some".formatted(Principals.MAX));
    }

    /// One for each user, none for those with an error.
    private List<Alteration> right(Principals known, Map<String, ApiError> errors) {
        var right = new LinkedHashMap<String, Alteration>();
        for (var alteration : asked) {
            var user = alteration.user();
            if (errors.containsKey(user)) continue;
            if (right.remove(user) != null)
                errors.put(
                        user,
                        new ApiError(
                                Errors.DUPLICATE_RESOURCE,
                                "A user credential cannot be altered twice in the same request"));
            else
                fault(alteration, known)
                        .ifPresentOrElse(error -> errors.put(user, error), () -> right.put(user, alteration));
        }
        return List.copyOf(right.values());
    }

    private static Optional<ApiError> fault(Alteration alteration, Principals known) {
        return switch (alteration) {
            case Alteration.Refused(String _, ApiError error) -> Optional.of(error);
            case Alteration.Delete(String user, ScramMechanism mechanism) ->
                known.named(user).flatMap(there -> there.scram(mechanism)).isPresent()
                        ? Optional.empty()
                        : Optional.of(new ApiError(
                                Errors.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist"));
            case Alteration.Set _ -> Optional.empty();
        };
    }

    private static Principal after(Principal before, Alteration alteration) {
        return switch (alteration) {
            case Alteration.Refused _ -> before;
            case Alteration.Delete(String _, ScramMechanism mechanism) -> before.without(mechanism);
            case Alteration.Set(String _, ScramMechanism mechanism, ScramCredential credential) ->
                before.with(mechanism, credential);
        };
    }
}
