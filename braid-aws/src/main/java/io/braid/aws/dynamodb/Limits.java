package io.braid.aws.dynamodb;

/// What there may be at most. DynamoDB's own limits, and those of a server that keeps all items in memory.
final class Limits {
    /// Tables; DynamoDB's default is 2,500.
    static final int TABLES_MAX = 256;
    /// About how much memory the items of all tables may take: a quarter of the heap that the launcher gives. A lease
    /// of KCL takes two to three kilobytes.
    static final long MEMORY_BYTES_MAX = 128 << 20;

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
