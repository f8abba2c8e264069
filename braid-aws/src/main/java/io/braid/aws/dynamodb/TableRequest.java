package io.braid.aws.dynamodb;

import io.braid.aws.dynamodb.AttributeValue.Type;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// Reads what CreateTable and UpdateTable ask for, and makes sure that it is a table.
final class TableRequest {
    private TableRequest() {}

    static Table create(Params params, UUID id, long nowMillis) {
        refuseStream(params);
        var name = Tables.name(params.requiredText("TableName"));
        var types = types(params);
        var key = keySchema(params);
        var indexes = new ArrayList<Table.Index>();
        for (var index : params.structures("LocalSecondaryIndexes")) {
            var local = index(index, false);
            if (!local.key().hash().equals(key.hash()))
                throw Table.invalid("Index KeySchema does not have the same leading hash key as table KeySchema for"
                        + " index: %s. index hash key: %s, table hash key: %s"
                                .formatted(local.name(), local.key().hash(), key.hash()));
            indexes.add(local);
        }
        for (var index : params.structures("GlobalSecondaryIndexes")) indexes.add(index(index, true));
        var table = new Table(
                id,
                name,
                nowMillis,
                types,
                key,
                indexes,
                billing(params),
                params.flag("DeletionProtectionEnabled"),
                false,
                tags(params));
        check(table, true);
        return table;
    }

