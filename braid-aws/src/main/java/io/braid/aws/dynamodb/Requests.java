package io.braid.aws.dynamodb;

import static io.braid.aws.wire.Shape.integer;
import static io.braid.aws.wire.Shape.oneOf;
import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;
import static io.braid.aws.wire.Shape.text;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.Shape;
import io.braid.aws.wire.TypeFaults;
import io.braid.aws.wire.WireReader;
import io.braid.aws.wire.WireReader.Token;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The requests of the DynamoDB API that are served, from Amazon's published service model (2012-08-10). Members
/// that change nothing here (table classes, streams of changes, consumed capacity) are passed over.
final class Requests {
    private static final int ENTRIES_MAX = 10_000;
    private static final int INT_MAX = Integer.MAX_VALUE;

    private static final Shape.Text TABLE = text(1, 1024); // a name or an ARN
    private static final Shape.Text INDEX = text(3, 255, "[a-zA-Z0-9_.-]+");
    private static final Shape.Text EXPRESSION = text(0, INT_MAX);
    private static final Shape.Text ATTRIBUTE = text(0, 65_535);
    private static final Shape.Text ARN = text(1, 1283);
    private static final Shape.Flag FLAG = new Shape.Flag();
    private static final Shape.Whole ANY = new Shape.Whole("Integer", Long.MIN_VALUE, Long.MAX_VALUE);
    private static final Shape.Whole PAGE = integer(1, INT_MAX);

    private static final Shape ITEM = new Shape.Own(AttributeCodec::readItem);
    private static final Shape VALUE = new Shape.Own(AttributeCodec::read);
    private static final Shape VALUES = new Shape.Own(Requests::valuesAt);
    private static final Shape.Text RETURN_ON_FAILURE = oneOf("ALL_OLD", "NONE");
    private static final Shape.MapOf NAMES = new Shape.MapOf(text(0, INT_MAX), ATTRIBUTE, 0, INT_MAX);

    private static final Shape.Text COMPARISON = oneOf(
            "IN",
            "NULL",
            "BETWEEN",
            "LT",
            "NOT_CONTAINS",
            "EQ",
            "GT",
            "NOT_NULL",
            "NE",
            "LE",
            "BEGINS_WITH",
            "GE",
            "CONTAINS");
    private static final Shape.Structure EXPECTED_ATTRIBUTE = structure(
            optional("Value", VALUE),
            optional("Exists", FLAG),
            optional("ComparisonOperator", COMPARISON),
            optional("AttributeValueList", VALUES));
    private static final Shape CONDITIONS = byAttribute(EXPECTED_ATTRIBUTE);
    private static final Shape UPDATES =
            byAttribute(structure(optional("Value", VALUE), optional("Action", oneOf("ADD", "PUT", "DELETE"))));

    private static final Shape.Structure THROUGHPUT = structure(
            required("ReadCapacityUnits", integer(1, Long.MAX_VALUE)),
            required("WriteCapacityUnits", integer(1, Long.MAX_VALUE)));
    private static final Shape.ListOf DEFINITIONS = new Shape.ListOf(
            structure(required("AttributeName", text(1, 255)), required("AttributeType", oneOf("B", "N", "S"))),
            0,
            INT_MAX);
    private static final Shape.ListOf KEY_SCHEMA = new Shape.ListOf(
            structure(required("AttributeName", text(1, 255)), required("KeyType", oneOf("HASH", "RANGE"))), 1, 2);
    private static final Shape.Structure NEW_INDEX = structure(
            required("IndexName", INDEX),
            required("KeySchema", KEY_SCHEMA),
            required(
                    "Projection",
                    structure(
                            optional("ProjectionType", oneOf("ALL", "KEYS_ONLY", "INCLUDE")),
                            optional("NonKeyAttributes", new Shape.ListOf(text(1, 255), 1, 20)))),
            optional("ProvisionedThroughput", THROUGHPUT));
    private static final Shape.ListOf NEW_INDEXES = new Shape.ListOf(NEW_INDEX, 0, INT_MAX);
    private static final Shape.Text BILLING = oneOf("PROVISIONED", "PAY_PER_REQUEST");
    private static final Shape.ListOf TAGS =
            new Shape.ListOf(structure(required("Key", text(1, 128)), required("Value", text(0, 256))), 0, INT_MAX);

    static final Shape.Structure CREATE_TABLE = structure(
            optional("AttributeDefinitions", DEFINITIONS),
            required("TableName", TABLE),
            required("KeySchema", KEY_SCHEMA),
            optional("LocalSecondaryIndexes", NEW_INDEXES),
            optional("GlobalSecondaryIndexes", NEW_INDEXES),
            optional("BillingMode", BILLING),
            optional("ProvisionedThroughput", THROUGHPUT),
            optional("StreamSpecification", structure(optional("StreamEnabled", FLAG))),
            optional("Tags", TAGS),
            optional("DeletionProtectionEnabled", FLAG));

