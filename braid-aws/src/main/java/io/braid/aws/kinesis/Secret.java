package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.broker.Broker;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What tokens are sealed with ([Seal]): what the operator set, so that several servers take each
/// other's tokens, or 256 bits that this server made when it first needed some and has kept in the
/// catalog since (docs/decisions/0083). Any thread.
///
/// The bits come from the operating system and not from the generator that a server is given: that
/// one's other numbers (the cluster id, request ids) are told to everybody, and would tell these.
final class Secret {
    private static final String OWNER = "kinesis tokens";
    private static final String ATTRIBUTE = "kinesis.token-secret";
    private static final int BYTES = 32;

    private final Broker broker;
    private final Optional<String> configured;

    /// @param configured empty if this server keeps its own
    Secret(Broker broker, Optional<String> configured) {
        this.broker = broker;
        this.configured = configured;
    }

    /// A way to seal tokens of one kind.
    Seal seal(String purpose) {
        return new Seal(this::bytes, purpose);
    }

    /// @throws IOException the catalog takes no changes now, and there is no secret yet
    private byte[] bytes() throws IOException {
        if (configured.isPresent()) return configured.get().getBytes(UTF_8);
        var kept = kept();
        if (kept.isEmpty()) broker.describe(OWNER, Secret::made);
        return kept().orElseThrow();
    }

    private Optional<byte[]> kept() {
        var text = broker.attributes().of(OWNER).get(ATTRIBUTE);
        return Optional.ofNullable(text).map(Base64.getDecoder()::decode);
    }

    private static Map<String, String> made(Map<String, String> before) {
        if (before.containsKey(ATTRIBUTE)) return before; // somebody else was faster
        var bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        var after = new HashMap<>(before);
        after.put(ATTRIBUTE, Base64.getEncoder().encodeToString(bytes));
        return after;
    }
}
