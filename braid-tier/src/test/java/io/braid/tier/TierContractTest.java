package io.braid.tier;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Tier;
import io.braid.testkit.S3Server;
import io.braid.testkit.SimTier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The contract on [Tier], held by every implementation of it; S3 by a real server in a process of its own.
class TierContractTest {
    enum Kind {
        SIMULATED,
        DIRECTORY,
        S3
    }

    private static final int SIZE = 3_000_001; // no multiple of anything
    private static final String KEY = "0000/some-0/00000000000000000000-1.log";

    @TempDir
    static Path home;

    private static S3Server server;

    private Tier tier;

    @BeforeAll
    static void startServer() throws Exception {
        server = S3Server.start(home.resolve("s3"), Path.of("target", "s3proxy"));
        server.properties().forEach(System::setProperty);
    }

    @AfterAll
    static void stopServer() {
        server.properties().keySet().forEach(System::clearProperty);
        server.close();
    }

    @AfterEach
    void close() {
        tier.close();
    }

    private Tier open(Kind kind, String name) throws IOException {
        tier = switch (kind) {
            case SIMULATED -> new SimTier(new Random(1));
            case DIRECTORY ->
                StorageTier.open(home.resolve("tiers").resolve(name).toUri().toString());
            case S3 -> StorageTier.open("s3://%s/%s/".formatted(S3Server.BUCKET, name));
        };
        return tier;
    }

    @ParameterizedTest
    @EnumSource
    void whatWasPutIsReadFromAnyPosition(Kind kind) throws IOException {
        var tier = open(kind, "any");
        var bytes = bytes(SIZE, 1);

        tier.put(KEY, SIZE, source(bytes));

        assertArrayEquals(bytes, read(tier, KEY, 0, SIZE));
        assertArrayEquals(slice(bytes, 1_234_567, 1000), read(tier, KEY, 1_234_567, 1000));
        assertArrayEquals(slice(bytes, SIZE - 1, 1), read(tier, KEY, SIZE - 1, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aReadFillsWhatIsLeftOfItsTarget(Kind kind) throws IOException {
        var tier = open(kind, "left");
        tier.put(KEY, 3, source(new byte[] {1, 2, 3}));
        var target = ByteBuffer.allocate(4).position(1).limit(3);

        tier.read(KEY, 1, target);

        assertArrayEquals(new byte[] {0, 2, 3, 0}, target.array());
    }

    @ParameterizedTest
    @EnumSource
    void anObjectThatWasNeverPutIsToldFromOneThatCannotBeRead(Kind kind) throws IOException {
        var tier = open(kind, "missing");

        assertThrows(NoSuchFileException.class, () -> read(tier, KEY, 0, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aReadBehindTheEndFails(Kind kind) throws IOException {
        var tier = open(kind, "behind");
        tier.put(KEY, 3, source(new byte[] {1, 2, 3}));

        assertThrows(IOException.class, () -> read(tier, KEY, 2, 2));
        assertThrows(IOException.class, () -> read(tier, KEY, 3, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aPutWhoseSourceFailsStoresNothing(Kind kind) throws IOException {
        var tier = open(kind, "source");

        var failed = assertThrows(
                IOException.class,
                () -> tier.put(KEY, SIZE, (position, target) -> {
                    if (position + target.remaining() > SIZE / 2) throw new IOException("the source failed");
                    int count = target.remaining();
                    target.put(new byte[count]);
                    return count;
                }));

        assertTrue(failed.toString().contains("the source failed"), failed.toString());
        assertThrows(NoSuchFileException.class, () -> read(tier, KEY, 0, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aPutWhoseSourceIsTooShortStoresNothing(Kind kind) throws IOException {
        var tier = open(kind, "short");

        assertThrows(IOException.class, () -> tier.put(KEY, SIZE, source(bytes(SIZE - 1, 1))));

        assertThrows(NoSuchFileException.class, () -> read(tier, KEY, 0, 1));
    }

    @ParameterizedTest
    @EnumSource
    void aPutMayBeDoneAgain(Kind kind) throws IOException {
        var tier = open(kind, "again");
        var bytes = bytes(1000, 2);
        tier.put(KEY, 1000, source(bytes));

        tier.put(KEY, 1000, source(bytes));

        assertArrayEquals(bytes, read(tier, KEY, 0, 1000));
    }

    @ParameterizedTest
    @EnumSource
    void aDeletedObjectIsGoneAndItsNeighboursAreNot(Kind kind) throws IOException {
        var tier = open(kind, "deleted");
        var other = KEY.replace("-1.log", "-2.log");
        tier.put(KEY, 1, source(new byte[] {1}));
        tier.put(other, 1, source(new byte[] {2}));

        tier.delete(KEY);

        assertThrows(NoSuchFileException.class, () -> read(tier, KEY, 0, 1));
        assertArrayEquals(new byte[] {2}, read(tier, other, 0, 1));
    }

    @ParameterizedTest
    @EnumSource
    void deletingWhatIsNotThereIsDoneAtOnce(Kind kind) throws IOException {
        var tier = open(kind, "nothing");
        tier.put(KEY, 1, source(new byte[] {1}));
        tier.delete(KEY);

        tier.delete(KEY);
        tier.delete("0000/never-0/was.log");
    }

    @ParameterizedTest
    @EnumSource
    void severalMayAskAtOnce(Kind kind) throws Exception {
        var tier = open(kind, "several");
        var bytes = bytes(100_000, 3);
        tier.put(KEY, bytes.length, source(bytes));

        var answers = new ArrayList<Future<byte[]>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 20; i++) {
                int from = i * 5_000;
                Callable<byte[]> ask = () -> read(tier, KEY, from, 5_000);
                answers.add(threads.submit(ask));
            }
        }

        for (int i = 0; i < 20; i++)
            assertArrayEquals(slice(bytes, i * 5_000, 5_000), answers.get(i).get());
    }

    @ParameterizedTest
    @EnumSource
    void aTierIsToldFromOthers(Kind kind) throws IOException {
        var first = open(kind, "told").location();

        assertEquals(first, open(kind, "told").location());
        if (kind != Kind.SIMULATED) assertTrue(first.endsWith("/told"), first);
    }

    private static byte[] bytes(int count, int seed) {
        var bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Tier.Source source(byte[] bytes) {
        return (position, target) -> {
            int count = (int) Math.max(0, Math.min(target.remaining(), bytes.length - position));
            target.put(bytes, (int) position, count);
            return count;
        };
    }

    private static byte[] slice(byte[] bytes, int from, int count) {
        return java.util.Arrays.copyOfRange(bytes, from, from + count);
    }

    private static byte[] read(Tier tier, String key, long from, int count) throws IOException {
        var target = ByteBuffer.allocate(count);
        tier.read(key, from, target);
        return target.array();
    }
}