    static final Shape.Structure UPDATE_TABLE = structure(
            optional("AttributeDefinitions", DEFINITIONS),
            required("TableName", TABLE),
            optional("BillingMode", BILLING),
            optional("ProvisionedThroughput", THROUGHPUT),
            optional(
                    "GlobalSecondaryIndexUpdates",
                    new Shape.ListOf(
                            structure(
                                    optional("Create", NEW_INDEX),
                                    optional(
                                            "Update",
                                            structure(
                                                    required("IndexName", INDEX),
                                                    optional("ProvisionedThroughput", THROUGHPUT))),
                                    optional("Delete", structure(required("IndexName", INDEX)))),
                            0,
                            INT_MAX)),
            optional("StreamSpecification", structure(optional("StreamEnabled", FLAG))),
            optional("DeletionProtectionEnabled", FLAG));

    /// For the operations that name a table and nothing else.
    static final Shape.Structure OF_TABLE = structure(required("TableName", TABLE));

    static final Shape.Structure LIST_TABLES =
            structure(optional("ExclusiveStartTableName", text(3, 255)), optional("Limit", integer(1, 100)));

    static final Shape.Structure UPDATE_BACKUPS = structure(
            required("TableName", TABLE),
            required("PointInTimeRecoverySpecification", structure(required("PointInTimeRecoveryEnabled", FLAG))));

    static final Shape.Structure UPDATE_TIME_TO_LIVE = structure(
            required("TableName", TABLE),
            required(
                    "TimeToLiveSpecification",
                    structure(required("Enabled", FLAG), required("AttributeName", text(1, 255)))));

    static final Shape.Structure TAG_RESOURCE = structure(required("ResourceArn", ARN), required("Tags", TAGS));
    static final Shape.Structure UNTAG_RESOURCE =
            structure(required("ResourceArn", ARN), required("TagKeys", new Shape.ListOf(text(1, 128), 0, INT_MAX)));
    static final Shape.Structure LIST_TAGS = structure(required("ResourceArn", ARN), optional("NextToken", EXPRESSION));

    static final Shape.Structure GET_ITEM = structure(
            required("TableName", TABLE),
            required("Key", ITEM),
            optional("AttributesToGet", new Shape.ListOf(ATTRIBUTE, 1, INT_MAX)),
            optional("ConsistentRead", FLAG),
            optional("ProjectionExpression", EXPRESSION),
            optional("ExpressionAttributeNames", NAMES));

    static final Shape.Structure PUT_ITEM = write(required("Item", ITEM));
    static final Shape.Structure DELETE_ITEM = write(required("Key", ITEM));
    static final Shape.Structure UPDATE_ITEM = write(
            required("Key", ITEM), optional("AttributeUpdates", UPDATES), optional("UpdateExpression", EXPRESSION));

    static final Shape.Structure QUERY = read(
            optional("IndexName", INDEX),
            optional("KeyConditionExpression", EXPRESSION),
            optional("KeyConditions", CONDITIONS),
            optional("QueryFilter", CONDITIONS),
            optional("ScanIndexForward", FLAG));

    static final Shape.Structure SCAN = read(
            optional("IndexName", INDEX),
            optional("ScanFilter", CONDITIONS),
            optional("Segment", integer(0, 999_999)),
            optional("TotalSegments", integer(1, 1_000_000)));

    static final Shape.Structure TRANSACT_WRITE_ITEMS = structure(
            required(
                    "TransactItems",
                    new Shape.ListOf(
                            structure(
                                    optional(
                                            "ConditionCheck",
                                            part(required("Key", ITEM), required("ConditionExpression", EXPRESSION))),
                                    optional("Put", part(required("Item", ITEM))),
                                    optional("Delete", part(required("Key", ITEM))),
                                    optional(
                                            "Update",
                                            part(required("Key", ITEM), required("UpdateExpression", EXPRESSION)))),
                            1,
                            Limits.TRANSACTION_ITEMS_MAX)),
            optional("ClientRequestToken", text(1, 36)));

    private static final Shape.Structure BATCH_GET_KEYS = structure(
            required("Keys", new Shape.ListOf(ITEM, 1, Limits.BATCH_GETS_MAX)),
            optional("AttributesToGet", new Shape.ListOf(ATTRIBUTE, 1, INT_MAX)),
            optional("ConsistentRead", FLAG),
            optional("ProjectionExpression", EXPRESSION),
            optional("ExpressionAttributeNames", NAMES));
    static final Shape.Structure BATCH_GET_ITEM = structure(required("RequestItems", byAttribute(BATCH_GET_KEYS)));

