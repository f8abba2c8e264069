package io.braid.aws.dynamodb;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The names of the attributes that make a key: the hash key, and perhaps a range key.
record KeySchema(List<String> names) {
    KeySchema {
        names = List.copyOf(names);
    }

    String hash() {
        return names.getFirst();
    }

    Optional<String> range() {
        return names.size() > 1 ? Optional.of(names.getLast()) : Optional.empty();
    }

    /// The key of an item; empty if it lacks an attribute of it.
    Optional<Key> of(Map<String, AttributeValue> item) {
        var values = new ArrayList<AttributeValue>();
        for (var name : names) {
            var value = item.get(name);
            if (value == null) return Optional.empty();
            values.add(value);
        }
        return Optional.of(new Key(values));
    }

    /// The part of an item that is its key.
    Map<String, AttributeValue> part(Map<String, AttributeValue> item) {
        var part = new LinkedHashMap<String, AttributeValue>();
        for (var name : names) part.put(name, item.get(name));
        return part;
    }
}
