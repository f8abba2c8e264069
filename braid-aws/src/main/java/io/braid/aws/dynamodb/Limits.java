package io.braid.aws.dynamodb;

/// What there may be at most. DynamoDB's own limits, and those of a server that keeps all items in memory.
final class Limits {
    /// Tables; DynamoDB's default is 2,500.
    static final int TABLES_MAX = 256;
    /// Of all items of all tables, as DynamoDB counts bytes. The objects take several times as much memory.
    static final long ITEMS_BYTES_MAX = 32 << 20;

    static final int ITEM_BYTES_MAX = 400 << 10;
    static final int HASH_KEY_BYTES_MAX = 2048;
    static final int RANGE_KEY_BYTES_MAX = 1024;
    static final int INDEXES_MAX = 20;
    static final int TAGS_MAX = 50;
    /// Of the items that a Query, Scan or BatchGetItem looks at or answers.
    static final int PAGE_BYTES_MAX = 1 << 20;

    static final int TRANSACTION_ITEMS_MAX = 100;
    static final int TRANSACTION_BYTES_MAX = 4 << 20;
    static final int BATCH_WRITES_MAX = 25;
    static final int BATCH_GETS_MAX = 100;

    private Limits() {}
}
