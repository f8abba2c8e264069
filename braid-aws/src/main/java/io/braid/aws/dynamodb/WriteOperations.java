package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.Write.Act;
import io.braid.aws.dynamodb.Write.Outcome;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Putting, changing and deleting items: one, some, or some that are whole or not at all.
final class WriteOperations {
    private final Store store;

    WriteOperations(Store store) {
        this.store = store;
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html
    void put(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.PUT_ITEM);
        requireOld(params);
        var write = single(params, new Act.Put(Requests.item(params, "Item")), reader(params));
        answer(call, params, write);
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html
    void delete(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.DELETE_ITEM);
        requireOld(params);
        var write = single(params, new Act.Delete(Requests.item(params, "Key")), reader(params));
        answer(call, params, write);
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    void update(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.UPDATE_ITEM);
        Legacy.requireNotMixed(params);
        var expressions = reader(params);
        var update = params.text("UpdateExpression")
                .map(expressions::update)
                .orElseGet(() -> Legacy.update(Requests.structures(params, "AttributeUpdates")));
        var write = single(params, new Act.Change(Requests.item(params, "Key"), update), expressions);
        answer(call, params, write, update);
    }

    private static void requireOld(Params params) {
        var asked = params.text("ReturnValues").orElse("NONE");
        if (!asked.equals("NONE") && !asked.equals("ALL_OLD"))
            throw AwsFault.validation("ReturnValues can only be ALL_OLD or NONE");
    }

    private static Expressions reader(Params params) {
        return new Expressions(
                params.textMap("ExpressionAttributeNames"), Requests.item(params, "ExpressionAttributeValues"));
    }

    /// Everything else of a write, once its own expression is parsed.
    private static Write single(Params params, Act act, Expressions expressions) {
        Legacy.requireNotMixed(params);
        boolean any = params.text("ConditionalOperator").orElse("AND").equals("OR");
        var condition = params.text("ConditionExpression")
                .map(text -> expressions.condition("ConditionExpression", text))
                .orElseGet(() -> params.has("Expected")
                        ? Legacy.condition(Requests.structures(params, "Expected"), any)
                        : Condition.NONE);
        return write(params, act, condition, expressions);
    }

    private static Write write(Params params, Act act, Condition condition, Expressions expressions) {
        requireExpression(params);
        expressions.requireAllUsed();
        boolean showOld = params.text("ReturnValuesOnConditionCheckFailure")
                .orElse("NONE")
                .equals("ALL_OLD");
        return new Write(params.requiredText("TableName"), act, condition, showOld);
    }

    private static void requireExpression(Params params) {
        if (params.has("ConditionExpression") || params.has("UpdateExpression")) return;
        for (var placeholders : List.of("ExpressionAttributeNames", "ExpressionAttributeValues"))
            if (params.has(placeholders))
                throw AwsFault.validation("%s can only be specified when using expressions".formatted(placeholders));
    }

    private void answer(Call call, Params params, Write write) throws IOException {
        answer(call, params, write, new Update(List.of()));
    }

    private void answer(Call call, Params params, Write write, Update update) throws IOException {
        var done = store.write(now -> switch (write.decide(now)) {
            case Outcome.Done kept -> new Store.Decision<>(kept.changes(), kept);
            case Outcome.ConditionFailed(Item before) -> throw conditionFailed(write, before);
        });
        var shown = switch (params.text("ReturnValues").orElse("NONE")) {
            case "ALL_OLD" -> done.before().attributes();
            case "ALL_NEW" -> done.after().attributes();
            case "UPDATED_OLD" -> update.touched(done.before().attributes());
            case "UPDATED_NEW" -> update.touched(done.after().attributes());
            default -> Map.<String, AttributeValue>of();
        };
        var answer = call.answer().startMap();
        if (!shown.isEmpty()) AttributeCodec.writeItem(answer.field(Names.ATTRIBUTES), shown);
        answer.endMap();
    }

