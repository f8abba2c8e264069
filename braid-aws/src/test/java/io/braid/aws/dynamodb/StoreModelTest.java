package io.braid.aws.dynamodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Protocol;
import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.log.BatchBuilder;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import io.braid.log.RecordCursor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The operations over a real log, beside a map in memory that does the same, with restarts and compaction between.
class StoreModelTest {
    private static final int STEPS = 300;
    private static final int KEYS = 12;
    private static final long MEMORY_MAX = 4 << 20;

    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-11-27T11:00:00Z");
    private Log log;
    private Broker broker;
    private DynamoDb dynamoDb;

    @BeforeEach
    void open() throws IOException {
        log = Log.open(new LogConfig(directory), () -> now);
        broker = Broker.open(log, BrokerConfig.DEFAULT, () -> now, new Random(1));
        dynamoDb = new DynamoDb(broker, () -> now, "000000000000", MEMORY_MAX);
    }

    @AfterEach
    void close() throws IOException {
        broker.close();
        log.close();
    }

    private void restart() throws IOException {
        close();
        open();
    }

    /// @return the answer, or the error's type
    private String call(String operation, String json) throws IOException {
        var answer = Protocol.JSON_10.writer();
        var body = Protocol.JSON_10.reader(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
        try {
            dynamoDb.operation(operation).orElseThrow().answer(new Call(body, answer, new Caller("", "us-east-1")));
        } catch (AwsFault fault) {
            return fault.type();
        }
        return new String(answer.buffer(), 0, answer.size(), StandardCharsets.UTF_8);
    }

    private void createTable(String name) throws IOException {
        var answer = call("CreateTable", """
            {'TableName':'%s','KeySchema':[{'AttributeName':'k','KeyType':'HASH'}],'BillingMode':'PAY_PER_REQUEST',
             'AttributeDefinitions':[{'AttributeName':'k','AttributeType':'S'}]}\
            """.formatted(name));
        assertTrue(answer.contains("ACTIVE"), answer);
    }

    private String scan() throws IOException {
        return call("Scan", "{'TableName':'model'}");
    }

    private static String scanOf(TreeMap<String, Long> model) {
        var items = new ArrayList<String>();
        model.forEach((key, count) -> items.add("{\"k\":{\"S\":\"%s\"},\"n\":{\"N\":\"%d\"}}".formatted(key, count)));
        return "{\"Items\":[%s],\"Count\":%d,\"ScannedCount\":%d}"
                .formatted(String.join(",", items), items.size(), items.size());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void itemsAreWhatWasAnsweredWhateverComesBetween(long seed) throws IOException {
        var random = new Random(seed);
        var model = new TreeMap<String, Long>();
        createTable("model");

        for (int step = 0; step < STEPS; step++) {
            step(random, model);
            if (random.nextInt(50) == 0) restart();
            if (random.nextInt(60) == 0) compact();
            if (random.nextInt(20) == 0) assertEquals(scanOf(model), scan(), "seed %d, step %d".formatted(seed, step));
        }
        restart();

        assertEquals(scanOf(model), scan(), () -> "seed " + seed);
    }

    private void compact() throws IOException {
        now = now.plus(Duration.ofDays(8)); // the segment is old enough to be sealed
        log.tidy();
        log.checkpoint();
        while (log.compact()) {}
    }

    /// One write, which must be answered as the model says, and the same in the model.
    private void step(Random random, TreeMap<String, Long> model) throws IOException {
        var key = "k%02d".formatted(random.nextInt(KEYS));
        var other = "k%02d".formatted(random.nextInt(KEYS));
        long number = random.nextInt(1000);
        switch (random.nextInt(6)) {
            case 0 -> {
                assertEquals("{}", call("PutItem", put(key, number)));
                model.put(key, number);
            }
            case 1 -> {
                assertEquals("{}", call("DeleteItem", "{'TableName':'model','Key':%s}".formatted(key(key))));
                model.remove(key);
            }
            case 2 -> {
                call(
                        "UpdateItem",
                        "{'TableName':'model','Key':%s,'UpdateExpression':'ADD n :n',%s}"
                                .formatted(key(key), values(number)));
                model.merge(key, number, Long::sum);
            }
            case 3 -> {
                var answer = call(
                        "UpdateItem",
                        ("{'TableName':'model','Key':%s,'UpdateExpression':'SET n = :n',"
                                        + "'ConditionExpression':'n < :n',%s}")
                                .formatted(key(key), values(number)));
                boolean holds = model.containsKey(key) && model.get(key) < number;
                assertEquals(holds ? "{}" : "ConditionalCheckFailedException", answer);
                if (holds) model.put(key, number);
            }
            case 4 -> {
                var answer = call(
                        "UpdateItem",
                        ("{'TableName':'model','Key':%s,'AttributeUpdates':{'n':{'Value':{'N':'%d'}}},"
                                        + "'Expected':{'k':{'Exists':false}}}")
                                .formatted(key(key), number));
                boolean holds = !model.containsKey(key);
                assertEquals(holds ? "{}" : "ConditionalCheckFailedException", answer);
                if (holds) model.put(key, number);
            }
            default -> {
                var answer = call("TransactWriteItems", move(key, other, number));
                boolean holds = model.getOrDefault(key, -1L) >= number && model.containsKey(other);
                if (key.equals(other)) {
                    assertEquals("ValidationException", answer);
                } else {
                    assertEquals(holds ? "{}" : "TransactionCanceledException", answer);
                    if (holds) {
                        model.merge(key, -number, Long::sum);
                        model.merge(other, number, Long::sum);
                    }
                }
            }
        }
    }

    private static String key(String key) {
        return "{'k':{'S':'%s'}}".formatted(key);
    }

    private static String put(String key, long number) {
        return "{'TableName':'model','Item':{'k':{'S':'%s'},'n':{'N':'%d'}}}".formatted(key, number);
    }

    private static String values(long number) {
        return "'ExpressionAttributeValues':{':n':{'N':'%d'}}".formatted(number);
    }

    private static String move(String from, String to, long number) {
        return ("{'TransactItems':[{'Update':{'TableName':'model','Key':%s,'UpdateExpression':'SET n = n - :n',"
                        + "'ConditionExpression':'n >= :n',%s}},"
                        + "{'Update':{'TableName':'model','Key':%s,'UpdateExpression':'SET n = n + :n',"
                        + "'ConditionExpression':'attribute_exists(k)',%s}}]}")
                .formatted(key(from), values(number), key(to), values(number));
    }

    @Test
    void noUpdateIsLostToAnother() throws Exception {
        int writers = 8;
        int each = 50;
        createTable("model");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Callable<String>>();
            for (int i = 0; i < writers * each; i++)
                all.add(() -> call(
                        "UpdateItem",
                        "{'TableName':'model','Key':%s,'UpdateExpression':'ADD n :n',%s}"
                                .formatted(key("one"), values(1))));
            for (var answer : threads.invokeAll(all)) assertEquals("{}", answer.get());
        }
        restart();

        assertEquals(scanOf(new TreeMap<>(Map.of("one", (long) writers * each))), scan());
    }

    @Test
    void itemsOfADeletedTableAreGoneForEverAndGiveRoom() throws IOException {
        var large = "x".repeat(Limits.ITEM_BYTES_MAX - 100);
        int fit = (int) (MEMORY_MAX / Limits.ITEM_BYTES_MAX);
        createTable("model");
        createTable("others");
        var full = new ArrayList<String>();
        for (int i = 0; i <= fit + 1; i++)
            full.add(call(
                    "PutItem", "{'TableName':'others','Item':{'k':{'S':'%d'},'x':{'S':'%s'}}}".formatted(i, large)));
        assertEquals("{}", full.get(fit - 1));
        assertEquals("LimitExceededException", full.getLast());

        call("DeleteTable", "{'TableName':'others'}");
        assertEquals("{}", call("PutItem", put("one", 1)));
        restart();

        assertEquals(scanOf(new TreeMap<>(Map.of("one", 1L))), scan());
        createTable("others");
        assertEquals("{\"Items\":[],\"Count\":0,\"ScannedCount\":0}", call("Scan", "{'TableName':'others'}"));
    }

    @Test
    void manySmallValuesTakeMoreMemoryThanDynamoDbCounts() throws IOException {
        var values = "{'N':'1'},".repeat(20_000) + "{'N':'1'}";
        createTable("model");
        var first = call("PutItem", "{'TableName':'model','Item':{'k':{'S':'a'},'x':{'L':[%s]}}}".formatted(values));
        var second = call("PutItem", "{'TableName':'model','Item':{'k':{'S':'b'},'x':{'L':[%s]}}}".formatted(values));

        assertEquals("{}", first);
        assertEquals("LimitExceededException", second);
    }

    @Test
    void anItemWhoseAttributeHasAnotherTypeIsNotInAnIndex() throws IOException {
        createTable("model");
        call("PutItem", "{'TableName':'model','Item':{'k':{'S':'a'},'o':{'N':'1'}}}");
        call("PutItem", "{'TableName':'model','Item':{'k':{'S':'b'},'o':{'S':'1'}}}");
        call("UpdateTable", """
            {'TableName':'model','AttributeDefinitions':[{'AttributeName':'o','AttributeType':'S'}],
             'GlobalSecondaryIndexUpdates':[{'Create':{'IndexName':'by-o',
             'KeySchema':[{'AttributeName':'o','KeyType':'HASH'}],'Projection':{'ProjectionType':'ALL'}}}]}\
            """);

        var found = call("Scan", "{'TableName':'model','IndexName':'by-o'}");

        assertEquals("{'Items':[{'k':{'S':'b'},'o':{'S':'1'}}],'Count':1,'ScannedCount':1}", found.replace('"', '\''));
        assertEquals(
                "ValidationException", call("PutItem", "{'TableName':'model','Item':{'k':{'S':'c'},'o':{'N':'1'}}}"));
    }

    @Test
    void compactionLeavesTheNewestOfEachItem() throws IOException {
        createTable("model");
        for (int i = 0; i < 100; i++) call("PutItem", put("one", i));
        var kept = broker.partition(Store.STREAM, 0).orElseThrow().log();
        long before = kept.byteSize();
        now = now.plus(Duration.ofDays(8));
        call("PutItem", put("two", 2)); // begins a new segment
        compact();

        assertTrue(kept.byteSize() < before / 4, () -> "%d of %d bytes".formatted(kept.byteSize(), before));
        restart();
        assertEquals(scanOf(new TreeMap<>(Map.of("one", 99L, "two", 2L))), scan());
    }

    @Test
    void aTooLargeItemIsRefusedAndNothingIsKept() throws IOException {
        createTable("model");
        var large = "x".repeat(Limits.ITEM_BYTES_MAX);

        assertEquals(
                "ValidationException",
                call("PutItem", "{'TableName':'model','Item':{'k':{'S':'a'},'x':{'S':'%s'}}}".formatted(large)));
        assertEquals(scanOf(new TreeMap<>()), scan());
    }

    @Test
    void everyPageGoesOnBehindTheLast() throws IOException {
        var model = new TreeMap<String, Long>();
        createTable("model");
        for (int i = 0; i < 30; i++) {
            call("PutItem", put("k%02d".formatted(i), i));
            model.put("k%02d".formatted(i), (long) i);
        }
        var seen = new TreeMap<String, Long>();
        for (var segment : List.of(0, 1, 2)) {
            String start = "";
            while (true) {
                var page = call(
                        "Scan",
                        "{'TableName':'model','Limit':4,'Segment':%d,'TotalSegments':3%s}".formatted(segment, start));
                var items = Pattern.compile("\"k\":\\{\"S\":\"(k\\d\\d)\"},\"n\":\\{\"N\":\"(\\d+)\"")
                        .matcher(page);
                while (items.find())
                    assertEquals(null, seen.put(items.group(1), Long.parseLong(items.group(2))), "seen twice");
                int last = page.indexOf("\"LastEvaluatedKey\":");
                if (last < 0) break;
                start = ",'ExclusiveStartKey':" + page.substring(last + 19, page.length() - 1);
            }
        }

        assertEquals(model, seen);
    }

    @Test
    void aRecordOfALaterReleaseIsNotReadAsSomethingElse() {
        var key = new Change.ItemKept(UUID.nameUUIDFromBytes(new byte[0]), keyOf("a"), Item.NONE);
        var batch = new BatchBuilder(0);
        StoredChanges.add(batch, 0, key);
        var later = "{\"M\":{\"version\":{\"N\":\"2\"},\"item\":{\"M\":{}}}}";

        var failure = assertThrows(IOException.class, () -> {
            var built = batch.build();
            var records = new RecordCursor(built, built.payload());
            records.next();
            StoredChanges.read(records.key(), cbor(later));
        });

        assertEquals("version 2 of item: this release reads up to version 1", failure.getMessage());
    }

    private static Key keyOf(String text) {
        return new Key(List.of(new AttributeValue.Text(text)));
    }

    private static MemorySegment cbor(String json) {
        var writer = Protocol.CBOR.writer();
        AttributeCodec.write(writer, AttributeCodec.read(Protocol.JSON.reader(json.getBytes(StandardCharsets.UTF_8))));
        return MemorySegment.ofArray(writer.buffer()).asSlice(0, writer.size());
    }
}
