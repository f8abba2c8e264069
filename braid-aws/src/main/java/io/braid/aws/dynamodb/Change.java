package io.braid.aws.dynamodb;

import java.util.UUID;

/// One thing that is different now. What was written is a list of these, and replaying it decides nothing again.
sealed interface Change {
    /// A table is there, or is another than before.
    record TableKept(Table table) implements Change {}

    record TableGone(UUID table) implements Change {}

    record ItemKept(UUID table, Key key, Item item) implements Change {}

    record ItemGone(UUID table, Key key) implements Change {}
}
