package io.braid.aws.dynamodb;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// All tables and their items in memory: what all changes so far have led to. Items of a table that is not (or not
/// yet) known are kept, too, as compaction may have left a table's record behind those of its items.
///
/// Guarded by the lock of [Store].
final class Database {
    private final TreeMap<String, Table> byName = new TreeMap<>();
    private final Map<UUID, Table> byId = new HashMap<>();
    private final Map<UUID, TreeMap<Key, Item>> items = new HashMap<>();
    private long memory;

    void apply(Change change) {
        switch (change) {
            case Change.TableKept(Table table) -> {
                byId.put(table.id(), table);
                byName.put(table.name(), table);
            }
            case Change.TableGone(UUID id) -> {
                var table = byId.remove(id);
                if (table != null) byName.remove(table.name(), table);
            }
            case Change.ItemKept(UUID table, Key key, Item item) -> {
                var before = items.computeIfAbsent(table, _ -> new TreeMap<>()).put(key, item);
                memory += item.memory() - (before == null ? 0 : before.memory());
            }
            case Change.ItemGone(UUID table, Key key) -> {
                var kept = items.get(table);
                var before = kept == null ? null : kept.remove(key);
                if (before != null) memory -= before.memory();
                if (kept != null && kept.isEmpty()) items.remove(table);
            }
        }
    }

    /// By how many bytes of memory these changes make the items of all tables larger.
    long growth(List<Change> changes) {
        long growth = 0;
        for (var change : changes) {
            if (change instanceof Change.ItemKept(UUID table, Key key, Item item))
                growth += item.memory() - item(table, key).memory();
            if (change instanceof Change.ItemGone(UUID table, Key key))
                growth -= item(table, key).memory();
        }
        return growth;
    }

    /// About how many bytes of memory all items take.
    long memory() {
        return memory;
    }

    Optional<Table> table(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /// All tables by name.
    NavigableMap<String, Table> tables() {
        return Collections.unmodifiableNavigableMap(byName);
    }

    /// [Item#NONE] if there is none.
    Item item(Table table, Key key) {
        return item(table.id(), key);
    }

    private Item item(UUID table, Key key) {
        var kept = items.get(table);
        return kept == null ? Item.NONE : kept.getOrDefault(key, Item.NONE);
    }

    /// A table's items by key.
    NavigableMap<Key, Item> items(Table table) {
        return items(table.id());
    }

    NavigableMap<Key, Item> items(UUID table) {
        var kept = items.get(table);
        return kept == null ? Collections.emptyNavigableMap() : Collections.unmodifiableNavigableMap(kept);
    }

    /// Tables that have items and do not exist: the end of a deletion that was cut short.
    Collection<UUID> orphans() {
        return items.keySet().stream().filter(id -> !byId.containsKey(id)).toList();
    }
}
