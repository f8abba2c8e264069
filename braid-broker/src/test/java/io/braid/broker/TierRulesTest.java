package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.log.Retention;
import io.braid.log.Retention.Tiering;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What settings about the tier mean together, and which are refused with what advice.
class TierRulesTest {
    private static final Map<String, String> ON = Map.of("remote.storage.enable", "true");

    private static Function<String, String> inForce(Map<String, String> own) {
        return name ->
                own.getOrDefault(name, StreamSettings.find(name).orElseThrow().defaultValue());
    }

    private static Map<String, String> on(String... more) {
        var settings = new HashMap<>(ON);
        for (int i = 0; i < more.length; i += 2) settings.put(more[i], more[i + 1]);
        return settings;
    }

    private static Retention retention(Map<String, String> own) {
        return TierRules.retention(inForce(own));
    }

    private static Optional<String> fault(Map<String, String> own) {
        return TierRules.fault(inForce(own), true);
    }

    @Test
    void localRetentionIsTheWholeUnlessItIsSet() {
        assertEquals(
                new Retention(5000, 600, Tiering.COPIED, 5000, 600),
                retention(on("retention.ms", "5000", "retention.bytes", "600")));
        assertEquals(
                new Retention(5000, -1, Tiering.COPIED, 40, 50),
                retention(on("retention.ms", "5000", "local.retention.ms", "40", "local.retention.bytes", "50")));
    }

    @Test
    void withoutTheTierLocalRetentionDoesNothing() {
        assertEquals(
                new Retention(5000, -1, Tiering.NOT_COPIED, 5000, -1),
                retention(Map.of("retention.ms", "5000", "local.retention.ms", "40")));
    }

    @Test
    void aTotalThatBecameShorterThanTheLocalPartHoldsForBoth() {
        assertEquals(
                new Retention(30, -1, Tiering.COPIED, 30, -1),
                retention(on("retention.ms", "30", "local.retention.ms", "40")));
    }

    @Test
    void onlyWhoSaysSoRemoves() {
        assertEquals(
                Tiering.NOT_COPIED,
                retention(on("remote.log.copy.disable", "true")).tiering());
        assertEquals(Tiering.NOT_COPIED, retention(Map.of()).tiering());
        assertEquals(
                Tiering.REMOVED,
                retention(Map.of("remote.log.delete.on.disable", "true")).tiering());
        assertEquals(
                Tiering.COPIED,
                retention(on("remote.log.delete.on.disable", "true")).tiering());
    }

    @Test
    void aServerWithoutTierSaysHowToGetOne() {
        assertEquals(
                Optional.of("remote.storage.enable: is 'true', and this server has no tier: set storage.tier to"
                        + " s3://bucket/prefix (or file:///directory) and start it again"),
                TierRules.fault(inForce(ON), false));
        assertEquals(Optional.empty(), TierRules.fault(inForce(ON), true));
    }

    @Test
    void aStreamThatHadATierOnceMayBeChangedWithoutOne() {
        assertEquals(Optional.empty(), TierRules.fault(inForce(ON), inForce(on("retention.ms", "1000")), false, false));
    }

    @Test
    void compactedStreamsAreNotTiered() {
        assertEquals(
                Optional.of("remote.storage.enable: is 'true', and compacted streams stay on this disk, where their"
                        + " segments are written again: set cleanup.policy=delete, or leave it out"),
                fault(on("cleanup.policy", "compact")));
    }

    @Test
    void aStreamWithRecordsInTheTierIsNotCompacted() {
        var compacted = inForce(Map.of("cleanup.policy", "compact"));

        assertEquals(
                Optional.of(
                        "cleanup.policy: records of the stream are in the tier, and compaction does not reach there:"
                            + " set remote.storage.enable=false and remote.log.delete.on.disable=true first, and try"
                            + " again when they are gone"),
                TierRules.fault(inForce(Map.of()), compacted, true, true));
        assertEquals(Optional.empty(), TierRules.fault(inForce(Map.of()), compacted, true, false));
    }

    @Test
    void turningItOffTakesConsentAsInKafka() {
        assertEquals(
                Optional.of("remote.storage.enable: to turn it off deletes what is only in the tier, so it takes"
                        + " remote.log.delete.on.disable=true; to keep that and copy nothing more, set"
                        + " remote.log.copy.disable=true instead"),
                TierRules.fault(inForce(ON), inForce(Map.of()), true, true));
        assertEquals(
                Optional.empty(),
                TierRules.fault(inForce(ON), inForce(Map.of("remote.log.delete.on.disable", "true")), true, true));
    }

    @Test
    void theLocalPartIsWithinTheWhole() {
        assertEquals(
                Optional.of("local.retention.ms: must be from 0 to retention.ms, which is 5000, or -2 for the same; is"
                    + " '6000'; local.retention.bytes: must be from 0 to retention.bytes, which is 10, or -2 for the"
                    + " same; is '-1'"),
                fault(Map.of(
                        "retention.ms", "5000",
                        "local.retention.ms", "6000",
                        "retention.bytes", "10",
                        "local.retention.bytes", "-1")));
        assertEquals(Optional.empty(), fault(Map.of("retention.ms", "-1", "local.retention.ms", "6000")));
    }
}
