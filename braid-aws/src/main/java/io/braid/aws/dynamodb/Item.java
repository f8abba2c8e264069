package io.braid.aws.dynamodb;

import java.util.Map;

/// The attributes of an item. Immutable.
///
/// @param byteSize how large DynamoDB calls it
/// @param memory   about how many bytes its objects take
record Item(Map<String, AttributeValue> attributes, int byteSize, int memory) {
    /// What stands for an item that is not there.
    static final Item NONE = new Item(Map.of(), 0, 0);

    /// An entry of a map, a name, a value and what is in it.
    private static final int VALUE_OVERHEAD_BYTES = 128;

    private static final int OVERHEAD_BYTES = 256; // the maps, and the key

    static Item of(Map<String, AttributeValue> attributes) {
        int byteSize = AttributeValue.byteSize(attributes);
        int memory = byteSize + OVERHEAD_BYTES + VALUE_OVERHEAD_BYTES * AttributeValue.count(attributes);
        return new Item(attributes, byteSize, memory);
    }

    boolean exists() {
        return this != NONE;
    }
}
