package io.braid.aws.dynamodb;

import java.util.Map;

/// The attributes of an item, and how large DynamoDB calls it. Immutable.
record Item(Map<String, AttributeValue> attributes, int byteSize) {
    /// What stands for an item that is not there.
    static final Item NONE = new Item(Map.of(), 0);

    static Item of(Map<String, AttributeValue> attributes) {
        return new Item(attributes, AttributeValue.byteSize(attributes));
    }

    boolean exists() {
        return this != NONE;
    }
}
