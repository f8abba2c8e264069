package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Principal;
import io.braid.broker.Principals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.IntStream;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.sasl.SaslException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterUserScramCredentialsResponse;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;
import org.apache.kafka.common.security.auth.SaslExtensions;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.ScramCredentialCallback;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramSaslClient;
import org.apache.kafka.common.security.scram.internals.ScramSaslServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// SCRAM credentials. What a Kafka 4.4 broker with a plaintext listener was seen to answer to these requests is what is
/// expected here, but where a test says that Kafka has no bound.
@Timeout(120)
class ScramTest {
    private static final String TWICE = "A user credential cannot be altered twice in the same request";
    private static final String NOT_THERE = "Attempt to delete a user credential that does not exist";
    private static final Logger AUDIT = Logger.getLogger(ScramApi.class.getName());
    private static final int SHA_256 = 1; // as requests say it
    private static final int SHA_512 = 2;

    @TempDir
    private Path directory;

    private TestServer server;
    private Wire wire;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(directory);
        wire = new Wire(server.listener().address());
    }

    @AfterEach
    void stop() throws IOException {
        AUDIT.setLevel(null);
        wire.close();
        server.close();
    }

    // ---- requests and answers, a line for each user

    private static ScramCredentialUpsertion set(String user, int mechanism, int iterations) {
        return new ScramCredentialUpsertion()
                .setName(user)
                .setMechanism((byte) mechanism)
                .setIterations(iterations)
                .setSalt("salt".getBytes(StandardCharsets.UTF_8))
                .setSaltedPassword(new byte[32]);
    }

    private static ScramCredentialDeletion delete(String user, int mechanism) {
        return new ScramCredentialDeletion().setName(user).setMechanism((byte) mechanism);
    }

    private List<String> alter(List<ScramCredentialDeletion> deletions, ScramCredentialUpsertion... upsertions)
            throws IOException {
        return alter(deletions, List.of(upsertions));
    }

    private List<String> alter(List<ScramCredentialDeletion> deletions, List<ScramCredentialUpsertion> upsertions)
            throws IOException {
        var asked = new AlterUserScramCredentialsRequestData()
                .setDeletions(deletions)
                .setUpsertions(upsertions);
        return wire
                .ask(AlterUserScramCredentialsResponse.class, ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, asked)
                .data()
                .results()
                .stream()
                .map(result -> said(result.user(), result.errorCode(), result.errorMessage()))
                .toList();
    }

    private static String said(String user, short code, String message) {
        return user + " " + Errors.forCode(code) + (code == 0 ? "" : ": " + message);
    }

    private List<String> describe(List<String> users) throws IOException {
        var asked = new DescribeUserScramCredentialsRequestData()
                .setUsers(
                        users == null
                                ? null
                                : users.stream()
                                        .map(user -> new UserName().setName(user))
                                        .toList());
        var data = wire.ask(
                        DescribeUserScramCredentialsResponse.class, ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, asked)
                .data();
        assertEquals(Errors.NONE.code(), data.errorCode());
        return data.results().stream()
                .map(result -> {
                    var infos = new StringBuilder();
                    for (var info : result.credentialInfos())
                        infos.append(" %d/%d".formatted(info.mechanism(), info.iterations()));
                    return said(result.user(), result.errorCode(), result.errorMessage()) + infos;
                })
                .toList();
    }

    // ---- what is asked, and answered

    @Test
    void whatIsSetIsDescribedByMechanismAndIterations() throws Exception {
        assertEquals(List.of(), describe(null));
        assertEquals(List.of(), describe(List.of()));
        assertEquals(List.of(), alter(List.of()));

        assertEquals(
                List.of("ann NONE", "bob NONE"),
                alter(List.of(), set("ann", SHA_256, 4_096), set("bob", SHA_512, 16_384)));
        assertEquals(List.of("ann NONE"), alter(List.of(), set("ann", SHA_512, 5_000)));

        assertEquals(List.of("ann NONE 1/4096 2/5000", "bob NONE 2/16384"), describe(null));
        assertEquals(List.of("ann NONE 1/4096 2/5000", "bob NONE 2/16384"), describe(List.of()));
        assertEquals(
                List.of(
                        "bob NONE 2/16384",
                        "zed RESOURCE_NOT_FOUND: Attempt to describe a user credential that does not exist: zed",
                        " RESOURCE_NOT_FOUND: Attempt to describe a user credential that does not exist: "),
                describe(List.of("bob", "zed", "")));
        assertEquals(
                List.of(
                        "zed DUPLICATE_RESOURCE: Cannot describe SCRAM credentials for the same user twice in a single"
                                + " request: zed",
                        "ann NONE 1/4096 2/5000"),
                describe(List.of("zed", "zed", "ann")));
    }

    @Test
    void whatCannotBeIsRefusedInKafkasWords() throws Exception {
        assertEquals(
                List.of(
                        "few UNACCEPTABLE_CREDENTIAL: Too few iterations",
                        "less UNACCEPTABLE_CREDENTIAL: Too few iterations",
                        "many UNACCEPTABLE_CREDENTIAL: Too many iterations",
                        "m0 UNSUPPORTED_SASL_MECHANISM: Unknown SCRAM mechanism",
                        "m3 UNSUPPORTED_SASL_MECHANISM: Unknown SCRAM mechanism",
                        " UNACCEPTABLE_CREDENTIAL: Username must not be empty"),
                alter(
                        List.of(),
                        set("few", SHA_256, 4_095),
                        set("less", SHA_512, -1),
                        set("many", SHA_512, 16_385),
                        set("m0", 0, 1),
                        set("m3", 3, 4_096),
                        set("", 0, 1)));
        assertEquals(
                List.of(
                        " UNACCEPTABLE_CREDENTIAL: Username must not be empty",
                        "m7 UNSUPPORTED_SASL_MECHANISM: Unknown SCRAM mechanism",
                        "zed RESOURCE_NOT_FOUND: " + NOT_THERE),
                alter(List.of(delete("", SHA_256), delete("m7", 7), delete("zed", SHA_256), delete("zed", SHA_256))));
        assertEquals(List.of(), describe(null));
    }

    @Test
    void aUserNamedTwiceIsLeftAsItWas() throws Exception {
        alter(List.of(), set("ann", SHA_256, 4_096), set("ann", SHA_256, 4_096));
        assertEquals(List.of(), describe(null));
        alter(List.of(), set("ann", SHA_256, 4_096));

        var twice = List.of("ann DUPLICATE_RESOURCE: " + TWICE);
        assertEquals(twice, alter(List.of(), set("ann", SHA_256, 5_000), set("ann", SHA_512, 5_000)));
        assertEquals(twice, alter(List.of(), set("ann", SHA_256, 5_000), set("ann", SHA_512, 1)));
        assertEquals(twice, alter(List.of(delete("ann", SHA_256)), set("ann", SHA_512, 5_000)));
        assertEquals(twice, alter(List.of(delete("ann", SHA_256), delete("ann", SHA_512), delete("ann", SHA_256))));
        assertEquals(
                List.of("ann UNACCEPTABLE_CREDENTIAL: Too few iterations"),
                alter(List.of(), set("ann", SHA_256, 1), set("ann", SHA_512, 5_000)));
        assertEquals(
                List.of("zed RESOURCE_NOT_FOUND: " + NOT_THERE),
                alter(List.of(delete("zed", SHA_256)), set("zed", SHA_512, 5_000)));

        assertEquals(List.of("ann NONE 1/4096"), describe(null));
    }

    @Test
    void whatIsRightIsDoneAsOneChangeThoughTheRestIsNot() throws Exception {
        alter(List.of(), set("ann", SHA_256, 4_096), set("bob", SHA_512, 4_096));
        long before = server.broker().catalogChanges();

        assertEquals(
                List.of(
                        "bob NONE",
                        "carl NONE",
                        "ann RESOURCE_NOT_FOUND: " + NOT_THERE,
                        "bad UNACCEPTABLE_CREDENTIAL: Too few iterations"),
                alter(
                        List.of(delete("bob", SHA_512), delete("ann", SHA_512)),
                        set("carl", SHA_256, 4_096),
                        set("bad", SHA_256, 1)));

        assertEquals(List.of("ann NONE 1/4096", "carl NONE 1/4096"), describe(null));
        assertEquals(before + 1, server.broker().catalogChanges());
    }

    @Test
    void namesMayHaveAnyCharacters() throws Exception {
        assertEquals(
                List.of("  NONE", "a=b,c NONE", "größe NONE"),
                alter(List.of(), set(" ", SHA_256, 4_096), set("a=b,c", SHA_256, 4_096), set("größe", SHA_256, 4_096)));
        assertEquals(List.of("größe NONE 1/4096"), describe(List.of("größe")));
    }

    /// Kafka takes what its records take, and fails at an empty salted password.
    @Test
    void namesSaltsAndPasswordsHaveBounds() throws Exception {
        var name = "n".repeat(Principal.NAME_BYTES_MAX);
        assertEquals(
                List.of(
                        name + " NONE",
                        "nosalt NONE",
                        name + "n UNACCEPTABLE_CREDENTIAL: Username must not be longer than 1024 bytes",
                        "salty UNACCEPTABLE_CREDENTIAL: Salt must not be longer than 256 bytes",
                        "bare UNACCEPTABLE_CREDENTIAL: Salted password must not be empty"),
                alter(
                        List.of(),
                        set(name, SHA_256, 4_096),
                        set("nosalt", SHA_256, 4_096).setSalt(new byte[0]),
                        set(name + "n", SHA_256, 4_096),
                        set("salty", SHA_256, 4_096).setSalt(new byte[257]),
                        set("bare", SHA_256, 4_096).setSaltedPassword(new byte[0])));
    }

    /// Kafka has no most of users, and answers UNKNOWN_SERVER_ERROR where it could not write so many records at once.
    @Test
    void usersAndAlterationsHaveAMost() throws Exception {
        var most = IntStream.range(0, Principals.MAX)
                .mapToObj(i -> set("u" + i, SHA_256, 4_096))
                .toList();
        var more = new ArrayList<>(most);
        more.add(set("more", SHA_256, 4_096));
        assertEquals(
                "more POLICY_VIOLATION: 10001 alterations in one request: 10000 are the most",
                alter(List.of(), more).getLast());
        assertEquals(List.of(), describe(null));

        AUDIT.setLevel(Level.WARNING); // or it says ten thousand lines
        assertTrue(alter(List.of(), most).stream().allMatch(result -> result.endsWith(" NONE")));

        assertEquals(
                List.of(
                        "u1 NONE",
                        "ann POLICY_VIOLATION: credentials of 10000 users are kept, which is the most: delete some"),
                alter(List.of(), set("u1", SHA_512, 4_096), set("ann", SHA_256, 4_096)));
        assertEquals(
                List.of(
                        "u2 NONE",
                        "ann NONE",
                        "bob POLICY_VIOLATION: credentials of 10000 users are kept, which is the most: delete some"),
                alter(List.of(delete("u2", SHA_256)), set("ann", SHA_256, 4_096), set("bob", SHA_256, 4_096)));
    }

    // ---- what is kept

    @Test
    void usersLogInWithWhatWasKeptAcrossARestart() throws Exception {
        try (var admin = server.admin()) {
            setByPassword(admin, "ann", org.apache.kafka.clients.admin.ScramMechanism.SCRAM_SHA_256, "secret");
            setByPassword(admin, "bob", org.apache.kafka.clients.admin.ScramMechanism.SCRAM_SHA_512, "hidden");
            setByPassword(admin, "carl", org.apache.kafka.clients.admin.ScramMechanism.SCRAM_SHA_512, "lost");
            admin.alterUserScramCredentials(List.of(new UserScramCredentialDeletion(
                            "carl", org.apache.kafka.clients.admin.ScramMechanism.SCRAM_SHA_512)))
                    .all()
                    .get();
        }

        stop();
        start();

        assertEquals(List.of("ann NONE 1/8192", "bob NONE 2/8192"), describe(null));
        logIn(ScramMechanism.SCRAM_SHA_256, "ann", "secret");
        logIn(ScramMechanism.SCRAM_SHA_512, "bob", "hidden");
        assertThrows(SaslException.class, () -> logIn(ScramMechanism.SCRAM_SHA_256, "ann", "guessed"));
        assertThrows(SaslException.class, () -> logIn(ScramMechanism.SCRAM_SHA_512, "carl", "lost"));
    }

    private static void setByPassword(
            Admin admin, String user, org.apache.kafka.clients.admin.ScramMechanism mechanism, String password)
            throws Exception {
        var info = new ScramCredentialInfo(mechanism, 8_192);
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, info, password)))
                .all()
                .get();
    }

    /// Kafka's client and Kafka's server talk, and the server has only what the catalog keeps.
    private void logIn(ScramMechanism mechanism, String user, String password) throws Exception {
        var client = new ScramSaslClient(mechanism, asked -> answer(asked, user, password));
        var kept = new ScramSaslServer(mechanism, Map.of(), asked -> {
            for (var callback : asked)
                if (callback instanceof ScramCredentialCallback wanted) wanted.scramCredential(kept(mechanism, user));
        });
        var last = client.evaluateChallenge(
                kept.evaluateResponse(client.evaluateChallenge(kept.evaluateResponse(client.evaluateChallenge(null)))));
        assertNull(last);
        assertTrue(client.isComplete() && kept.isComplete());
        assertEquals(user, kept.getAuthorizationID());
    }

    private static void answer(Callback[] asked, String user, String password) {
        for (var callback : asked)
            switch (callback) {
                case NameCallback name -> name.setName(user);
                case PasswordCallback secret -> secret.setPassword(password.toCharArray());
                case SaslExtensionsCallback more -> more.extensions(SaslExtensions.empty());
                default -> {} // that of SCRAM's own extensions, of which there are none
            }
    }

    private ScramCredential kept(ScramMechanism mechanism, String user) {
        var ours = List.of(io.braid.broker.ScramMechanism.values()).stream()
                .filter(known -> known.mechanismName().equals(mechanism.mechanismName()))
                .findFirst()
                .orElseThrow();
        return server.broker()
                .principals()
                .named(user)
                .flatMap(principal -> principal.scram(ours))
                .map(found ->
                        new ScramCredential(found.salt(), found.storedKey(), found.serverKey(), found.iterations()))
                .orElse(null);
    }

    @Test
    void whatIsKeptIsNotWhatWasSent() throws Exception {
        var sent = set("ann", SHA_256, 4_096).setSaltedPassword("a password salted and hashed 4096".getBytes());
        alter(List.of(), sent);

        var kept = kept(ScramMechanism.SCRAM_SHA_256, "ann");

        assertArrayEquals(sent.salt(), kept.salt());
        assertEquals(32, kept.storedKey().length);
        var bytes = new String(Files.readAllBytes(catalogFile()), StandardCharsets.ISO_8859_1);
        assertTrue(bytes.contains(new String(kept.storedKey(), StandardCharsets.ISO_8859_1)));
        assertFalse(bytes.contains("a password salted"));
    }

    private Path catalogFile() throws IOException {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().contains("62726169640a-0")
                            && file.toString().endsWith(".log"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void whatCannotBeWrittenIsToldToEachUser() throws Exception {
        alter(List.of(), set("ann", SHA_256, 4_096));
        server.broker().close(); // the catalog takes no more changes

        var failed = " KAFKA_STORAGE_ERROR: the storage failed, nobody can say yet whether it was done: the server is"
                + " stopping: the catalog takes no more changes";
        assertEquals(
                List.of("ann" + failed, "bob" + failed),
                alter(List.of(delete("ann", SHA_256)), set("bob", SHA_256, 4_096), set("ann", SHA_512, 4_096)));
        assertEquals(List.of("ann NONE 1/4096"), describe(null));
    }

    // ---- what is told to operators

    @Test
    void eachChangeIsALineThatSaysWhoDidWhatAndNoSecret() throws Exception {
        var lines = new ArrayList<String>();
        var handler = new Handler() {
            private final SimpleFormatter formatter = new SimpleFormatter();

            @Override
            public synchronized void publish(LogRecord line) {
                lines.add(formatter.formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        AUDIT.addHandler(handler);
        try {
            alter(List.of(), set("ann", SHA_256, 8_192), set("b\nSCRAM", SHA_512, 4_096), set("bad", SHA_256, 1));
            alter(List.of(delete("ann", SHA_256), delete("zed", SHA_256)));
        } finally {
            AUDIT.removeHandler(handler);
        }

        assertEquals(
                List.of(
                        "SCRAM credential set: ann, SCRAM-SHA-256, iterations 8192, by User:ANONYMOUS from 127.0.0.1",
                        "SCRAM credential set: b?SCRAM, SCRAM-SHA-512, iterations 4096, by User:ANONYMOUS from"
                                + " 127.0.0.1",
                        "SCRAM credential deleted: ann, SCRAM-SHA-256, by User:ANONYMOUS from 127.0.0.1"),
                lines);
    }
}