    private static final Shape.Structure BATCH_WRITE = structure(
            optional("PutRequest", structure(required("Item", ITEM))),
            optional("DeleteRequest", structure(required("Key", ITEM))));
    static final Shape.Structure BATCH_WRITE_ITEM =
            structure(required("RequestItems", new Shape.Own(Requests::writesByTable)));

    private Requests() {}

    /// The members that all single writes have, and more.
    private static Shape.Structure write(Shape.Member... more) {
        var members = new ArrayList<>(List.of(
                required("TableName", TABLE),
                optional("Expected", CONDITIONS),
                optional("ConditionalOperator", oneOf("AND", "OR")),
                optional("ReturnValues", oneOf("ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"))));
        members.addAll(partMembers());
        members.addAll(List.of(more));
        return new Shape.Structure(members);
    }

    /// One write of a transaction.
    private static Shape.Structure part(Shape.Member... more) {
        var members = new ArrayList<>(List.of(required("TableName", TABLE)));
        members.addAll(partMembers());
        members.addAll(List.of(more));
        return new Shape.Structure(members);
    }

    private static List<Shape.Member> partMembers() {
        return List.of(
                optional("ConditionExpression", EXPRESSION),
                optional("ExpressionAttributeNames", NAMES),
                optional("ExpressionAttributeValues", ITEM),
                optional("ReturnValuesOnConditionCheckFailure", RETURN_ON_FAILURE));
    }

    private static Shape.Structure read(Shape.Member... more) {
        var members = new ArrayList<>(List.of(
                required("TableName", TABLE),
                optional("Select", oneOf("SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")),
                optional("AttributesToGet", new Shape.ListOf(ATTRIBUTE, 1, INT_MAX)),
                optional("Limit", PAGE),
                optional("ConsistentRead", FLAG),
                optional("ConditionalOperator", oneOf("AND", "OR")),
                optional("ExclusiveStartKey", ITEM),
                optional("ProjectionExpression", EXPRESSION),
                optional("FilterExpression", EXPRESSION),
                optional("ExpressionAttributeNames", NAMES),
                optional("ExpressionAttributeValues", ITEM)));
        members.addAll(List.of(more));
        return new Shape.Structure(members);
    }

    private static Shape byAttribute(Shape.Structure shape) {
        return new Shape.Own(reader -> {
            TypeFaults.expectContainer(reader, Token.MAP, "Expected map or null");
            var entries = new LinkedHashMap<String, Params>();
            for (reader.enterMap(); reader.nextName(); ) {
                var name = reader.text();
                if (entries.size() == ENTRIES_MAX) throw AwsFault.unreadable();
                entries.put(name, Params.structureAt(reader, shape));
            }
            return entries;
        });
    }

    private static Object writesByTable(WireReader reader) {
        TypeFaults.expectContainer(reader, Token.MAP, "Expected map or null");
        var entries = new LinkedHashMap<String, List<Params>>();
        int count = 0;
        for (reader.enterMap(); reader.nextName(); ) {
            var name = reader.text();
            TypeFaults.expectContainer(reader, Token.LIST, "Expected list or null");
            var writes = new ArrayList<Params>();
            for (reader.enterList(); reader.nextItem(); ) {
                if (++count > ENTRIES_MAX) throw AwsFault.unreadable();
                writes.add(Params.structureAt(reader, BATCH_WRITE));
            }
            entries.put(name, writes);
        }
        return entries;
    }

    private static Object valuesAt(WireReader reader) {
        TypeFaults.expectContainer(reader, Token.LIST, "Expected list or null");
        var values = new ArrayList<AttributeValue>();
        for (reader.enterList(); reader.nextItem(); ) {
            if (values.size() == ENTRIES_MAX) throw AwsFault.unreadable();
            values.add(AttributeCodec.read(reader));
        }
        return values;
    }

    // What the shapes of this service have read, with their types.

    @SuppressWarnings("unchecked") // read by AttributeCodec
    static Map<String, AttributeValue> item(Params params, String name) {
        return params.own(name, Map.class).orElse(Map.of());
    }

    @SuppressWarnings("unchecked") // read by valuesAt
    static List<AttributeValue> values(Params params, String name) {
        return params.own(name, List.class).orElse(List.of());
    }

    @SuppressWarnings("unchecked") // read by byAttribute
    static Map<String, Params> structures(Params params, String name) {
        return params.own(name, Map.class).orElse(Map.of());
    }

    @SuppressWarnings("unchecked") // read by writesByTable
    static Map<String, List<Params>> writes(Params params, String name) {
        return params.own(name, Map.class).orElse(Map.of());
    }
}
