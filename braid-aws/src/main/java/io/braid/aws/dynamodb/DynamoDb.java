package io.braid.aws.dynamodb;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Operation;
import io.braid.broker.Broker;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The part of Amazon DynamoDB that the Kinesis Client Library needs: its operations by name. Any thread; each call
/// blocks until it is answered.
public final class DynamoDb {
    /// What X-Amz-Target begins with.
    public static final String TARGET = "DynamoDB_20120810";

    private final SortedMap<String, Operation> operations;

    /// @param account twelve digits, named in ARNs
    public DynamoDb(Broker broker, InstantSource clock, String account) {
        this(broker, clock, account, Limits.MEMORY_BYTES_MAX);
    }

    /// @param memoryMax about how many bytes the items of all tables may take
    DynamoDb(Broker broker, InstantSource clock, String account, long memoryMax) {
        var store = new Store(broker, clock, memoryMax);
        var tables = new TableOperations(store, new Tables(account), clock);
        var reading = new ReadOperations(store);
        var writing = new WriteOperations(store);
        operations = new TreeMap<>(Map.ofEntries(
                Map.entry("CreateTable", tables::create),
                Map.entry("DescribeTable", tables::describe),
                Map.entry("UpdateTable", tables::update),
                Map.entry("DeleteTable", tables::delete),
                Map.entry("ListTables", tables::list),
                Map.entry("UpdateContinuousBackups", tables::updateBackups),
                Map.entry("DescribeContinuousBackups", tables::describeBackups),
                Map.entry("UpdateTimeToLive", tables::updateTimeToLive),
                Map.entry("DescribeTimeToLive", tables::describeTimeToLive),
                Map.entry("TagResource", tables::tag),
                Map.entry("UntagResource", tables::untag),
                Map.entry("ListTagsOfResource", tables::listTags),
                Map.entry("GetItem", reading::get),
                Map.entry("Query", reading::query),
                Map.entry("Scan", reading::scan),
                Map.entry("BatchGetItem", reading::batch),
                Map.entry("PutItem", writing::put),
                Map.entry("UpdateItem", writing::update),
                Map.entry("DeleteItem", writing::delete),
                Map.entry("TransactWriteItems", writing::transact),
                Map.entry("BatchWriteItem", writing::batch)));
    }

    public Optional<Operation> operation(String name) {
        return Optional.ofNullable(operations.get(name));
    }

    /// The names of all operations, in order.
    Set<String> names() {
        return operations.keySet();
    }

    /// What is said to whoever asks for another operation.
    public AwsFault unknown(String name) {
        return AwsFault.unknownOperation(
                "Braid serves the part of DynamoDB that the Kinesis Client Library needs, and %s is not in it. It is: %s."
                        .formatted(name, String.join(", ", names())));
    }
}
