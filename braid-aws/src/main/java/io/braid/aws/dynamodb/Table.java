package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import io.braid.aws.wire.AwsFault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// What a table is, without its items. Immutable: a change makes another.
///
/// @param id            never reused, unlike the name
/// @param createdMillis since 1970
/// @param types         of the attributes that keys and indexes are made of: S, N or B
/// @param indexes       global and local ones
/// @param billing       what was asked for and is answered; nothing is limited by it
/// @param isProtected   whether it may not be deleted
/// @param hasRecovery   whether point-in-time recovery is said to be on; there are no backups here
record Table(
        UUID id,
        String name,
        long createdMillis,
        Map<String, Type> types,
        KeySchema key,
        List<Index> indexes,
        Billing billing,
        boolean isProtected,
        boolean hasRecovery,
        Map<String, String> tags) {

    /// A second order of the items that have its key attributes. Nothing is kept for it: a query looks at all items.
    ///
    /// @param included the attributes shown beside the keys, with the projection INCLUDE
    record Index(
            String name,
            boolean isGlobal,
            KeySchema key,
            Projection projection,
            List<String> included,
            Throughput throughput) {}

    enum Projection {
        KEYS_ONLY,
        INCLUDE,
        ALL
    }

    record Throughput(long read, long write) {
        static final Throughput NONE = new Throughput(0, 0);
    }

    record Billing(boolean isOnDemand, Throughput throughput) {}

    Table {
        types = Map.copyOf(types);
        indexes = List.copyOf(indexes);
        tags = Map.copyOf(tags);
    }

    Optional<Index> index(String name) {
        return indexes.stream().filter(index -> index.name().equals(name)).findFirst();
    }

    Table withIndexes(Map<String, Type> typesNow, List<Index> now) {
        return new Table(id, name, createdMillis, typesNow, key, now, billing, isProtected, hasRecovery, tags);
    }

    Table withBilling(Billing now) {
        return new Table(id, name, createdMillis, types, key, indexes, now, isProtected, hasRecovery, tags);
    }

    Table withProtection(boolean now) {
        return new Table(id, name, createdMillis, types, key, indexes, billing, now, hasRecovery, tags);
    }

    Table withRecovery(boolean now) {
        return new Table(id, name, createdMillis, types, key, indexes, billing, isProtected, now, tags);
    }

    Table withTags(Map<String, String> now) {
        return new Table(id, name, createdMillis, types, key, indexes, billing, isProtected, hasRecovery, now);
    }

    /// The key that a request names an item by.
    ///
    /// @throws AwsFault it is none of this table
    Key keyOf(Map<String, AttributeValue> asked) {
        var found = key.of(asked).filter(_ -> asked.size() == key.names().size());
        boolean fits = found.isPresent()
                && key.names().stream().allMatch(name -> asked.get(name).type() == types.get(name));
        if (!fits) throw AwsFault.validation("The provided key element does not match the schema");
        checkValues(key, found.get());
        return found.get();
    }

    /// The key of an item that is to be kept.
    ///
    /// @throws AwsFault it is none of this table
    Key keyOfItem(Map<String, AttributeValue> item) {
        for (var name : key.names()) {
            var value = item.get(name);
            if (value == null) throw invalid("Missing the key %s in the item".formatted(name));
            if (value.type() != types.get(name))
                throw invalid("Type mismatch for key %s expected: %s actual: %s"
                        .formatted(name, types.get(name), value.type()));
        }
        for (var index : indexes) checkIndex(index, item);
        var found = key.of(item).orElseThrow();
        checkValues(key, found);
        return found;
    }

    private void checkIndex(Index index, Map<String, AttributeValue> item) {
        for (var name : index.key().names()) {
            var value = item.get(name);
            if (value == null) continue; // not in the index
            if (value.type() != types.get(name))
                throw invalid("Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s"
                        .formatted(name, types.get(name), value.type(), index.name()));
            checkEmpty(name, value);
        }
    }

    private static void checkValues(KeySchema schema, Key key) {
        for (int i = 0; i < key.values().size(); i++) {
            var value = key.values().get(i);
            checkEmpty(schema.names().get(i), value);
            int max = i == 0 ? Limits.HASH_KEY_BYTES_MAX : Limits.RANGE_KEY_BYTES_MAX;
            if (value.byteSize() > max)
                throw invalid("Size of %s has exceeded the maximum size limit of%s bytes"
                        .formatted(i == 0 ? "hashkey" : "rangekey", max)); // the missing space is DynamoDB's
        }
    }

    private static void checkEmpty(String name, AttributeValue value) {
        if (value.type() != Type.N && value.byteSize() == 0)
            throw AwsFault.validation(("One or more parameter values are not valid. The AttributeValue for a key"
                            + " attribute cannot contain an empty %s value. Key: %s")
                    .formatted(value.type() == Type.S ? "string" : "binary", name));
    }

    static AwsFault invalid(String what) {
        return AwsFault.validation("One or more parameter values were invalid: " + what);
    }
}
