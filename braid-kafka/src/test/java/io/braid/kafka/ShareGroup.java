package io.braid.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;

/// A share group of a server, and members of it.
final class ShareGroup {
    /// As fast as the settings allow, so that nothing takes a test's time that need not.
    static final Map<String, String> QUICK = Map.of(
            "group.share.heartbeat.interval.ms", "200",
            "group.share.min.heartbeat.interval.ms", "200",
            "group.share.assignment.interval.ms", "0",
            "group.share.min.record.lock.duration.ms", "1000");

    private static final Duration POLL = Duration.ofMillis(200);
    private static final int POLLS_MAX = 300;

    private final GroupServer server;
    private final String name;

    ShareGroup(GroupServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /// One that begins with the first record there is.
    static ShareGroup fromTheFirst(GroupServer server, String name) throws Exception {
        return new ShareGroup(server, name).with("share.auto.offset.reset", "earliest");
    }

    ShareGroup with(String setting, String value) throws Exception {
        try (var admin = server.admin()) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.GROUP, name),
                            List.of(new AlterConfigOp(new ConfigEntry(setting, value), OpType.SET))))
                    .all()
                    .get();
        }
        return this;
    }

    /// @param mode `implicit` or `explicit`
    KafkaShareConsumer<String, String> member(String mode, String topic) {
        return member(mode, topic, Map.of());
    }

    KafkaShareConsumer<String, String> member(String mode, String topic, Map<String, String> more) {
        var config = new Properties();
        config.put("bootstrap.servers", server.address());
        config.put("group.id", name);
        config.put("share.acknowledgement.mode", mode);
        config.put("key.deserializer", StringDeserializer.class.getName());
        config.put("value.deserializer", StringDeserializer.class.getName());
        config.putAll(more);
        var member = new KafkaShareConsumer<String, String>(config);
        member.subscribe(Set.of(topic));
        return member;
    }

    /// What the next poll that finds anything finds.
    static List<ConsumerRecord<String, String>> next(KafkaShareConsumer<String, String> member) {
        for (int i = 0; i < POLLS_MAX; i++) {
            var found = member.poll(POLL);
            if (!found.isEmpty())
                return StreamSupport.stream(found.spliterator(), false).toList();
        }
        throw new AssertionError("nothing came in " + POLLS_MAX + " polls");
    }

    /// Polls, and so accepts, until what was found so far is enough.
    static List<ConsumerRecord<String, String>> until(
            Predicate<List<ConsumerRecord<String, String>>> enough, KafkaShareConsumer<String, String> member) {
        var all = new ArrayList<ConsumerRecord<String, String>>();
        for (int i = 0; i < POLLS_MAX; i++) {
            member.poll(POLL).forEach(all::add);
            if (enough.test(all)) return all;
        }
        throw new AssertionError("only these came in " + POLLS_MAX + " polls: " + values(all));
    }

    static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }

    /// How often each was delivered.
    static Map<String, Integer> deliveries(List<ConsumerRecord<String, String>> records) {
        var counts = new HashMap<String, Integer>();
        for (var record : records)
            counts.put(record.value(), (int) record.deliveryCount().orElseThrow());
        return counts;
    }
}
