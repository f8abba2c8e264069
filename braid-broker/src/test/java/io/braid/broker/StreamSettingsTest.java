package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.log.Compaction;
import io.braid.log.Durability;
import io.braid.log.PartitionConfig;
import io.braid.log.PartitionId;
import io.braid.log.Retention;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

class StreamSettingsTest {
    @Test
    void everyTopicConfigurationOfKafkaIsDecided() throws Exception {
        var undecided = new ArrayList<String>();
        for (var field : TopicConfig.class.getFields()) {
            if (!field.getName().endsWith("_CONFIG") || !Modifier.isStatic(field.getModifiers())) continue;
            var name = (String) field.get(null);
            boolean isSettable = StreamSettings.find(name).isPresent();
            if (!isSettable && !SettingTable.REFUSED.containsKey(name)) undecided.add(name);
        }
        assertEquals(List.of(), undecided);
    }

    @Test
    void everyDefaultMayBeWrittenDown() {
        var defaults = new HashMap<String, String>();
        for (var setting : StreamSettings.all()) defaults.put(setting.name(), setting.defaultValue());

        assertEquals(Optional.empty(), StreamSettings.fault(defaults));
        assertEquals(PartitionConfig.DEFAULT, StreamSettings.partitionConfig(defaults::get));
    }

    @Test
    void settingsAreListedByNameOnce() {
        var names =
                StreamSettings.all().stream().map(StreamSettings.Setting::name).toList();

        assertEquals(names.stream().sorted().distinct().toList(), names);
    }

    @Test
    void allFaultsAreNamedInOneText() {
        var fault = StreamSettings.fault(Map.of(
                "cleanup.policy", "compact,shred",
                "durability", "raid",
                "max.message.bytes", "1e6",
                "message.timestamp.after.max.ms", "-1",
                "message.timestamp.type", "logappendtime",
                "min.insync.replicas", "2",
                "retention.mss", "1",
                "segment.jitter.ms", "-1",
                "segment.ms", "0"));

        assertEquals(
                Optional.of(String.join(
                        "; ",
                        "cleanup.policy: must be compact or delete, or several of them with commas between, or empty,"
                                + " is 'compact,shred'",
                        "durability: must be disk or os, is 'raid'",
                        "max.message.bytes: must be a whole number from 61 to 2147483647, is '1e6'",
                        "message.timestamp.after.max.ms: must be a whole number from 0 to 9223372036854775807, is '-1'",
                        "message.timestamp.type: must be CreateTime or LogAppendTime, is 'logappendtime'",
                        "min.insync.replicas: only '1' in this release, is '2': this server keeps one copy, on disk"
                                + " before it acknowledges (durability=disk)",
                        "retention.mss: no such setting; did you mean retention.ms?",
                        "segment.jitter.ms: must be a whole number from 0 to 9223372036854775807, is '-1'",
                        "segment.ms: must be a whole number from 1 to 9223372036854775807, is '0'")),
                fault);
    }

    @Test
    void replicasAreNamedAsInKafka() {
        for (var name : List.of("leader.replication.throttled.replicas", "follower.replication.throttled.replicas")) {
            for (var right : List.of("", "*", " * ", "0:1", "0:1, 1:1", "0:1,,10:23"))
                assertEquals(Optional.empty(), StreamSettings.fault(Map.of(name, right)));
            for (var wrong : List.of("0", "0:", "0:1,*", "a:1", "0:1:2", "-1:0"))
                assertEquals(
                        Optional.of(name
                                + ": must be the literal '*' or a list of replicas in the following format:"
                                + " [partitionId]:[brokerId],[partitionId]:[brokerId],..., is '" + wrong + "'"),
                        StreamSettings.fault(Map.of(name, wrong)));
        }
    }

    @Test
    void partitionsOfAStreamAreSealedSoonerEachByItsPartOfTheJitter() {
        var stream = new UUID(7, 9);
        var settings = PartitionConfig.DEFAULT.withSegmentMillis(1000);
        var times = new HashSet<Long>();
        for (int index = 0; index < 20; index++) {
            var id = new PartitionId(stream, index);
            var applied = new SegmentJitter(400).applied(settings, id);
            long sealed = applied.segmentMillis();

            assertTrue(sealed > 600 && sealed <= 1000, () -> "sealed after " + sealed);
            assertEquals(applied, new SegmentJitter(400).applied(settings, id)); // drawn once
            times.add(sealed);

            assertEquals(settings, new SegmentJitter(0).applied(settings, id));
            assertTrue(new SegmentJitter(Long.MAX_VALUE).applied(settings, id).segmentMillis() >= 1);
        }
        assertTrue(times.size() > 15, () -> "at " + times);
    }

