package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Getting, querying and scanning items. Every read is consistent: it sees all that was answered before.
final class ReadOperations {
    private final Store store;

    ReadOperations(Store store) {
        this.store = store;
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html
    void get(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.GET_ITEM);
        var expressions = expressions(params);
        var projection = projection(params, expressions);
        expressions.requireAllUsed();
        var item = store.read(now -> {
            var table = Tables.forItems(now, params.requiredText("TableName"));
            return now.item(table, table.keyOf(Requests.item(params, "Key")));
        });
        var answer = call.answer().startMap();
        if (item.exists()) AttributeCodec.writeItem(answer.field(Names.ITEM), projection.of(item.attributes()));
        answer.endMap();
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
    void query(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.QUERY);
        var expressions = expressions(params);
        var condition = keyCondition(params, expressions);
        var reading = reading(params, expressions, "QueryFilter");
        boolean forward = !params.has("ScanIndexForward") || params.flag("ScanIndexForward");
        var page = store.read(now -> {
            var order = order(now, params);
            var keys = KeyCondition.of(condition, order);
            var items = order.of(now, keys.hash())
                    .filter(placed -> keys.range().holds(placed.item().attributes()));
            return reading.page(order, forward ? items : reversed(items), forward);
        });
        answer(call, params, page);
    }

    private static Condition keyCondition(Params params, Expressions expressions) {
        if (params.has("KeyConditions")) return Legacy.condition(Requests.structures(params, "KeyConditions"), false);
        return params.text("KeyConditionExpression")
                .map(text -> expressions.condition("KeyConditionExpression", text))
                .orElseThrow(() -> AwsFault.validation(
                        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the"
                                + " request."));
    }

    private static <T> Stream<T> reversed(Stream<T> items) {
        var all = new ArrayList<>(items.toList());
        Collections.reverse(all);
        return all.stream();
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
    void scan(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.SCAN);
        var reading = reading(params, expressions(params), "ScanFilter");
        int segments = (int) params.number("TotalSegments").orElse(1);
        int segment = (int) params.number("Segment").orElse(0);
        checkSegments(params, segments, segment);
        var page = store.read(now -> {
            var order = order(now, params);
            var items = order.all(now)
                    .filter(placed -> Math.floorMod(placed.place().hash().hashCode(), segments) == segment);
            return reading.page(order, items, true);
        });
        answer(call, params, page);
    }

    private static void checkSegments(Params params, int segments, int segment) {
        if (params.has("TotalSegments") != params.has("Segment"))
            throw AwsFault.validation(
                    params.has("Segment")
                            ? "The TotalSegments parameter is required but was not present in the request when Segment"
                                    + " parameter is present"
                            : "The Segment parameter is required but was not present in the request when parameter"
                                    + " TotalSegments is present");
        if (segment >= segments)
            throw AwsFault.validation(("The Segment parameter is zero-based and must be less than parameter"
                            + " TotalSegments: Segment: %d is not less than TotalSegments: %d")
                    .formatted(segment, segments));
    }

    private static Order order(Database now, Params params) {
        var table = Tables.forItems(now, params.requiredText("TableName"));
        var order = Order.of(table, params.text("IndexName"));
        boolean global = params.text("IndexName")
                .flatMap(table::index)
                .filter(Table.Index::isGlobal)
                .isPresent();
        if (global && params.flag("ConsistentRead"))
            throw AwsFault.validation("Consistent reads are not supported on global secondary indexes");
        return order;
    }

    private static Expressions expressions(Params params) {
        return new Expressions(
                params.textMap("ExpressionAttributeNames"), Requests.item(params, "ExpressionAttributeValues"));
    }

    private static Projection projection(Params params, Expressions expressions) {
        Legacy.requireNotMixed(params);
        return params.text("ProjectionExpression")
                .map(text -> new Projection(expressions.projection(text)))
                .orElseGet(() -> Projection.ofAttributes(params.texts("AttributesToGet")));
    }

    /// What a Query and a Scan have in common; all expressions but a key condition are parsed here.
    private static Reading reading(Params params, Expressions expressions, String oldFilter) {
        boolean any = params.text("ConditionalOperator").orElse("AND").equals("OR");
        var filter = params.text("FilterExpression")
                .map(text -> expressions.condition("FilterExpression", text))
                .orElseGet(() -> params.has(oldFilter)
                        ? Legacy.condition(Requests.structures(params, oldFilter), any)
                        : Condition.NONE);
        var projection = projection(params, expressions);
        expressions.requireAllUsed();
        return new Reading(
                filter,
                projection,
                params.number("Limit").orElse(Long.MAX_VALUE),
                params.has("ExclusiveStartKey")
                        ? Optional.of(Requests.item(params, "ExclusiveStartKey"))
                        : Optional.empty());
    }

    /// @param lastKey where the next page begins behind; empty if there is none
    private record Page(
            List<Map<String, AttributeValue>> items, long scanned, Optional<Map<String, AttributeValue>> lastKey) {}

