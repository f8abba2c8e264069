package io.braid.kafka;

import io.braid.broker.CatalogOutcome;
import io.braid.broker.CatalogOutcome.AlreadyExists;
import io.braid.broker.CatalogOutcome.Done;
import io.braid.broker.CatalogOutcome.Field;
import io.braid.broker.CatalogOutcome.Invalid;
import io.braid.broker.CatalogOutcome.NotFound;
import io.braid.broker.CatalogOutcome.Unknown;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;

/// The one place where outcomes of catalog changes become Kafka error codes.
final class TopicErrors {
    private TopicErrors() {}

    static Errors of(CatalogOutcome outcome) {
        return switch (outcome) {
            case Done _ -> Errors.NONE;
            case AlreadyExists _ -> Errors.TOPIC_ALREADY_EXISTS;
            case NotFound _ -> Errors.UNKNOWN_TOPIC_OR_PARTITION;
            case Invalid(Field field, String _) ->
                switch (field) {
                    case NAME -> Errors.INVALID_TOPIC_EXCEPTION;
                    case PARTITIONS, SHARDS -> Errors.INVALID_PARTITIONS;
                    case SETTINGS -> Errors.INVALID_CONFIG;
                };
            case Unknown _ -> Errors.KAFKA_STORAGE_ERROR;
        };
    }

    /// For people; null, as in Kafka's messages, if there is nothing to say.
    static String detail(CatalogOutcome outcome) {
        return switch (outcome) {
            case Done _ -> null;
            case AlreadyExists(var stream) -> "Topic '%s' already exists.".formatted(stream.name());
            case NotFound(String name) -> "there is no topic '%s'".formatted(name);
            case Invalid(Field _, String detail) -> detail;
            case Unknown(var cause) ->
                "the storage failed, nobody can say yet whether it was done: " + cause.getMessage();
        };
    }

    static boolean isNameValid(String name) {
        return Topic.isValid(name);
    }
}
