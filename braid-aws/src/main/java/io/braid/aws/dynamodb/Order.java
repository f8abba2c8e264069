package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// In which order, and with which attributes, a Query or Scan sees a table's items: the table's own, or an index's,
/// which only has those with its key attributes.
///
/// @param names of the attributes that an index sorts by and then the table's key, as a place is told by them
record Order(Table table, KeySchema key, List<String> names, Projection shown, boolean isTable) {
    static Order of(Table table, Optional<String> indexName) {
        if (indexName.isEmpty())
            return new Order(table, table.key(), table.key().names(), Projection.ALL, true);
        var index = table.index(indexName.get())
                .orElseThrow(
                        () -> AwsFault.validation("The table does not have the specified index: " + indexName.get()));
        var names = new ArrayList<>(index.key().names());
        for (var name : table.key().names()) if (!names.contains(name)) names.add(name);
        var shown = new ArrayList<>(names);
        for (var name : index.included()) if (!shown.contains(name)) shown.add(name);
        return new Order(
                table,
                index.key(),
                names,
                index.projection() == Table.Projection.ALL ? Projection.ALL : Projection.ofAttributes(shown),
                false);
    }

    record Placed(Key place, Item item) {}

    /// All items with their places.
    Stream<Placed> all(Database now) {
        var items = now.items(table);
        if (isTable) return items.entrySet().stream().map(entry -> new Placed(entry.getKey(), entry.getValue()));
        return sorted(items.values().stream());
    }

    /// Those of one hash key.
    Stream<Placed> of(Database now, AttributeValue hash) {
        if (!isTable)
            return sorted(now.items(table).values().stream()
                    .filter(item -> hash.equals(item.attributes().get(key.hash()))));
        return now.items(table).tailMap(new Key(List.of(hash)), true).entrySet().stream()
                .takeWhile(entry -> entry.getKey().hash().equals(hash))
                .map(entry -> new Placed(entry.getKey(), entry.getValue()));
    }

    private Stream<Placed> sorted(Stream<Item> items) {
        var schema = new KeySchema(names);
        return items.<Placed>mapMulti((item, placed) -> schema.of(item.attributes())
                        .filter(this::isTyped)
                        .ifPresent(place -> placed.accept(new Placed(place, item))))
                .sorted((one, other) -> one.place().compareTo(other.place()));
    }

    /// Items that are older than an index may have its attributes with other types, and are not in it then.
    private boolean isTyped(Key place) {
        for (int i = 0; i < names.size(); i++)
            if (place.values().get(i).type() != table.types().get(names.get(i))) return false;
        return true;
    }

    /// The place that a request goes on behind.
    ///
    /// @throws AwsFault it is none of this order
    Key placeOf(Map<String, AttributeValue> start) {
        boolean fits = start.size() == names.size()
                && names.stream()
                        .allMatch(name -> start.containsKey(name)
                                && start.get(name).type() == table.types().get(name));
        if (!fits) throw AwsFault.validation("The provided starting key is invalid");
        return new KeySchema(names).of(start).orElseThrow();
    }

    /// A place as an answer tells it.
    Map<String, AttributeValue> told(Key place) {
        var told = new LinkedHashMap<String, AttributeValue>();
        for (int i = 0; i < names.size(); i++)
            told.put(names.get(i), place.values().get(i));
        return told;
    }
}
