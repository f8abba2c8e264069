package io.braid.aws.dynamodb;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/// Creating, changing, deleting and listing tables. A change is durable when it is answered, so a table and its
/// indexes are ACTIVE from their first moment, and gone at once.
final class TableOperations {
    private static final int LIST_DEFAULT = 100;

    private final Store store;
    private final Tables tables;
    private final InstantSource clock;

    TableOperations(Store store, Tables tables, InstantSource clock) {
        this.store = store;
        this.tables = tables;
        this.clock = clock;
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
    void create(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.CREATE_TABLE);
        var created = store.write(now -> {
            var name = Tables.name(params.requiredText("TableName"));
            var table = TableRequest.create(params, newId(now, name), clock.millis());
            if (now.table(name).isPresent()) throw Faults.inUse("Table already exists: " + name);
            if (now.tables().size() >= Limits.TABLES_MAX)
                throw Faults.limitExceeded("Subscriber limit exceeded: There is a limit of %d tables per subscriber"
                        .formatted(Limits.TABLES_MAX));
            return kept(table);
        });
        describe(call, "TableDescription", created, "ACTIVE", 0, 0);
    }

    /// Never that of a table that has items.
    private UUID newId(Database now, String name) {
        var id = id("%s %d".formatted(name, clock.millis()));
        while (!now.items(id).isEmpty()) id = id(id.toString()); // those of the last one are still being deleted
        return id;
    }

    private static UUID id(String seed) {
        return UUID.nameUUIDFromBytes(seed.getBytes(UTF_8));
    }

    private static Store.Decision<Table> kept(Table table) {
        return new Store.Decision<>(List.of(new Change.TableKept(table)), table);
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
    void describe(Call call) throws IOException {
        var name = Params.read(call.body(), Requests.OF_TABLE).requiredText("TableName");
        store.read(now -> describe(call, "Table", Tables.existing(now, name), now));
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html
    void update(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.UPDATE_TABLE);
        change(
                params.requiredText("TableName"),
                table -> TableRequest.update(table, params),
                (now, table) -> describe(call, "TableDescription", table, now));
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html
    void delete(Call call) throws IOException {
        var name = Params.read(call.body(), Requests.OF_TABLE).requiredText("TableName");
        var gone = store.write(now -> {
            var table = Tables.existing(now, name);
            if (table.isProtected())
                throw AwsFault.validation(
                        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion"
                                + " protection first.");
            return new Store.Decision<>(List.of(new Change.TableGone(table.id())), table);
        });
        store.forgetItems(gone.id());
        describe(call, "TableDescription", gone, "DELETING", 0, 0);
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
    void list(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.LIST_TABLES);
        int limit = (int) params.number("Limit").orElse(LIST_DEFAULT);
        var after = params.text("ExclusiveStartTableName").orElse("");
        var names = store.read(now -> now.tables().tailMap(after, false).keySet().stream()
                .limit(limit + 1L)
                .toList());
        var page = names.subList(0, Math.min(limit, names.size()));
        var answer = call.answer().startMap().field("TableNames").startList();
        for (var name : page) answer.text(name);
        answer.endList();
        if (names.size() > limit) answer.field("LastEvaluatedTableName").text(page.getLast());
        answer.endMap();
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
    void updateBackups(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.UPDATE_BACKUPS);
        boolean on = params.structure("PointInTimeRecoverySpecification")
                .orElseThrow()
                .flag("PointInTimeRecoveryEnabled");
        change(params.requiredText("TableName"), table -> table.withRecovery(on), (_, table) -> backups(call, table));
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeContinuousBackups.html
    void describeBackups(Call call) throws IOException {
        var name = Params.read(call.body(), Requests.OF_TABLE).requiredText("TableName");
        backups(call, store.read(now -> Tables.existing(now, name)));
    }

    private static WireWriter backups(Call call, Table table) {
        return call.answer()
                .startMap()
                .field("ContinuousBackupsDescription")
                .startMap()
                .field("ContinuousBackupsStatus")
                .text("ENABLED")
                .field("PointInTimeRecoveryDescription")
                .startMap()
                .field("PointInTimeRecoveryStatus")
                .text(table.hasRecovery() ? "ENABLED" : "DISABLED")
                .endMap()
                .endMap()
                .endMap();
    }

    /// Says no to turning it on, as nothing here deletes by time.
    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
    void updateTimeToLive(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.UPDATE_TIME_TO_LIVE);
        store.read(now -> Tables.existing(now, params.requiredText("TableName")));
        if (params.structure("TimeToLiveSpecification").orElseThrow().flag("Enabled"))
            throw AwsFault.validation(
                    "Braid deletes no items by their age: delete them yourself, or leave time to live" + " disabled.");
        throw AwsFault.validation("TimeToLive is already disabled");
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html
    void describeTimeToLive(Call call) throws IOException {
        var name = Params.read(call.body(), Requests.OF_TABLE).requiredText("TableName");
        store.read(now -> Tables.existing(now, name));
        call.answer()
                .startMap()
                .field("TimeToLiveDescription")
                .startMap()
                .field("TimeToLiveStatus")
                .text("DISABLED")
                .endMap()
                .endMap();
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html
    void tag(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.TAG_RESOURCE);
        var more = TableRequest.tags(params);
        changeTags(params, tags -> tags.putAll(more));
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html
    void untag(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.UNTAG_RESOURCE);
        var fewer = params.texts("TagKeys");
        changeTags(params, tags -> fewer.forEach(tags::remove));
    }

    private void changeTags(Params params, Consumer<HashMap<String, String>> change) throws IOException {
        var name = Tables.nameInArn(params.requiredText("ResourceArn"));
        change(
                name,
                table -> {
                    var tags = new HashMap<>(table.tags());
                    change.accept(tags);
                    if (tags.size() > Limits.TAGS_MAX)
                        throw AwsFault.validation("One or more parameter values were invalid: Too many tags: at most %d"
                                .formatted(Limits.TAGS_MAX));
                    return table.withTags(tags);
                },
                (_, table) -> table);
    }

    /// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html
    void listTags(Call call) throws IOException {
        var params = Params.read(call.body(), Requests.LIST_TAGS);
        var name = Tables.nameInArn(params.requiredText("ResourceArn"));
        var table = store.read(now -> Tables.existing(now, name));
        var tags = new TreeMap<>(table.tags());
        var answer = call.answer().startMap().field("Tags").startList();
        tags.forEach((key, value) -> answer.startMap()
                .field("Key")
                .text(key)
                .field("Value")
                .text(value)
                .endMap());
        answer.endList().endMap();
    }

    private interface Revision {
        Table of(Table before);
    }

    private <T> void change(String name, Revision revision, BiFunction<Database, Table, T> answer) throws IOException {
        store.write(now -> {
            var before = Tables.existing(now, name);
            var after = revision.of(before);
            answer.apply(now, after); // a buffer: nobody sees it unless the change is kept
            return after.equals(before) ? new Store.Decision<>(List.of(), after) : kept(after);
        });
    }

    private WireWriter describe(Call call, String member, Table table, Database now) {
        var items = now.items(table).values();
        return describe(
                call,
                member,
                table,
                "ACTIVE",
                items.size(),
                items.stream().mapToLong(Item::byteSize).sum());
    }

    private WireWriter describe(Call call, String member, Table table, String status, long items, long bytes) {
        var answer = call.answer().startMap().field(member);
        Description.table(answer, table, tables.arn(call.caller(), table.name()), status, items, bytes);
        return answer.endMap();
    }
}
