package io.braid.aws.dynamodb;

import io.braid.aws.wire.WireWriter;
import java.util.List;
import java.util.TreeMap;

/// Writes tables as DescribeTable and its like show them.
final class Description {
    private Description() {}

    /// @param status ACTIVE, or DELETING of one that is gone already
    static void table(WireWriter answer, Table table, String arn, String status, long items, long bytes) {
        answer.startMap().field("AttributeDefinitions").startList();
        new TreeMap<>(table.types())
                .forEach((name, type) -> answer.startMap()
                        .field("AttributeName")
                        .text(name)
                        .field("AttributeType")
                        .text(type.name())
                        .endMap());
        answer.endList();
        answer.field("TableName").text(table.name());
        keySchema(answer, table.key());
        answer.field("TableStatus").text(status);
        answer.field("CreationDateTime").moment(table.createdMillis());
        throughput(answer, table.billing().throughput());
        answer.field("TableSizeBytes").number(bytes);
        answer.field("ItemCount").number(items);
        answer.field("TableArn").text(arn);
        answer.field("TableId").text(table.id().toString());
        if (table.billing().isOnDemand())
            answer.field("BillingModeSummary")
                    .startMap()
                    .field("BillingMode")
                    .text("PAY_PER_REQUEST")
                    .field("LastUpdateToPayPerRequestDateTime")
                    .moment(table.createdMillis())
                    .endMap();
        indexes(answer, "LocalSecondaryIndexes", table, arn, false);
        indexes(answer, "GlobalSecondaryIndexes", table, arn, true);
        answer.field("DeletionProtectionEnabled").flag(table.isProtected());
        answer.endMap();
    }

    private static void indexes(WireWriter answer, String member, Table table, String arn, boolean global) {
        List<Table.Index> indexes = table.indexes().stream()
                .filter(index -> index.isGlobal() == global)
                .toList();
        if (indexes.isEmpty()) return;
        answer.field(member).startList();
        for (var index : indexes) index(answer, index, arn);
        answer.endList();
    }

    private static void index(WireWriter answer, Table.Index index, String arn) {
        answer.startMap().field("IndexName").text(index.name());
        keySchema(answer, index.key());
        answer.field("Projection")
                .startMap()
                .field("ProjectionType")
                .text(index.projection().name());
        if (!index.included().isEmpty()) {
            answer.field("NonKeyAttributes").startList();
            for (var name : index.included()) answer.text(name);
            answer.endList();
        }
        answer.endMap();
        if (index.isGlobal()) {
            answer.field("IndexStatus").text("ACTIVE");
            throughput(answer, index.throughput());
        }
        answer.field("IndexArn").text(arn + "/index/" + index.name());
        answer.endMap();
    }

    private static void keySchema(WireWriter answer, KeySchema key) {
        answer.field("KeySchema").startList();
        for (var name : key.names())
            answer.startMap()
                    .field("AttributeName")
                    .text(name)
                    .field("KeyType")
                    .text(name.equals(key.hash()) ? "HASH" : "RANGE")
                    .endMap();
        answer.endList();
    }

    private static void throughput(WireWriter answer, Table.Throughput throughput) {
        answer.field("ProvisionedThroughput")
                .startMap()
                .field("NumberOfDecreasesToday")
                .number(0)
                .field("ReadCapacityUnits")
                .number(throughput.read())
                .field("WriteCapacityUnits")
                .number(throughput.write())
                .endMap();
    }
}
