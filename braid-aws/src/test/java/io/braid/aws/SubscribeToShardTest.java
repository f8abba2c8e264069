package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.NewStream;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.BatchBuilder;
import io.braid.log.TransactionStatus;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SubscribeToShard on the wire.
class SubscribeToShardTest {
    private static final String LATEST = "\"Type\":\"LATEST\"";
    private static final String OLDEST = "\"Type\":\"TRIM_HORIZON\"";
    private static final int SUBSCRIPTIONS_MAX = 4;
    /// Short: a test that waits for a heartbeat waits as long. The other two times are by the test's clock.
    private static final AwsConfig.FanOut FAN_OUT = new AwsConfig.FanOut(
            SUBSCRIPTIONS_MAX, Duration.ofMinutes(5), Duration.ofMillis(100), Duration.ofSeconds(5));

    private TestServer server;
    private String consumer;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TestServer(directory, AwsConfig.DEFAULT.withFanOut(FAN_OUT));
        server.broker().create(NewStream.of("s", 1));
        consumer = register("c");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private String register(String name) throws Exception {
        var answer = server.call(
                "RegisterStreamConsumer",
                "{\"StreamARN\":\"arn:aws:kinesis:us-east-1:000000000000:stream/s\",\"ConsumerName\":\"" + name
                        + "\"}");
        assertEquals(200, answer.statusCode(), answer::body);
        return answer.body().split("\"ConsumerARN\":\"")[1].split("\"")[0];
    }

    private String put(String data) throws Exception {
        var base64 = Base64.getEncoder().encodeToString(data.getBytes(UTF_8));
        var answer =
                server.call("PutRecord", "{\"StreamName\":\"s\",\"PartitionKey\":\"k\",\"Data\":\"" + base64 + "\"}");
        assertEquals(200, answer.statusCode(), answer::body);
        return answer.body().split("\"SequenceNumber\":\"")[1].split("\"")[0];
    }

    private Subscriber subscribe(String position) throws Exception {
        return Subscriber.to(server, consumer, 0, position);
    }