    @Test
    void whatIsKnownFromElsewhereSaysWhatToUseInstead() {
        assertEquals(
                Optional.of("kinesis.retention.hours: cannot be set here: use retention.ms, which is the same time in"
                        + " milliseconds (24 hours are 86400000)"),
                StreamSettings.fault(Map.of("kinesis.retention.hours", "24")));
    }

    @Test
    void whatIsOnlyCompactedIsNotDeleted() {
        var config = config(Map.of("cleanup.policy", "compact", "retention.ms", "1000", "retention.bytes", "1"));

        assertEquals(Retention.FOREVER, config.retention());
        assertEquals(new Compaction.ByKey(0.5, 0, Long.MAX_VALUE, 86_400_000), config.compaction());
    }

    @Test
    void aStreamMayBeCompactedAndDeletedInEitherOrder() {
        for (var policy : List.of("compact,delete", "delete, compact")) {
            var config = config(Map.of("cleanup.policy", policy, "retention.ms", "1000", "retention.bytes", "1"));

            assertEquals(new Retention(1000, 1), config.retention());
            assertTrue(config.compaction().isByKey());
        }
    }

    @Test
    void withoutAPolicyNothingIsDeletedButCopiesAloneMayBeLeft() {
        var kept = config(Map.of("cleanup.policy", "", "retention.ms", "1000", "retention.bytes", "1"));
        var tiered = config(Map.of(
                "cleanup.policy",
                "",
                "remote.storage.enable",
                "true",
                "retention.ms",
                "1000",
                "local.retention.ms",
                "9"));

        assertEquals(Retention.FOREVER, kept.retention());
        assertEquals(new Retention(-1, -1, Retention.Tiering.COPIED, 9, -1), tiered.retention());
        assertEquals(Compaction.NONE, kept.compaction());
    }

    @Test
    void settingsOfCompactionReachThePartition() {
        var settings = Map.of(
                "cleanup.policy", "compact",
                "delete.retention.ms", "1",
                "min.compaction.lag.ms", "2",
                "max.compaction.lag.ms", "3",
                "min.cleanable.dirty.ratio", "0.25");

        assertEquals(Optional.empty(), StreamSettings.fault(settings));
        assertEquals(Optional.empty(), StreamSettings.conflict(settings));
        assertEquals(new Compaction.ByKey(0.25, 2, 3, 1), config(settings).compaction());
    }

    @Test
    void lagsThatContradictEachOtherAreRefusedInOneStreamAndElseTheSafeOneCounts() {
        var settings = Map.of("cleanup.policy", "compact", "min.compaction.lag.ms", "3", "max.compaction.lag.ms", "2");

        assertEquals(
                Optional.of("min.compaction.lag.ms: must be at most max.compaction.lag.ms, which is 2, is '3'"),
                StreamSettings.conflict(settings));
        assertEquals(
                new Compaction.ByKey(0.5, 3, 3, 86_400_000), config(settings).compaction());
    }

    @Test
    void theDirtyRatioIsAPart() {
        for (var wrong : List.of("-0.1", "1.01", "NaN", "half"))
            assertEquals(
                    Optional.of(
                            "min.cleanable.dirty.ratio: must be a number from 0.0 to 1.0, is '%s'".formatted(wrong)),
                    StreamSettings.fault(Map.of("min.cleanable.dirty.ratio", wrong)));
    }

    private static PartitionConfig config(Map<String, String> settings) {
        return StreamSettings.partitionConfig(name -> settings.getOrDefault(
                name, StreamSettings.find(name).orElseThrow().defaultValue()));
    }

    @Test
    void everyHonouredSettingReachesThePartition() {
        var settings = Map.ofEntries(
                Map.entry("durability", "os"),
                Map.entry("max.message.bytes", "2048"),
                Map.entry("message.timestamp.type", "LogAppendTime"),
                Map.entry("segment.bytes", "1048576"),
                Map.entry("segment.ms", "2"),
                Map.entry("flush.messages", "3"),
                Map.entry("flush.ms", "4"),
                Map.entry("retention.ms", "5"),
                Map.entry("retention.bytes", "6"),
                Map.entry("cleanup.policy", "delete"));

        assertEquals(Optional.empty(), StreamSettings.fault(settings));
        assertEquals(
                new PartitionConfig(Durability.OS, 2048, true, 1 << 20, 2, 3, 4, new Retention(5, 6), Compaction.NONE),
                StreamSettings.partitionConfig(name -> settings.getOrDefault(
                        name, StreamSettings.find(name).orElseThrow().defaultValue())));
    }

    @Test
    void aVeryLongWrongNameIsAnsweredToo() {
        assertTrue(StreamSettings.fault(Map.of("x".repeat(100_000), "1")).isPresent());
    }
}
