package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import io.braid.aws.wire.Name;
import java.util.EnumMap;
import java.util.Map;

/// The names of members that are written often, encoded once; others are written as they are.
final class Names {
    static final Name ATTRIBUTES = new Name("Attributes");
    static final Name COUNT = new Name("Count");
    static final Name ITEM = new Name("Item");
    static final Name ITEMS = new Name("Items");
    static final Name LAST_EVALUATED_KEY = new Name("LastEvaluatedKey");
    static final Name SCANNED_COUNT = new Name("ScannedCount");

    static final Map<Type, Name> TYPES = types();

    private Names() {}

    private static Map<Type, Name> types() {
        var names = new EnumMap<Type, Name>(Type.class);
        for (var type : Type.values()) names.put(type, new Name(type.name()));
        return names;
    }
}
