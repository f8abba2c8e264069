package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One write of one item, parsed and not yet done: what it does, and what must hold of the item before. Decides
/// without doing.
///
/// @param table    a name or an ARN
/// @param showOld  whether the item as it is shall be told if the condition does not hold
record Write(String table, Act act, Condition condition, boolean showOld) {
    sealed interface Act {
        record Put(Map<String, AttributeValue> item) implements Act {}

        record Change(Map<String, AttributeValue> key, Update update) implements Act {}

        record Delete(Map<String, AttributeValue> key) implements Act {}

        /// Nothing but the condition.
        record Check(Map<String, AttributeValue> key) implements Act {}
    }

    sealed interface Outcome {
        /// @param changes empty if nothing is different
        record Done(List<Change> changes, Item before, Item after) implements Outcome {}

        record ConditionFailed(Item before) implements Outcome {}
    }

    /// The item that it is about.
    ///
    /// @throws AwsFault there is no such table, or the key is none of it
    Target target(Database now) {
        var found = Tables.forItems(now, table);
        return new Target(
                found,
                switch (act) {
                    case Act.Put(var item) -> found.keyOfItem(item);
                    case Act.Change(var key, Update _) -> found.keyOf(key);
                    case Act.Delete(var key) -> found.keyOf(key);
                    case Act.Check(var key) -> found.keyOf(key);
                });
    }

    record Target(Table table, Key key) {}

    /// @throws AwsFault it cannot be done, whatever the item is like
    Outcome decide(Database now) {
        var target = target(now);
        var before = now.item(target.table(), target.key());
        if (!condition.holds(before.attributes())) return new Outcome.ConditionFailed(before);
        return switch (act) {
            case Act.Put(var item) -> kept(target, before, item, "Item size has exceeded the maximum allowed size");
            case Act.Change(var key, Update update) -> {
                checkKey(target.table(), update);
                var old = before.exists() ? before.attributes() : key;
                yield kept(target, before, update.of(old), "Item size to update has exceeded the maximum allowed size");
            }
            case Act.Delete _ -> {
                var gone = new Change.ItemGone(target.table().id(), target.key());
                yield new Outcome.Done(before.exists() ? List.of(gone) : List.of(), before, Item.NONE);
            }
            case Act.Check _ -> new Outcome.Done(List.of(), before, before);
        };
    }

    private static Outcome kept(Target target, Item before, Map<String, AttributeValue> after, String tooLarge) {
        var item = Item.of(after);
        if (item.byteSize() > Limits.ITEM_BYTES_MAX) throw AwsFault.validation(tooLarge);
        target.table().keyOfItem(after); // an update may have set attributes of an index
        return new Outcome.Done(List.of(new Change.ItemKept(target.table().id(), target.key(), item)), before, item);
    }

    private static void checkKey(Table table, Update update) {
        for (var action : update.actions()) {
            var name = action.path().attribute();
            if (table.key().names().contains(name))
                throw Table.invalid("Cannot update attribute %s. This attribute is part of the key".formatted(name));
        }
    }

    /// What several writes do at once, to different items.
    ///
    /// @param outcomes one for each, in their order
    record Together(List<Outcome> outcomes) {
        static Together decide(List<Write> writes, Database now) {
            return new Together(writes.stream().map(write -> write.decide(now)).toList());
        }

        boolean isDone() {
            return outcomes.stream().allMatch(outcome -> outcome instanceof Outcome.Done);
        }

        List<Change> changes() {
            var changes = new ArrayList<Change>();
            for (var outcome : outcomes)
                if (outcome instanceof Outcome.Done(var of, Item _, Item _)) changes.addAll(of);
            return changes;
        }
    }
}
