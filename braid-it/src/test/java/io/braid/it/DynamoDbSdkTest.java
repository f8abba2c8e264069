package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeAction;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.AttributeValueUpdate;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.ExpectedAttributeValue;
import software.amazon.awssdk.services.dynamodb.model.GlobalSecondaryIndexUpdate;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ProjectionType;
import software.amazon.awssdk.services.dynamodb.model.ResourceInUseException;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableStatus;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;

/// The AWS SDK's own DynamoDB client: what it makes of the answers, in its own types and exceptions.
@ExtendWith(OneServer.class)
class DynamoDbSdkTest {
    private DynamoDbClient client;
    private String table;

    @BeforeEach
    void createTable(RunningServer server) {
        client = DynamoDbClient.builder()
                .endpointOverride(server.endpoint())
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")))
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .httpClient(UrlConnectionHttpClient.create())
                .build();
        table = Names.fresh("leases");
        client.createTable(r -> r.tableName(table)
                .keySchema(key("leaseKey", KeyType.HASH))
                .attributeDefinitions(text("leaseKey"))
                .billingMode(BillingMode.PAY_PER_REQUEST));
        client.waiter().waitUntilTableExists(r -> r.tableName(table));
    }

    @AfterEach
    void deleteTable() {
        client.deleteTable(r -> r.tableName(table));
        client.waiter().waitUntilTableNotExists(r -> r.tableName(table));
        client.close();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    private static AttributeDefinition text(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static AttributeValue s(String text) {
        return AttributeValue.fromS(text);
    }

    private static AttributeValue n(long number) {
        return AttributeValue.fromN(Long.toString(number));
    }

    private static Map<String, AttributeValue> key(String key) {
        return Map.of("leaseKey", s(key));
    }

    @Test
    void tablesAreDescribedListedAndKnownByTheirErrors() {
        var described = client.describeTable(r -> r.tableName(table)).table();
        assertEquals(TableStatus.ACTIVE, described.tableStatus());
        assertEquals(BillingMode.PAY_PER_REQUEST, described.billingModeSummary().billingMode());
        assertTrue(described.tableArn().endsWith(":table/" + table), described::tableArn);
        assertTrue(client.listTablesPaginator().tableNames().stream().anyMatch(table::equals));
        assertThrows(ResourceNotFoundException.class, () -> client.describeTable(r -> r.tableName(table + "-no")));
        assertThrows(
                ResourceInUseException.class,
                () -> client.createTable(r -> r.tableName(table)
                        .keySchema(key("leaseKey", KeyType.HASH))
                        .attributeDefinitions(text("leaseKey"))
                        .billingMode(BillingMode.PAY_PER_REQUEST)));
    }

    @Test
    void everyTypeOfAttributeComesBackAsItWentIn() {
        var item = Map.of(
                "leaseKey", s("types \"\\ \u00e9 \ud83d\ude00"),
                "n", AttributeValue.fromN("-0.00123"),
                "b", AttributeValue.fromB(SdkBytes.fromByteArray(new byte[] {0, -1, 127})),
                "ss", AttributeValue.fromSs(List.of("a", "b")),
                "ns", AttributeValue.fromNs(List.of("1", "2.5")),
                "bs", AttributeValue.fromBs(List.of(SdkBytes.fromUtf8String("x"))),
                "m", AttributeValue.fromM(Map.of("in", AttributeValue.fromL(List.of(n(1), s("two"))))),
                "bool", AttributeValue.fromBool(false),
                "nul", AttributeValue.fromNul(true));
        client.putItem(r -> r.tableName(table).item(item));

        var found = client.getItem(r ->
                r.tableName(table).key(Map.of("leaseKey", item.get("leaseKey"))).consistentRead(true));

        assertEquals(item, found.item());
    }

    @Test
    void aLeaseIsTakenByWhoSawItsCounter() {
        client.putItem(r -> r.tableName(table)
                .item(Map.of("leaseKey", s("shard"), "leaseCounter", n(0)))
                .expected(Map.of(
                        "leaseKey",
                        ExpectedAttributeValue.builder().exists(false).build())));

        var taken = client.updateItem(r -> r.tableName(table)
                .key(key("shard"))
                .attributeUpdates(Map.of(
                        "leaseOwner",
                        AttributeValueUpdate.builder()
                                .value(s("one"))
                                .action(AttributeAction.PUT)
                                .build(),
                        "leaseCounter",
                        AttributeValueUpdate.builder()
                                .value(n(1))
                                .action(AttributeAction.ADD)
                                .build()))
                .expected(Map.of(
                        "leaseCounter",
                        ExpectedAttributeValue.builder().value(n(0)).build()))
                .returnValues(ReturnValue.ALL_NEW));
        var failure = assertThrows(
                ConditionalCheckFailedException.class,
                () -> client.updateItem(r -> r.tableName(table)
                        .key(key("shard"))
                        .updateExpression("SET leaseOwner = :me ADD leaseCounter :one")
                        .conditionExpression("leaseCounter = :seen")
                        .expressionAttributeValues(Map.of(":me", s("two"), ":one", n(1), ":seen", n(0)))
                        .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));

        var lease = Map.of("leaseKey", s("shard"), "leaseCounter", n(1), "leaseOwner", s("one"));
        assertEquals(lease, taken.attributes());
        assertEquals(lease, failure.item());
        assertEquals("The conditional request failed", failure.awsErrorDetails().errorMessage());
    }

    @Test
    void anIndexIsAddedAndAskedAndPagesFollowEachOther() {
        client.updateTable(r -> r.tableName(table)
                .attributeDefinitions(text("leaseKey"), text("leaseOwner"))
                .globalSecondaryIndexUpdates(GlobalSecondaryIndexUpdate.builder()
                        .create(c -> c.indexName("LeaseOwnerToLeaseKeyIndex")
                                .keySchema(key("leaseOwner", KeyType.HASH), key("leaseKey", KeyType.RANGE))
                                .projection(p -> p.projectionType(ProjectionType.KEYS_ONLY)))
                        .build()));
        for (int i = 0; i < 20; i++) {
            var item = Map.of("leaseKey", s("shard-%02d".formatted(i)), "leaseOwner", s("w" + i % 2), "more", n(i));
            client.putItem(r -> r.tableName(table).item(item));
        }

        var owned = client
                .queryPaginator(r -> r.tableName(table)
                        .indexName("LeaseOwnerToLeaseKeyIndex")
                        .keyConditionExpression("leaseOwner = :leaseOwner")
                        .expressionAttributeValues(Map.of(":leaseOwner", s("w1")))
                        .limit(3))
                .items()
                .stream()
                .toList();
        var scanned = client.scanPaginator(r -> r.tableName(table).limit(7)).items().stream()
                .map(item -> item.get("leaseKey").s())
                .toList();

        assertEquals(
                IntStream.range(0, 10)
                        .mapToObj(i -> Map.of("leaseKey", s("shard-%02d".formatted(2 * i + 1)), "leaseOwner", s("w1")))
                        .toList(),
                owned);
        assertEquals(
                IntStream.range(0, 20).mapToObj("shard-%02d"::formatted).toList(),
                scanned.stream().sorted().toList());
    }

    @Test
    void aTransactionIsWholeOrNotAtAll() {
        client.putItem(r -> r.tableName(table).item(Map.of("leaseKey", s("Leader"), "ownerName", s("one"))));

        var failure = assertThrows(
                TransactionCanceledException.class,
                () -> client.transactWriteItems(r -> r.transactItems(put("never"), leaderIs("two"))));
        client.transactWriteItems(r -> r.transactItems(put("now"), leaderIs("one")));

        assertEquals(
                List.of("None", "ConditionalCheckFailed"),
                failure.cancellationReasons().stream()
                        .map(reason -> reason.code())
                        .toList());
        assertFalse(client.getItem(r -> r.tableName(table).key(key("never"))).hasItem());
        assertTrue(client.getItem(r -> r.tableName(table).key(key("now"))).hasItem());
    }

    private TransactWriteItem put(String key) {
        return TransactWriteItem.builder()
                .put(p -> p.tableName(table).item(key(key)))
                .build();
    }

    private TransactWriteItem leaderIs(String owner) {
        return TransactWriteItem.builder()
                .conditionCheck(c -> c.tableName(table)
                        .key(key("Leader"))
                        .conditionExpression("ownerName = :owner")
                        .expressionAttributeValues(Map.of(":owner", s(owner))))
                .build();
    }

    @Test
    void whatIsNotServedIsRefusedByName() {
        var refused = assertThrows(
                DynamoDbException.class, () -> client.executeStatement(r -> r.statement("SELECT * FROM " + table)));

        assertEquals("UnknownOperationException", refused.awsErrorDetails().errorCode());
        assertTrue(refused.getMessage().contains("ExecuteStatement is not in it"), refused::getMessage);
    }
}
