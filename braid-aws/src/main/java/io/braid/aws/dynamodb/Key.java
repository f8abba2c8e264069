package io.braid.aws.dynamodb;

import java.util.List;

/// The values of an item's key attributes, or of those that an index sorts by, in the order of their schema. Ordered,
/// value by value; two keys have values of the same types.
///
/// @param values at least one, each of type S, N or B
record Key(List<AttributeValue> values) implements Comparable<Key> {
    Key {
        values = List.copyOf(values);
    }

    AttributeValue hash() {
        return values.getFirst();
    }

    @Override
    public int compareTo(Key other) {
        int common = Math.min(values.size(), other.values.size());
        for (int i = 0; i < common; i++) {
            int order = AttributeValue.compare(values.get(i), other.values.get(i));
            if (order != 0) return order;
        }
        return Integer.compare(values.size(), other.values.size());
    }
}
