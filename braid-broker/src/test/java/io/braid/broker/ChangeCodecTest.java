package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.braid.broker.CatalogChange.ClientMetricsConfigured;
import io.braid.broker.CatalogChange.Configured;
import io.braid.broker.CatalogChange.Created;
import io.braid.broker.CatalogChange.Deleted;
import io.braid.broker.CatalogChange.Described;
import io.braid.broker.CatalogChange.FeaturesSet;
import io.braid.broker.CatalogChange.Founded;
import io.braid.broker.CatalogChange.GroupConfigured;
import io.braid.broker.CatalogChange.Limited;
import io.braid.broker.CatalogChange.Named;
import io.braid.broker.CatalogChange.OfStream;
import io.braid.broker.CatalogChange.PrincipalsChanged;
import io.braid.broker.CatalogChange.ProducerIdsReserved;
import io.braid.broker.CatalogChange.Resharded;
import io.braid.broker.CatalogChange.ServerConfigured;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChangeCodecTest {
    private static final UUID ID = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);
    private static final Instant SECOND = Instant.ofEpochSecond(1_000);
    private static final List<Shard> SPLIT = List.of(
            new Shard(0, 0, 0, new Shard.Closed(7, SECOND.plusSeconds(1)), HashRange.WHOLE, List.of(), SECOND),
            new Shard(1, 0, 7, new Shard.Open(), HashRange.even(2).get(0), List.of(0), SECOND.plusSeconds(1)),
            new Shard(2, 1, 0, new Shard.Open(), HashRange.even(2).get(1), List.of(0), SECOND.plusSeconds(1)));
    private static final List<CatalogChange> EVERY_KIND = List.of(
            new Founded("abc"),
            new Created(new Stream(
                    ID,
                    "größe",
                    Stream.Kind.INTERNAL,
                    Stream.Mode.ON_DEMAND,
                    Instant.ofEpochMilli(1_000_001),
                    Map.of("durability", "os", "flush.ms", "5"),
                    SPLIT,
                    2)),
            new Created(new Stream(
                    ID,
                    "s",
                    Stream.Kind.USER,
                    Stream.Mode.PROVISIONED,
                    Instant.ofEpochMilli(1_000_001),
                    Map.of(),
                    SPLIT,
                    2,
                    Map.of("kinesis.tag.a", "b"))),
            new Described(new OfStream(ID, Stream.Mode.ON_DEMAND), Map.of("kinesis.key-id", "größe")),
            new Described(new Named("account"), Map.of()),
            new Deleted(ID),
            new Configured(ID, Map.of("retention.ms", "-1")),
            new Resharded(ID, SPLIT, 2),
            new Limited(
                    new QuotaEntity(new QuotaEntity.Named("ann"), new QuotaEntity.Default()),
                    Map.of("rate", 1.5, "size", 7.0)),
            new Limited(new QuotaEntity(new QuotaEntity.Anybody(), new QuotaEntity.Named("app")), Map.of()),
            new Limited(QuotaEntity.ofAddress(new QuotaEntity.Named("10.0.0.1")), Map.of("rate", 2.0)),
            new Limited(QuotaEntity.ofAddress(new QuotaEntity.Default()), Map.of()),
            new GroupConfigured("g", Map.of("share.auto.offset.reset", "earliest")),
            new ClientMetricsConfigured("all", Map.of("metrics", "*")),
            new FeaturesSet(Map.of("group.version", 0, "größe", 32_767)),
            new FeaturesSet(Map.of()),
            new PrincipalsChanged(List.of(
                    Principal.named("größe")
                            .with(ScramMechanism.SHA_512, credential(64, 16_384))
                            .with(ScramMechanism.SHA_256, credential(32, 4_096)),
                    Principal.named("gone"))),
            new PrincipalsChanged(List.of()),
            new ServerConfigured(ServerConfigs.Scope.EVERY_NODE, Map.of("log.retention.ms", "5", "größe", "")),
            new ServerConfigured(ServerConfigs.Scope.THIS_NODE, Map.of()),
            new ProducerIdsReserved(Long.MAX_VALUE));

    private static ScramCredential credential(int keyBytes, int iterations) {
        var storedKey = new byte[keyBytes];
        var serverKey = new byte[keyBytes];
        Arrays.fill(storedKey, (byte) 0xaa);
        Arrays.fill(serverKey, (byte) 0xbb);
        return new ScramCredential(new byte[] {1, 2}, storedKey, serverKey, iterations);
    }

    @Test
    void everyChangeReadsAsItWasWritten() throws Exception {
        for (var change : EVERY_KIND) assertEquals(change, ChangeCodec.decode(ChangeCodec.encode(change)));
    }

    @Test
    void versionOneStaysAsItIs() throws Exception {
        var bytes = "01 04 0102030405060708 090a0b0c0d0e0f10 00000001 00000002 6162 00000001 63".replace(" ", "");

        var change = new Configured(ID, Map.of("ab", "c"));

        assertEquals(bytes, HexFormat.of().formatHex(ChangeCodec.encode(change)));
        assertEquals(change, ChangeCodec.decode(HexFormat.of().parseHex(bytes)));
    }

    @Test
    void versionFiveStaysAsItIs() throws Exception {
        var bytes = "05 0a 01 0102030405060708 090a0b0c0d0e0f10 02 00000001 00000002 6162 00000001 63".replace(" ", "");

        var change = new Described(new OfStream(ID, Stream.Mode.ON_DEMAND), Map.of("ab", "c"));

        assertEquals(bytes, HexFormat.of().formatHex(ChangeCodec.encode(change)));
        assertEquals(change, ChangeCodec.decode(HexFormat.of().parseHex(bytes)));
    }

    @Test
    void versionSixStaysAsItIs() throws Exception {
        var bytes = "06 0b 00000002 00000001 61 00000000 00000001 62 00000007".replace(" ", "");

        var change = new FeaturesSet(Map.of("b", 7, "a", 0));

        assertEquals(bytes, HexFormat.of().formatHex(ChangeCodec.encode(change)));
        assertEquals(change, ChangeCodec.decode(HexFormat.of().parseHex(bytes)));
    }

    @Test
    void versionSevenStaysAsItIs() throws Exception {
        var bytes = """
            07 0c 00000002
            00000001 61 00000001
            01 00000002 0102 00000020 %s 00000020 %s 00001000
            00000001 62 00000000
            """.formatted("aa".repeat(32), "bb".repeat(32)).replaceAll("\\s", "");

        var change = new PrincipalsChanged(List.of(
                Principal.named("a").with(ScramMechanism.SHA_256, credential(32, 4_096)), Principal.named("b")));

        assertEquals(bytes, HexFormat.of().formatHex(ChangeCodec.encode(change)));
        assertEquals(change, ChangeCodec.decode(HexFormat.of().parseHex(bytes)));
    }

    @Test
    void versionEightStaysAsItIs() throws Exception {
        var bytes = "08 0d 02 00000002 00000001 61 00000000 00000001 62 00000001 63".replace(" ", "");

        var change = new ServerConfigured(ServerConfigs.Scope.THIS_NODE, Map.of("b", "c", "a", ""));

        assertEquals(bytes, HexFormat.of().formatHex(ChangeCodec.encode(change)));
        assertEquals(change, ChangeCodec.decode(HexFormat.of().parseHex(bytes)));
    }

    @Test
    void versionNineStaysAsItIs() throws Exception {
        var bytes = "09 07 01 01 03 00000001 61 00000001 00000001 62 4000000000000000".replace(" ", "");

        var change = new Limited(QuotaEntity.ofAddress(new QuotaEntity.Named("a")), Map.of("b", 2.0));

        assertEquals(bytes, HexFormat.of().formatHex(ChangeCodec.encode(change)));
        assertEquals(change, ChangeCodec.decode(HexFormat.of().parseHex(bytes)));
    }

    @Test
    void quotasOfClientsAreWrittenAsOlderReleasesReadThem() {
        assertEquals(
                List.of(2, 2, 9, 9),
                EVERY_KIND.stream()
                        .filter(Limited.class::isInstance)
                        .map(change -> (int) ChangeCodec.encode(change)[0])
                        .toList());
    }

    @Test
    void aStreamWithoutAttributesIsWrittenAsOlderReleasesReadIt() {
        assertEquals(
                List.of(1, 5),
                EVERY_KIND.stream()
                        .filter(Created.class::isInstance)
                        .map(change -> (int) ChangeCodec.encode(change)[0])
                        .toList());
    }

    @Test
    void aNewerVersionIsAnotherErrorThanDamage() {
        var newer = ChangeCodec.encode(new Deleted(ID));
        newer[0] = ChangeCodec.VERSION + 1;

        var refused = assertThrows(IOException.class, () -> ChangeCodec.decode(newer));

        assertEquals(
                "written in version %d, this release reads up to %d: start the newer release"
                        .formatted(ChangeCodec.VERSION + 1, ChangeCodec.VERSION),
                refused.getMessage());
    }

    @Test
    void aCutOrLengthenedChangeIsRefused() {
        for (var change : EVERY_KIND) {
            byte[] whole = ChangeCodec.encode(change);
            for (int length = 0; length < whole.length; length++) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThrows(IOException.class, () -> ChangeCodec.decode(cut), change + " cut to " + length);
            }
            assertThrows(IOException.class, () -> ChangeCodec.decode(Arrays.copyOf(whole, whole.length + 1)));
        }
    }

    @Test
    void aChoiceThatDoesNotExistIsDamage() {
        byte[] bytes = ChangeCodec.encode(new Resharded(ID, SPLIT, 2));
        int extentAt = 2 + 16 + 4 + 4 + 4 + 8; // version and kind, stream, count; index, partition, first offset
        assertEquals(2, bytes[extentAt], "the first shard is closed");

        bytes[extentAt] = 9;

        var refused = assertThrows(IOException.class, () -> ChangeCodec.decode(bytes));
        assertEquals("damaged: no shard ends as 9", refused.getMessage());
    }

    @Test
    void noiseIsRefusedOrReadButNeverAskedForMoreMemoryThanItHas() {
        var random = new Random(20);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = ChangeCodec.encode(EVERY_KIND.get(round % EVERY_KIND.size()));
            for (int flips = 0; flips < 3; flips++) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            try {
                ChangeCodec.decode(bytes);
            } catch (IOException expected) {
                assertEquals(IOException.class, expected.getClass());
            }
        }
    }
}
