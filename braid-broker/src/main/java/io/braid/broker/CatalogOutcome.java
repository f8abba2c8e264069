package io.braid.broker;

import java.io.IOException;

/// What became of a change to the catalog. A change that is done is durable and visible to every connection.
public sealed interface CatalogOutcome {
    /// `stream` as it is now, or as it was when it was deleted.
    record Done(Stream stream) implements CatalogOutcome {}

    record AlreadyExists(Stream stream) implements CatalogOutcome {}

    record NotFound(String name) implements CatalogOutcome {}

    /// Never acceptable as asked; `detail` says what was expected, what was found and what to do.
    record Invalid(Field field, String detail) implements CatalogOutcome {}

    /// The storage failed; nobody can say yet whether it was done.
    record Unknown(IOException cause) implements CatalogOutcome {}

    /// What an [Invalid] is about, as the protocols have different words for each.
    enum Field {
        NAME,
        PARTITIONS,
        SHARDS,
        SETTINGS
    }
}