    static Table update(Table table, Params params) {
        refuseStream(params);
        var after = table;
        if (params.has("BillingMode") || params.has("ProvisionedThroughput"))
            after = after.withBilling(billing(params));
        if (params.has("DeletionProtectionEnabled"))
            after = after.withProtection(params.flag("DeletionProtectionEnabled"));
        var types = new TreeMap<>(table.types());
        types.putAll(types(params));
        for (var update : params.structures("GlobalSecondaryIndexUpdates")) after = updated(after, types, update);
        if (after.equals(table) && !params.has("GlobalSecondaryIndexUpdates"))
            throw AwsFault.validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled,"
                    + " GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required");
        after = after.withIndexes(usedTypes(after, types), after.indexes());
        check(after, false);
        return after;
    }

    private static Table updated(Table table, Map<String, Type> types, Params update) {
        var indexes = new ArrayList<>(table.indexes());
        var create = update.structure("Create");
        var change = update.structure("Update");
        var delete = update.structure("Delete");
        if (create.isPresent()) {
            indexes.add(index(create.get(), true));
        } else if (change.isPresent()) {
            var old = existing(table, change.get());
            indexes.set(
                    indexes.indexOf(old),
                    new Table.Index(
                            old.name(), true, old.key(), old.projection(), old.included(), throughput(change.get())));
        } else if (delete.isPresent()) {
            indexes.remove(existing(table, delete.get()));
        }
        return table.withIndexes(types, indexes);
    }

    private static Table.Index existing(Table table, Params named) {
        var name = named.requiredText("IndexName");
        return table.index(name)
                .filter(Table.Index::isGlobal)
                .orElseThrow(() -> Faults.of(
                        "ResourceNotFoundException",
                        "Requested resource not found: Index: %s not found".formatted(name)));
    }

    /// An update names the types of what it adds; those that no key uses any more are not kept.
    private static Map<String, Type> usedTypes(Table table, Map<String, Type> types) {
        var used = new TreeMap<>(types);
        used.keySet().retainAll(keyNames(table));
        return used;
    }

    private static HashSet<String> keyNames(Table table) {
        var names = new HashSet<>(table.key().names());
        for (var index : table.indexes()) names.addAll(index.key().names());
        return names;
    }

    private static void check(Table table, boolean isNew) {
        var keys = keyNames(table);
        for (var name : keys)
            if (!table.types().containsKey(name))
                throw Table.invalid(("Some index key attributes are not defined in AttributeDefinitions. Keys: [%s],"
                                + " AttributeDefinitions: %s")
                        .formatted(name, new TreeMap<>(table.types()).keySet()));
        if (isNew && table.types().size() > keys.size())
            throw Table.invalid("Number of attributes in KeySchema does not exactly match number of attributes defined"
                    + " in AttributeDefinitions");
        if (table.indexes().size() > Limits.INDEXES_MAX)
            throw Table.invalid("GlobalSecondaryIndex count exceeds the per-table limit of " + Limits.INDEXES_MAX);
        var names = new HashSet<String>();
        for (var index : table.indexes())
            if (!names.add(index.name()))
                throw isNew
                        ? Table.invalid("Duplicate index name: " + index.name())
                        : AwsFault.validation("Attempting to create an index which already exists");
    }

    private static Map<String, Type> types(Params params) {
        var types = new LinkedHashMap<String, Type>();
        for (var definition : params.structures("AttributeDefinitions")) {
            var name = definition.requiredText("AttributeName");
            if (types.put(name, Type.valueOf(definition.requiredText("AttributeType"))) != null)
                throw Table.invalid("Duplicate AttributeName in AttributeDefinitions: " + name);
        }
        return types;
    }

    private static KeySchema keySchema(Params params) {
        var names = new ArrayList<String>();
        var elements = params.structures("KeySchema");
        for (int i = 0; i < elements.size(); i++) {
            var wanted = i == 0 ? "HASH" : "RANGE";
            if (!elements.get(i).requiredText("KeyType").equals(wanted))
                throw Table.invalid("Invalid KeySchema: The %s KeySchemaElement is not a %s key type"
                        .formatted(i == 0 ? "first" : "second", wanted));
            names.add(elements.get(i).requiredText("AttributeName"));
        }
        if (new HashSet<>(names).size() < names.size())
            throw AwsFault.validation(
                    "Both the Hash Key and the Range Key element in the KeySchema have the same name");
        return new KeySchema(names);
    }

    private static Table.Index index(Params params, boolean isGlobal) {
        var projection = params.structure("Projection").orElseThrow();
        var kind = projection.text("ProjectionType").map(Table.Projection::valueOf);
        if (kind.isEmpty()) throw Table.invalid("Unknown ProjectionType: null");
        List<String> included = projection.texts("NonKeyAttributes");
        if (included.isEmpty() == (kind.get() == Table.Projection.INCLUDE))
            throw Table.invalid(
                    included.isEmpty()
                            ? "ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
                            : "ProjectionType is %s, but NonKeyAttributes is specified".formatted(kind.get()));
        return new Table.Index(
                params.requiredText("IndexName"),
                isGlobal,
                keySchema(params),
                kind.get(),
                included,
                throughput(params));
    }

    private static Table.Throughput throughput(Params params) {
        return params.structure("ProvisionedThroughput")
                .map(units -> new Table.Throughput(
                        units.number("ReadCapacityUnits").orElse(0),
                        units.number("WriteCapacityUnits").orElse(0)))
                .orElse(Table.Throughput.NONE);
    }

    private static Table.Billing billing(Params params) {
        boolean isOnDemand = params.text("BillingMode").orElse("PROVISIONED").equals("PAY_PER_REQUEST");
        boolean hasUnits = params.has("ProvisionedThroughput");
        if (isOnDemand && hasUnits)
            throw Table.invalid("Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is"
                    + " PAY_PER_REQUEST");
        if (!isOnDemand && !hasUnits)
            throw Table.invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is"
                    + " PROVISIONED");
        return new Table.Billing(isOnDemand, throughput(params));
    }

    static Map<String, String> tags(Params params) {
        var tags = new LinkedHashMap<String, String>();
        for (var tag : params.structures("Tags")) tags.put(tag.requiredText("Key"), tag.requiredText("Value"));
        return tags;
    }

    private static void refuseStream(Params params) {
        boolean asked = params.structure("StreamSpecification")
                .filter(stream -> stream.flag("StreamEnabled"))
                .isPresent();
        if (asked)
            throw AwsFault.validation(
                    "Tables of Braid have no streams of their changes: leave StreamSpecification out.");
    }
}