    /// One page of a Query or Scan.
    ///
    /// @param limit how many items it may look at
    private record Reading(
            Condition filter, Projection projection, long limit, Optional<Map<String, AttributeValue>> start) {
        Page page(Order order, Stream<Order.Placed> items, boolean forward) {
            var after = start.map(order::placeOf);
            var found = new ArrayList<Map<String, AttributeValue>>();
            long scanned = 0;
            long bytes = 0;
            Optional<Key> last = Optional.empty();
            var rest = items.filter(placed -> after.isEmpty() || isBehind(placed.place(), after.get(), forward))
                    .iterator();
            while (rest.hasNext()) {
                var placed = rest.next();
                scanned++;
                bytes += placed.item().byteSize();
                if (filter.holds(placed.item().attributes()))
                    found.add(projection.of(order.shown().of(placed.item().attributes())));
                if (scanned == limit || bytes >= Limits.PAGE_BYTES_MAX) {
                    last = Optional.of(placed.place());
                    break;
                }
            }
            return new Page(found, scanned, last.map(order::told));
        }

        private static boolean isBehind(Key place, Key start, boolean forward) {
            int comparison = place.compareTo(start);
            return forward ? comparison > 0 : comparison < 0;
        }
    }

    private static void answer(Call call, Params params, Page page) {
        var answer = call.answer().startMap();
        if (!params.text("Select").orElse("").equals("COUNT")) {
            answer.field(Names.ITEMS).startList();
            for (var item : page.items()) AttributeCodec.writeItem(answer, item);
            answer.endList();
        }
        answer.field(Names.COUNT).number(page.items().size());
        answer.field(Names.SCANNED_COUNT).number(page.scanned());
        page.lastKey().ifPresent(key -> AttributeCodec.writeItem(answer.field(Names.LAST_EVALUATED_KEY), key));
        answer.endMap();
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
    void batch(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.BATCH_GET_ITEM);
        var asked = Requests.structures(params, "RequestItems");
        if (asked.isEmpty())
            throw AwsFault.validation("1 validation error detected: Value '{}' at 'requestItems' failed to satisfy"
                    + " constraint: Member must have length greater than or equal to 1");
        int count = asked.values().stream().mapToInt(one -> keys(one).size()).sum();
        if (count > Limits.BATCH_GETS_MAX)
            throw AwsFault.validation("Too many items requested for the BatchGetItem call");
        var answer = call.answer().startMap().field("Responses").startMap();
        var left = new ArrayList<Runnable>(); // what does not fit into one answer
        store.read(now -> {
            int[] room = {Limits.PAGE_BYTES_MAX};
            asked.forEach((table, one) -> batchOf(answer, now, table, one, room, left));
            return answer;
        });
        answer.endMap().field("UnprocessedKeys").startMap();
        left.forEach(Runnable::run);
        answer.endMap().endMap();
    }

    private static void batchOf(
            WireWriter answer, Database now, String name, Params asked, int[] room, List<Runnable> left) {
        var expressions = expressions(asked);
        var projection = projection(asked, expressions);
        expressions.requireAllUsed();
        var table = Tables.forItems(now, name);
        var unread = new ArrayList<Map<String, AttributeValue>>();
        var seen = new HashSet<Key>();
        answer.field(name).startList();
        for (var one : keys(asked)) {
            var key = table.keyOf(one);
            if (!seen.add(key)) throw AwsFault.validation("Provided list of item keys contains duplicates");
            var item = now.item(table, key);
            if (room[0] <= 0) unread.add(one);
            else if (item.exists()) AttributeCodec.writeItem(answer, projection.of(item.attributes()));
            room[0] -= item.byteSize();
        }
        answer.endList();
        if (!unread.isEmpty()) left.add(() -> unprocessed(answer, name, unread, asked));
    }

    /// The same request again, for the rest.
    private static void unprocessed(
            WireWriter answer, String table, List<Map<String, AttributeValue>> keys, Params asked) {
        answer.field(table).startMap().field("Keys").startList();
        for (var key : keys) AttributeCodec.writeItem(answer, key);
        answer.endList();
        answer.field("ConsistentRead").flag(asked.flag("ConsistentRead"));
        asked.text("ProjectionExpression")
                .ifPresent(text -> answer.field("ProjectionExpression").text(text));
        if (asked.has("ExpressionAttributeNames")) {
            answer.field("ExpressionAttributeNames").startMap();
            asked.textMap("ExpressionAttributeNames")
                    .forEach((name, value) -> answer.field(name).text(value));
            answer.endMap();
        }
        answer.endMap();
    }

    @SuppressWarnings("unchecked") // read by AttributeCodec
    private static List<Map<String, AttributeValue>> keys(Params asked) {
        return asked.items("Keys").stream()
                .map(key -> (Map<String, AttributeValue>) key)
                .toList();
    }
}
