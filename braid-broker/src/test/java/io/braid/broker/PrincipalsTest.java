package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrincipalsTest {
    private static final ScramCredential SHORT = credential(32, 4_096);
    private static final ScramCredential LONG = credential(64, 8_192);
    private static final Principal ANN = Principal.named("ann").with(ScramMechanism.SHA_256, SHORT);
    private static final Principal BOB = Principal.named("bob").with(ScramMechanism.SHA_512, LONG);

    @TempDir
    Path directory;

    private static ScramCredential credential(int keyBytes, int iterations) {
        return new ScramCredential(new byte[] {7, 8}, filled(keyBytes, 1), filled(keyBytes, 2), iterations);
    }

    private static byte[] filled(int size, int value) {
        var bytes = new byte[size];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @Test
    void principalsAreThereAfterTheDirectoryIsOpenedAgain() throws Exception {
        var both = ANN.with(ScramMechanism.SHA_512, LONG);
        try (var server = new TestServer(directory)) {
            server.broker.changePrincipals(_ -> List.of(ANN, BOB));
            server.broker.changePrincipals(known -> List.of(
                    known.named("ann").orElseThrow().with(ScramMechanism.SHA_512, LONG),
                    known.named("bob").orElseThrow().without(ScramMechanism.SHA_512)));
            assertEquals(new Principals(Map.of("ann", both)), server.broker.principals());
        }

        try (var server = new TestServer(directory)) {
            assertEquals(new Principals(Map.of("ann", both)), server.broker.principals());
            assertEquals(
                    Optional.of(SHORT),
                    server.broker.principals().named("ann").flatMap(ann -> ann.scram(ScramMechanism.SHA_256)));
            assertEquals(Optional.empty(), server.broker.principals().named("bob"));
        }
    }

    @Test
    void whatIsAskedTogetherIsOneChange() throws Exception {
        try (var server = new TestServer(directory)) {
            long before = server.broker.catalogChanges();

            server.broker.changePrincipals(_ -> List.of(ANN, BOB));

            assertEquals(before + 1, server.broker.catalogChanges());
        }
    }

    @Test
    void whatChangesNothingIsNotWritten() throws Exception {
        try (var server = new TestServer(directory)) {
            server.broker.changePrincipals(_ -> List.of(ANN));
            long before = server.broker.catalogChanges();

            server.broker.changePrincipals(_ -> List.of(ANN, Principal.named("nobody")));
            server.broker.changePrincipals(_ -> List.of());
            assertThrows(
                    IllegalStateException.class,
                    () -> server.broker.changePrincipals(_ -> {
                        throw new IllegalStateException("no");
                    }));

            assertEquals(before, server.broker.catalogChanges());
        }
    }

    @Test
    void thereIsAMostOfThem() throws Exception {
        var most = IntStream.range(0, Principals.MAX)
                .mapToObj(i -> Principal.named("u" + i).with(ScramMechanism.SHA_256, SHORT))
                .toList();
        try (var server = new TestServer(directory)) {
            server.broker.changePrincipals(_ -> most);

            assertThrows(IllegalArgumentException.class, () -> server.broker.changePrincipals(_ -> List.of(ANN)));
            server.broker.changePrincipals(_ -> List.of(Principal.named("u7"), ANN));

            assertEquals(Principals.MAX, server.broker.principals().byName().size());
        }
    }

    @Test
    void whatAPrincipalSaysOfItselfTellsNoSecret() {
        assertEquals("Principal[name=ann, scram={SHA_256=ScramCredential[iterations=4096]}]", ANN.toString());
        assertEquals(SHORT.hashCode(), new ScramCredential(SHORT.salt(), new byte[0], new byte[0], 4_096).hashCode());
    }

    @Test
    void credentialsWithOtherKeysAreOthers() {
        assertEquals(SHORT, credential(32, 4_096));
        assertNotEquals(SHORT, credential(32, 4_097));
        assertNotEquals(SHORT, new ScramCredential(new byte[] {7}, SHORT.storedKey(), SHORT.serverKey(), 4_096));
        assertNotEquals(SHORT, new ScramCredential(SHORT.salt(), filled(32, 9), SHORT.serverKey(), 4_096));
        assertNotEquals(SHORT, new ScramCredential(SHORT.salt(), SHORT.storedKey(), filled(32, 9), 4_096));
    }

    @Test
    void whoHasTheArraysOfACredentialCannotChangeIt() {
        var salt = new byte[] {1};
        var credential = new ScramCredential(salt, filled(32, 1), filled(32, 2), 4_096);

        salt[0] = 9;
        credential.salt()[0] = 9;
        credential.storedKey()[0] = 9;
        credential.serverKey()[0] = 9;

        assertEquals(new ScramCredential(new byte[] {1}, filled(32, 1), filled(32, 2), 4_096), credential);
    }

    @Test
    void namesAndCredentialsHaveBounds() {
        assertThrows(IllegalArgumentException.class, () -> Principal.named(""));
        assertFalse(Principal.isName("ö".repeat(Principal.NAME_BYTES_MAX / 2) + "o"));
        assertEquals(
                "ö".repeat(512),
                Principal.named("ö".repeat(Principal.NAME_BYTES_MAX / 2)).name());
        assertThrows(IllegalArgumentException.class, () -> ANN.with(ScramMechanism.SHA_512, SHORT));
        assertThrows(IllegalArgumentException.class, () -> credential(32, 0));
        var salt = new byte[ScramCredential.SALT_BYTES_MAX + 1];
        assertThrows(
                IllegalArgumentException.class, () -> new ScramCredential(salt, filled(32, 1), filled(32, 2), 4_096));
    }
}
