package io.braid.kafka;

import static io.braid.kafka.ShareGroup.deliveries;
import static io.braid.kafka.ShareGroup.fromTheFirst;
import static io.braid.kafka.ShareGroup.next;
import static io.braid.kafka.ShareGroup.until;
import static io.braid.kafka.ShareGroup.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Kafka's own share consumers against a server on a real directory.
@Timeout(120)
class ShareClientsTest {
    @TempDir
    Path directory;

    private GroupServer server;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory.resolve("data"), ShareGroup.QUICK);
        server.create("orders", 1);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void whatOneMemberAcceptsNobodyIsGivenAgain() throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 10);
        try (var member = group.member("implicit", "orders")) {
            assertEquals(numbered(0, 10), values(until(all -> all.size() >= 10, member)));
            member.commitSync();
        }
        produce("orders", "last");

        try (var member = group.member("implicit", "orders")) {
            assertEquals(List.of("last"), values(next(member)));
        }
    }

    @Test
    void aGroupBeginsAtTheEndUnlessItIsSetOtherwise() throws Exception {
        server.produce("orders", 1, 3);
        try (var member = new ShareGroup(server, "g").member("implicit", "orders")) {
            var found = until(
                    all -> {
                        if (all.isEmpty()) produce("orders", "later");
                        return !all.isEmpty();
                    },
                    member);

            assertEquals(Set.of("later"), new HashSet<>(values(found)));
        }
    }

    @Test
    void whatIsReleasedIsDeliveredAgainAndWhatIsRejectedIsNot() throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 3);
        try (var member = group.member("explicit", "orders")) {
            var first = next(member);
            assertEquals(Map.of("v0", 1, "v1", 1, "v2", 1), deliveries(first));

            member.acknowledge(first.get(0), AcknowledgeType.ACCEPT);
            member.acknowledge(first.get(1), AcknowledgeType.RELEASE);
            member.acknowledge(first.get(2), AcknowledgeType.REJECT);
            assertTrue(member.commitSync().values().stream().allMatch(Optional::isEmpty));

            var second = next(member);
            assertEquals(Map.of("v1", 2), deliveries(second));
            member.acknowledge(second.getFirst(), AcknowledgeType.ACCEPT);
            member.commitSync();
            produce("orders", "last");
            assertEquals(List.of("last"), values(next(member)));
        }
    }

    @Test
    void whatNobodyAcknowledgesIsDeliveredAgainWhenItsTimeIsUp() throws Exception {
        var group = fromTheFirst(server, "g").with("share.record.lock.duration.ms", "1000");
        server.produce("orders", 1, 2);
        try (var slow = group.member("explicit", "orders");
                var other = group.member("implicit", "orders")) {
            assertEquals(Map.of("v0", 1, "v1", 1), deliveries(next(slow)));

            assertEquals(Map.of("v0", 2, "v1", 2), deliveries(next(other)));
        }
    }

    @Test
    void aRecordThatIsRenewedStaysWithItsMember() throws Exception {
        var group = fromTheFirst(server, "g").with("share.record.lock.duration.ms", "1000");
        server.produce("orders", 1, 1);
        try (var slow = group.member("explicit", "orders");
                var other = group.member("implicit", "orders")) {
            var record = next(slow).getFirst();
            for (int round = 0; round < 10; round++) { // longer than it would stay otherwise
                slow.acknowledge(record, AcknowledgeType.RENEW);
                slow.commitSync();
                assertEquals(List.of(), list(other.poll(Duration.ofMillis(250))));
                record = next(slow).getFirst(); // from the client's own memory
            }
            slow.acknowledge(record, AcknowledgeType.ACCEPT);
            slow.commitSync();
        }
    }

    @Test
    void aRecordIsGivenUpAfterAsManyDeliveriesAsTheGroupAllows() throws Exception {
        var group = fromTheFirst(server, "g").with("share.delivery.count.limit", "2");
        server.produce("orders", 1, 1);
        try (var member = group.member("explicit", "orders")) {
            for (int delivery = 1; delivery <= 2; delivery++) {
                var record = next(member).getFirst();
                assertEquals(delivery, (int) record.deliveryCount().orElseThrow());
                member.acknowledge(record, AcknowledgeType.RELEASE);
                member.commitSync();
            }
            produce("orders", "last");

            assertEquals(List.of("last"), values(next(member)));
        }
    }

    @Test
    void aMemberIsGivenNoMoreRecordsThanItWantsIfItSaysSo() throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 4);
        var exactly = Map.of("share.acquire.mode", "record_limit", "max.poll.records", "1");
        try (var first = group.member("explicit", "orders", exactly);
                var second = group.member("explicit", "orders", exactly)) {
            assertEquals(List.of("v0"), values(next(first)));
            assertEquals(List.of("v1"), values(next(second)));
        }
    }

    @Test
    void membersShareOnePartition() throws Exception {
        var group = fromTheFirst(server, "g");
        try (var first = group.member("implicit", "orders", Map.of("max.poll.records", "5"));
                var second = group.member("implicit", "orders", Map.of("max.poll.records", "5"))) {
            var seen = new TreeSet<String>();
            var ofFirst = new TreeSet<String>();
            var ofSecond = new TreeSet<String>();
            int made = 0;
            for (int round = 0; round < 300 && (ofFirst.isEmpty() || ofSecond.isEmpty()); round++) {
                for (int i = 0; i < 20; i++) produce("orders", "r" + made++);
                first.poll(Duration.ofMillis(100)).forEach(record -> ofFirst.add(record.value()));
                second.poll(Duration.ofMillis(100)).forEach(record -> ofSecond.add(record.value()));
            }
            int all = made;
            for (int round = 0; round < 300 && seen.size() < all; round++) {
                first.poll(Duration.ofMillis(100)).forEach(record -> ofFirst.add(record.value()));
                second.poll(Duration.ofMillis(100)).forEach(record -> ofSecond.add(record.value()));
                seen.addAll(ofFirst);
                seen.addAll(ofSecond);
            }

            assertEquals(all, seen.size());
            assertEquals(all, ofFirst.size() + ofSecond.size(), "none was given to both");
        }
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void whereAGroupIsAndHowOftenItWasGivenWhatSurvives(boolean isKilled) throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 4);
        try (var member = group.member("explicit", "orders")) {
            var found = next(member);
            member.acknowledge(found.get(0), AcknowledgeType.ACCEPT);
            member.acknowledge(found.get(1), AcknowledgeType.RELEASE);
            member.acknowledge(found.get(2), AcknowledgeType.ACCEPT);
            member.acknowledge(found.get(3), AcknowledgeType.RELEASE);
            member.commitSync();

            if (isKilled) {
                try (var next = server.killedAndStartedAgain(directory.resolve("copy"))) {
                    assertSecondDeliveries(new ShareGroup(next, "g"));
                }
            }
        }
        if (!isKilled) {
            server.restart();
            assertSecondDeliveries(group);
        }
    }

    private static void assertSecondDeliveries(ShareGroup group) {
        try (var member = group.member("implicit", "orders")) {
            assertEquals(Map.of("v1", 2, "v3", 2), deliveries(until(all -> all.size() >= 2, member)));
        }
    }

    @ParameterizedTest
    @CsvSource({"read_committed, kept last", "read_uncommitted, aborted kept last"})
    void whatWasAbortedIsShownToGroupsThatReadTheUncommitted(String isolation, String expected) throws Exception {
        var group = fromTheFirst(server, "g").with("share.isolation.level", isolation);
        try (var producer = producer(Map.of("transactional.id", "t"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "aborted"));
            producer.flush();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "kept"));
            producer.commitTransaction();
        }
        produce("orders", "last");

        try (var member = group.member("implicit", "orders")) {
            var words = List.of(expected.split(" "));
            assertEquals(words, values(until(all -> all.size() >= words.size(), member)));
        }
    }

    @Test
    void aTopicThatIsCreatedAgainIsReadFromItsStart() throws Exception {
        var group = fromTheFirst(server, "g");
        server.produce("orders", 1, 5);
        try (var member = group.member("implicit", "orders");
                var admin = server.admin()) {
            until(all -> all.size() >= 5, member);
            member.commitSync();
            admin.deleteTopics(List.of("orders")).all().get();
            server.create("orders", 1);
            produce("orders", "new");

            assertEquals(List.of("new"), values(next(member)));
        }
    }

    @Test
    void theRecordsOfAMemberThatIsGoneAreDeliveredAtOnce() throws Exception {
        var group = fromTheFirst(server, "g"); // whose records stay with a member for half a minute
        server.produce("orders", 1, 1);
        var member = group.member("explicit", "orders");
        assertEquals(List.of("v0"), values(next(member)));
        member.close();

        try (var other = group.member("implicit", "orders")) {
            assertEquals(List.of("v0"), values(next(other)));
        }
    }

    @Test
    void whatCannotBeDeliveredGoesToTheTopicThatIsSetForIt() throws Exception {
        var group = fromTheFirst(server, "g")
                .with("errors.deadletterqueue.topic.name", "dlq.orders")
                .with("errors.deadletterqueue.copy.record.enable", "true");
        try (var admin = server.admin()) {
            var topic = new NewTopic("dlq.orders", 1, (short) 1)
                    .configs(Map.of("errors.deadletterqueue.group.enable", "true"));
            admin.createTopics(List.of(topic)).all().get();
        }
        server.produce("orders", 1, 2);
        try (var member = group.member("explicit", "orders")) {
            var found = next(member);
            member.acknowledge(found.get(0), AcknowledgeType.ACCEPT);
            member.acknowledge(found.get(1), AcknowledgeType.REJECT);
            member.commitSync();
        }

        try (var letters = fromTheFirst(server, "letters").member("implicit", "dlq.orders")) {
            var letter = next(letters).getFirst();
            assertEquals("v1", letter.value());
            assertEquals(
                    Map.of(
                            "__dlq.errors.topic", "orders",
                            "__dlq.errors.partition", "0",
                            "__dlq.errors.offset", "1",
                            "__dlq.errors.group", "g",
                            "__dlq.errors.delivery.count", "1",
                            "__dlq.errors.message", "Offset rejected by client."),
                    headers(letter));
        }
    }

    private static Map<String, String> headers(ConsumerRecord<?, ?> record) {
        var headers = new HashMap<String, String>();
        for (var header : record.headers())
            headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
        return headers;
    }

    private static List<ConsumerRecord<String, String>> list(Iterable<ConsumerRecord<String, String>> records) {
        var list = new ArrayList<ConsumerRecord<String, String>>();
        records.forEach(list::add);
        return list;
    }

    private void produce(String topic, String value) {
        try (var producer = producer(Map.of())) {
            producer.send(new ProducerRecord<>(topic, value));
            producer.flush();
        }
    }

    private KafkaProducer<String, String> producer(Map<String, Object> more) {
        var config = new HashMap<String, Object>(more);
        config.put("bootstrap.servers", server.address());
        return new KafkaProducer<>(config, new StringSerializer(), new StringSerializer());
    }

    private static List<String> numbered(int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> "v" + i).toList();
    }
}