    private String refused(String arn, int shard, String position) throws Exception {
        var request = server.request("SubscribeToShard", Subscriber.request(arn, shard, position))
                .build();
        var answer = server.send(request, BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    @Test
    void theFirstEventSaysWhereItIsAndTheNextBringsWhatIsPut() throws Exception {
        put("before");
        try (var subscriber = subscribe(LATEST)) {
            var first = subscriber.event();
            assertEquals(List.of(), Subscriber.data(first));
            assertTrue(first.startsWith("{\"Records\":[],\"ContinuationSequenceNumber\":\""), first);
            assertTrue(first.endsWith("\",\"MillisBehindLatest\":0}"), first);

            var number = put("one");
            var event = subscriber.event();
            while (Subscriber.data(event).isEmpty()) event = subscriber.event();

            assertTrue(
                    event.startsWith(
                            "{\"Records\":[{\"SequenceNumber\":\"%s\",\"ApproximateArrivalTimestamp\":1795395723.004,\"Data\":\"b25l\",\"PartitionKey\":\"k\"}],\"ContinuationSequenceNumber\":\""
                                    .formatted(number)),
                    event);
            assertFalse(event.contains("ChildShards"), event);
        }
    }

    @Test
    void cloudWatchCountsWhatAConsumerIsSent() throws Exception {
        put("a");
        put("bb");
        try (var subscriber = subscribe(OLDEST)) {
            assertEquals(List.of("a", "bb"), subscriber.records(2));
            assertTrue(refused(consumer, 0, OLDEST).startsWith("400 "));
        }
        server.awaitSubscriptions(0); // it counts what it has sent before it ends

        assertEquals("2.0", counted("SubscribeToShardEvent.Records"));
        assertEquals("5.0", counted("SubscribeToShardEvent.Bytes")); // keys are bytes, too
        assertEquals("1.0", counted("SubscribeToShard.Success"));
        assertEquals("1.0", counted("SubscribeToShard.RateExceeded"));
    }

    private String counted(String metric) throws Exception {
        var answer = server.call("CloudWatch.GetMetricStatistics", """
            {"Namespace":"AWS/Kinesis","MetricName":"%s","Dimensions":[{"Name":"ConsumerName","Value":"c"},
             {"Name":"StreamName","Value":"s"}],"StartTime":1795395720,"EndTime":1795395780,"Period":60,
             "Statistics":["Sum"]}\
            """.formatted(metric));
        return answer.body().replaceAll(".*\"Sum\":([^,]+),.*", "$1");
    }

    @Test
    void everyStartingPositionIsExactToTheRecord() throws Exception {
        put("a");
        server.pass(Duration.ofSeconds(10));
        var number = put("b");
        server.pass(Duration.ofSeconds(10));
        put("c");

        assertEquals(List.of("a", "b", "c"), from(OLDEST, 3));
        assertEquals(List.of("b", "c"), from("\"Type\":\"AT_SEQUENCE_NUMBER\",\"SequenceNumber\":\"%s\"", number, 2));
        assertEquals(List.of("c"), from("\"Type\":\"AFTER_SEQUENCE_NUMBER\",\"SequenceNumber\":\"%s\"", number, 1));
        assertEquals(List.of("b", "c"), from("\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":%s", "1795395733.004", 2));
        assertEquals(List.of("c"), from("\"Type\":\"AT_TIMESTAMP\",\"Timestamp\":%s", "1795395733.005", 1));
    }

    private List<String> from(String position, String value, int count) throws Exception {
        return from(position.formatted(value), count);
    }

    private List<String> from(String position, int count) throws Exception {
        server.pass(FAN_OUT.takeOverAfter());
        try (var subscriber = subscribe(position)) {
            return subscriber.records(count);
        }
    }

    @Test
    void continuationNumbersGoOnWithTheNextRecordAtThemAndAfterThem() throws Exception {
        put("a");
        put("b");
        String continuation;
        try (var subscriber = subscribe(OLDEST)) {
            continuation = Subscriber.continuation(subscriber.event());
        }
        put("c");
        server.restart();

        assertEquals(List.of("c"), from("\"Type\":\"AT_SEQUENCE_NUMBER\",\"SequenceNumber\":\"%s\"", continuation, 1));
        assertEquals(
                List.of("c"), from("\"Type\":\"AFTER_SEQUENCE_NUMBER\",\"SequenceNumber\":\"%s\"", continuation, 1));
    }

    @Test
    void whoeverHasNothingToReadGetsHeartbeats() throws Exception {
        try (var subscriber = subscribe(LATEST)) {
            var first = subscriber.event();

            assertEquals(first, subscriber.event());
            assertEquals(first, subscriber.event());
        }
    }

    @Test
    void aSecondSubscriptionIsRefusedForFiveSecondsAndThenTakesOver() throws Exception {
        var inUse = "{\"__type\":\"ResourceInUseException\",\"message\":\"Another active subscription exists for this"
                + " consumer: 000000000000:s:shardId-000000000000:c\"}";
        var other = register("other");
        try (var first = subscribe(LATEST);
                var second = Subscriber.to(server, other, 0, LATEST)) {
            assertEquals("400 " + inUse, refused(consumer, 0, LATEST));

            server.pass(Duration.ofSeconds(5));
            try (var third = subscribe(LATEST)) {
                assertEquals(
                        "ResourceInUseException: " + inUse.replace("\"__type\":\"ResourceInUseException\",", ""),
                        first.exception());
                put("x");
                assertEquals(List.of("x"), second.records(1));
                assertEquals(List.of("x"), third.records(1));
            }
        }
    }

    @Test
    void aSubscriptionThatWasGivenUpIsInTheWayForFiveSecondsToo() throws Exception {
        subscribe(LATEST).close();
        server.awaitSubscriptions(0);

        assertTrue(refused(consumer, 0, LATEST).startsWith("400 {\"__type\":\"ResourceInUseException\""));

        server.pass(Duration.ofSeconds(5));
        subscribe(LATEST).close();
    }

    @Test
    void theLastEventOfAClosedShardNamesItsChildren() throws Exception {
        put("a");
        try (var waiting = subscribe(OLDEST)) {
            assertEquals(List.of("a"), waiting.records(1));

            server.broker().grow("s", 2);

            var last = waiting.event();
            while (!last.contains("ChildShards")) last = waiting.event();
            assertTrue(
                    last.startsWith(
                            "{\"Records\":[],\"ChildShards\":[{\"ShardId\":\"shardId-000000000001\",\"ParentShards\":[\"shardId-000000000000\"],\"HashKeyRange\":{\"StartingHashKey\":\"0\","),
                    last);
            assertTrue(last.contains("{\"ShardId\":\"shardId-000000000002\""), last);
            waiting.end();
        }
        put("of a child");

        try (var late = Subscriber.to(server, register("late"), 0, OLDEST)) {
            var only = late.event();
            assertEquals(List.of("a"), Subscriber.data(only));
            assertFalse(only.contains("ContinuationSequenceNumber"), only);
            assertTrue(only.contains("ChildShards"), only);
            late.end();
        }
    }

    @Test
    void aDeletedStreamEndsItsSubscriptions() throws Exception {
        try (var subscriber = subscribe(LATEST)) {
            server.broker().delete("s");

            assertEquals(
                    "ResourceNotFoundException: {\"message\":\"Stream s under account 000000000000 not found.\"}",
                    subscriber.exception());
        }
    }

    @Test
    void aDeregisteredConsumerHasNoSubscriptionsAnyMore() throws Exception {
        var other = register("other");
        try (var subscriber = subscribe(LATEST);
                var staying = Subscriber.to(server, other, 0, LATEST)) {
            server.call("DeregisterStreamConsumer", "{\"ConsumerARN\":\"" + consumer + "\"}");

            assertEquals(
                    "ResourceNotFoundException: {\"message\":\"Consumer c, account 000000000000 not found.\"}",
                    subscriber.exception());
            put("x");
            assertEquals(List.of("x"), staying.records(1));
        }
    }

    @Test
    void aSubscriptionEndsQuietlyAfterItsLife() throws Exception {
        try (var subscriber = subscribe(LATEST)) {
            subscriber.event();

            server.pass(FAN_OUT.life());

            subscriber.end();
        }
        server.awaitSubscriptions(0);
    }

    @Test
    void aStoppingServerEndsSubscriptions() throws Exception {
        try (var subscriber = subscribe(LATEST)) {
            subscriber.event();

            server.restart();

            subscriber.end();
        }
        assertTrue(refused(consumer, 7, LATEST).contains("ResourceNotFoundException"), "consumers outlive it");
        subscribe(LATEST).close();
    }

    @Test
    void noMoreThanTheMostAreServedAtOnce() throws Exception {
        var open = new ArrayList<Subscriber>();
        for (int i = 0; i < SUBSCRIPTIONS_MAX; i++) open.add(Subscriber.to(server, register("c" + i), 0, LATEST));

        assertEquals(
                "400 {\"__type\":\"LimitExceededException\",\"message\":\"4 subscriptions are active, which is the"
                        + " most that this server has at once.\"}",
                refused(consumer, 0, LATEST));

        for (var subscriber : open) subscriber.close();
        server.awaitSubscriptions(0);
        subscribe(LATEST).close();
    }

    @Test
    void aStreamHasTwentyConsumersAtMost() throws Exception {
        for (int i = 2; i <= 20; i++) register("c" + i);

        var refused = server.call(
                "RegisterStreamConsumer",
                "{\"StreamARN\":\"arn:aws:kinesis:us-east-1:000000000000:stream/s\",\"ConsumerName\":\"c21\"}");

        assertEquals(400, refused.statusCode());
        assertEquals(
                "{\"__type\":\"LimitExceededException\",\"message\":\"Stream s under account 000000000000 has 20"
                        + " consumers, which is the most that it may have.\"}",
                refused.body());
    }

    @Test
    void whatIsWrongWithARequestIsAnOrdinaryAnswer() throws Exception {
        assertEquals(
                "400 {\"__type\":\"ResourceNotFoundException\",\"message\":\"Shard shardId-000000000001 in stream s"
                        + " under account 000000000000 does not exist\"}",
                refused(consumer, 1, LATEST));
        assertEquals(
                "400 {\"__type\":\"ResourceNotFoundException\",\"message\":\"Consumer %s, account 000000000000 not found.\"}"
                        .formatted(consumer.replace("consumer/c", "consumer/d")),
                refused(consumer.replace("consumer/c", "consumer/d"), 0, LATEST));
        assertEquals(
                "400 {\"__type\":\"ResourceNotFoundException\",\"message\":\"Consumer %s0, account 000000000000 not found.\"}"
                        .formatted(consumer),
                refused(consumer + "0", 0, LATEST));
        assertTrue(refused(consumer, 0, "\"Type\":\"AT_TIMESTAMP\"").contains("InvalidArgumentException"));
        assertEquals(
                "400 {\"__type\":\"ValidationException\",\"message\":\"1 validation error detected: Value 'NOW' at"
                        + " 'startingPosition.type' failed to satisfy constraint: Member must satisfy enum value set:"
                        + " [AFTER_SEQUENCE_NUMBER, LATEST, AT_TIMESTAMP, AT_SEQUENCE_NUMBER, TRIM_HORIZON]\"}",
                refused(consumer, 0, "\"Type\":\"NOW\""));
        server.awaitSubscriptions(0);
    }

    @Test
    void abortedRecordsAreNeverShownAndOpenTransactionsWaitedFor() throws Exception {
        try (var subscriber = subscribe(LATEST)) {
            appendInTransaction(7, "aborted");
            appendInTransaction(8, "committed");
            put("behind");
            end(7, false);
            end(8, true);

            assertEquals(List.of("committed", "behind"), subscriber.records(2));
        }
    }

    private void appendInTransaction(long producer, String value) throws Exception {
        var log = server.broker().partition("s", 0).orElseThrow().log();
        var batch = new BatchBuilder(5)
                .producer(producer, (short) 0, 0)
                .transactional()
                .add(5, MemorySegment.ofArray(new byte[] {'k'}), MemorySegment.ofArray(value.getBytes(UTF_8)))
                .build();
        assertInstanceOf(
                Appended.class, log.append(batch, log.transaction(producer)).get(30, TimeUnit.SECONDS));
    }

    private void end(long producer, boolean isCommit) throws Exception {
        var log = server.broker().partition("s", 0).orElseThrow().log();
        var open = assertInstanceOf(TransactionStatus.Open.class, log.transaction(producer));
        assertInstanceOf(
                Appended.class,
                log.endTransaction(producer, (short) (open.producerEpoch() + 1), isCommit, true, 1)
                        .get(30, TimeUnit.SECONDS));
    }

    /// Far more than sockets and windows hold, and records on both sides of an event's usual size.
    @Test
    void aClientThatDoesNotReadIsWaitedForAndHoldsUpNobodyElse() throws Exception {
        server.call(
                "UpdateMaxRecordSize",
                "{\"StreamARN\":\"arn:aws:kinesis:us-east-1:000000000000:stream/s\",\"MaxRecordSizeInKiB\":2048}");
        var other = register("other");
        var expected = new ArrayList<String>();
        try (var lazy = subscribe(LATEST);
                var eager = Subscriber.to(server, other, 0, LATEST)) {
            for (int i = 0; i < 60; i++) {
                var data = i + "-" + "x".repeat(i % 10 == 9 ? 1_000_000 : 100_000);
                expected.add(data);
                put(data);
            }

            assertEquals(expected, eager.records(60));
            assertEquals(expected, lazy.records(60));
        }
    }

    /// Records so large that sockets do not hold them: eight subscribers that do not read keep the places for those.
    @Test
    void largeRecordsAreInMemoryEightTimesAtMost(@TempDir Path directory) throws Exception {
        server.close();
        var many = new AwsConfig.FanOut(9, FAN_OUT.life(), FAN_OUT.heartbeat(), FAN_OUT.takeOverAfter());
        server = new TestServer(directory, AwsConfig.DEFAULT.withFanOut(many));
        server.broker().create(NewStream.of("s", 1));
        var large = new BatchBuilder(5)
                .add(5, MemorySegment.ofArray(new byte[] {'k'}), MemorySegment.ofArray(new byte[11 << 20]))
                .build();
        var log = server.broker().partition("s", 0).orElseThrow().log();
        var appended = log.append(large).get(30, TimeUnit.SECONDS);
        assertInstanceOf(Appended.class, appended, appended::toString);
        var holders = new ArrayList<Subscriber>();
        for (int i = 0; i < 8; i++) {
            holders.add(Subscriber.to(server, register("c" + i), 0, OLDEST));
            holders.getLast().awaitBytes(100_000);
        }

        try (var waiting = Subscriber.to(server, register("waiting"), 0, OLDEST)) {
            assertEquals(List.of(), Subscriber.data(waiting.event()));
            assertEquals(List.of(), Subscriber.data(waiting.event()));

            assertEquals(11 << 20, holders.getFirst().records(1).getFirst().length());
            assertEquals(11 << 20, waiting.records(1).getFirst().length());
        }
        for (var holder : holders) holder.close();
    }
}