    private static AwsFault conditionFailed(Write write, Item before) {
        var fault = Faults.of("ConditionalCheckFailedException", Faults.CONDITION_FAILED);
        return write.showOld() && before.exists()
                ? fault.with(more -> AttributeCodec.writeItem(more.field(Names.ITEM), before.attributes()))
                : fault;
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
    void transact(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.TRANSACT_WRITE_ITEMS);
        var writes = params.structures("TransactItems").stream()
                .map(WriteOperations::part)
                .toList();
        store.write(now -> {
            requireDifferent(writes, now, "Transaction request cannot include multiple operations on one item");
            var together = Write.Together.decide(writes, now);
            if (!together.isDone()) throw cancelled(writes, together);
            var changes = together.changes();
            long bytes = changes.stream()
                    .mapToLong(change ->
                            change instanceof Change.ItemKept kept ? kept.item().byteSize() : 0)
                    .sum();
            if (bytes > Limits.TRANSACTION_BYTES_MAX)
                throw AwsFault.validation("The items of a transaction may have %d bytes together, these have %d"
                        .formatted(Limits.TRANSACTION_BYTES_MAX, bytes));
            return new Store.Decision<>(changes, changes.size());
        });
        call.answer().startMap().endMap();
    }

    private static Write part(Params item) {
        var kinds = Stream.of("ConditionCheck", "Put", "Delete", "Update")
                .filter(item::has)
                .toList();
        if (kinds.size() != 1)
            throw AwsFault.validation("TransactItems can only contain one of Check, Put, Update or Delete");
        var params = item.structure(kinds.getFirst()).orElseThrow();
        var expressions = reader(params);
        var act = switch (kinds.getFirst()) {
            case "Put" -> new Act.Put(Requests.item(params, "Item"));
            case "Delete" -> new Act.Delete(Requests.item(params, "Key"));
            case "Update" ->
                new Act.Change(
                        Requests.item(params, "Key"), expressions.update(params.requiredText("UpdateExpression")));
            default -> new Act.Check(Requests.item(params, "Key"));
        };
        var condition = params.text("ConditionExpression")
                .map(text -> expressions.condition("ConditionExpression", text))
                .orElse(Condition.NONE);
        return write(params, act, condition, expressions);
    }

    private static void requireDifferent(List<Write> writes, Database now, String otherwise) {
        var seen = new HashSet<Write.Target>();
        for (var write : writes) if (!seen.add(write.target(now))) throw AwsFault.validation(otherwise);
    }

    private static AwsFault cancelled(List<Write> writes, Write.Together together) {
        var outcomes = together.outcomes();
        var codes = outcomes.stream()
                .map(outcome -> outcome instanceof Outcome.Done ? "None" : "ConditionalCheckFailed")
                .collect(Collectors.joining(", "));
        return Faults.of(
                        "TransactionCanceledException",
                        "Transaction cancelled, please refer cancellation reasons for specific reasons [%s]"
                                .formatted(codes))
                .with(more -> {
                    more.field("CancellationReasons").startList();
                    for (int i = 0; i < outcomes.size(); i++) {
                        more.startMap();
                        switch (outcomes.get(i)) {
                            case Outcome.Done _ -> more.field("Code").text("None");
                            case Outcome.ConditionFailed(Item before) -> {
                                more.field("Code").text("ConditionalCheckFailed");
                                more.field("Message").text(Faults.CONDITION_FAILED);
                                if (writes.get(i).showOld() && before.exists())
                                    AttributeCodec.writeItem(more.field(Names.ITEM), before.attributes());
                            }
                        }
                        more.endMap();
                    }
                    more.endList();
                });
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
    void batch(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.BATCH_WRITE_ITEM);
        var writes = new ArrayList<Write>();
        Requests.writes(params, "RequestItems").forEach((table, asked) -> {
            for (var one : asked) writes.add(new Write(table, act(one), Condition.NONE, false));
        });
        if (writes.isEmpty() || writes.size() > Limits.BATCH_WRITES_MAX)
            throw AwsFault.validation(
                    writes.isEmpty()
                            ? "The batch write request list for a table cannot be null or empty"
                            : "Too many items requested for the BatchWriteItem call");
        store.write(now -> {
            requireDifferent(writes, now, "Provided list of item keys contains duplicates");
            var changes = Write.Together.decide(writes, now).changes();
            return new Store.Decision<>(changes, changes.size());
        });
        call.answer().startMap().field("UnprocessedItems").startMap().endMap().endMap();
    }

    private static Act act(Params asked) {
        var put = asked.structure("PutRequest");
        var delete = asked.structure("DeleteRequest");
        if (put.isPresent() == delete.isPresent())
            throw AwsFault.validation("Supplied AttributeValue has more than one datatypes set, must contain exactly"
                    + " one of the supported datatypes");
        return put.isPresent()
                ? new Act.Put(Requests.item(put.get(), "Item"))
                : new Act.Delete(Requests.item(delete.get(), "Key"));
    }
}
