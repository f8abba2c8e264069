package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.QuotaEntity.Party;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasRequestData.ComponentData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntityData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData.ValueData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.requests.AlterClientQuotasRequest;
import org.apache.kafka.common.requests.AlterClientQuotasResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeClientQuotasRequest;
import org.apache.kafka.common.requests.DescribeClientQuotasResponse;

/// What clients may use up: DescribeClientQuotas, AlterClientQuotas. The catalog keeps it, [Throttles] enforces it.
/// What would not be enforced (limits of addresses, of changes to topics) is refused.
final class QuotaApi {
    private static final String USER = ClientQuotaEntity.USER;
    private static final String CLIENT_ID = ClientQuotaEntity.CLIENT_ID;
    private static final String IP = ClientQuotaEntity.IP;
    private static final String MUTATIONS = "controller_mutation_rate";
    private static final double LARGEST_WHOLE = 1L << 53; // above, not every whole number is a double

    private final Broker broker;

    QuotaApi(Broker broker) {
        this.broker = broker;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.DESCRIBE_CLIENT_QUOTAS, 0, 1, this::describe)
                .serve(ApiKeys.ALTER_CLIENT_QUOTAS, 0, 1, this::alter);
    }

    // ---- DescribeClientQuotas

    private Answer describe(Request request) {
        var body = ((DescribeClientQuotasRequest) request.body()).data();
        var filter = filter(body.components());
        var data = new DescribeClientQuotasResponseData().setErrorMessage(null).setEntries(new ArrayList<>());
        broker.quotas().limits().forEach((entity, limits) -> {
            if (matches(filter, USER, entity.user(), body.strict())
                    && matches(filter, CLIENT_ID, entity.clientId(), body.strict())
                    && !filter.containsKey(IP)) data.entries().add(entry(entity, limits));
        });
        return Answer.of(new DescribeClientQuotasResponse(data));
    }

    /// By type of entity.
    private static Map<String, ComponentData> filter(List<ComponentData> components) {
        var filter = new HashMap<String, ComponentData>();
        for (var component : components) {
            var type = component.entityType();
            if (type.isEmpty()) throw new InvalidRequestException("Unexpected empty entity type.");
            if (!List.of(USER, CLIENT_ID, IP).contains(type))
                throw new UnsupportedVersionException("Custom entity type '%s' not supported".formatted(type));
            if (filter.put(type, component) != null)
                throw new InvalidRequestException(
                        "Entity type %s cannot appear more than once in the filter.".formatted(type));
            checkMatch(component);
        }
        if (filter.containsKey(IP) && filter.size() > 1)
            throw new InvalidRequestException("Invalid entity filter component combination, IP filter component should"
                    + " not be used with user or clientId filter component.");
        return filter;
    }

    private static void checkMatch(ComponentData component) {
        switch (component.matchType()) {
            case DescribeClientQuotasRequest.MATCH_TYPE_EXACT -> {
                if (component.match() == null)
                    throw new InvalidRequestException(
                            "Request specified MATCH_TYPE_EXACT, but set match string to null.");
            }
            case DescribeClientQuotasRequest.MATCH_TYPE_DEFAULT -> {
                if (component.match() != null)
                    throw new InvalidRequestException(
                            "Request specified MATCH_TYPE_DEFAULT, but also specified a match" + " string.");
            }
            case DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED -> {
                if (component.match() != null)
                    throw new InvalidRequestException(
                            "Request specified MATCH_TYPE_SPECIFIED, but also specified a match" + " string.");
            }
            default -> throw new InvalidRequestException("Unknown match type " + component.matchType());
        }
    }

    /// A strict filter lets through only what it names all of.
    private static boolean matches(Map<String, ComponentData> filter, String type, Party party, boolean strict) {
        var component = filter.get(type);
        if (component == null) return !strict || party instanceof Anybody;
        return switch (party) {
            case Anybody _ -> false;
            case Default _ -> component.matchType() != DescribeClientQuotasRequest.MATCH_TYPE_EXACT;
            case Named(String name) ->
                component.matchType() == DescribeClientQuotasRequest.MATCH_TYPE_SPECIFIED
                        || name.equals(component.match());
        };
    }

    private static EntryData entry(QuotaEntity entity, Map<String, Double> limits) {
        var entry = new EntryData();
        add(entry, USER, entity.user());
        add(entry, CLIENT_ID, entity.clientId());
        new TreeMap<>(limits)
                .forEach((key, value) ->
                        entry.values().add(new ValueData().setKey(key).setValue(value)));
        return entry;
    }

    private static void add(EntryData entry, String type, Party party) {
        switch (party) {
            case Anybody _ -> {}
            case Default _ ->
                entry.entity().add(new EntityData().setEntityType(type).setEntityName(null));
            case Named(String name) ->
                entry.entity().add(new EntityData().setEntityType(type).setEntityName(name));
        }
    }

    // ---- AlterClientQuotas

    private Answer alter(Request request) {
        var body = ((AlterClientQuotasRequest) request.body()).data();
        var data = new AlterClientQuotasResponseData();
        for (var entry : body.entries()) {
            var error = altered(entry, body.validateOnly());
            data.entries()
                    .add(new AlterClientQuotasResponseData.EntryData()
                            .setEntity(entry.entity().stream()
                                    .map(named -> new AlterClientQuotasResponseData.EntityData()
                                            .setEntityType(named.entityType())
                                            .setEntityName(named.entityName()))
                                    .toList())
                            .setErrorCode(error.error().code())
                            .setErrorMessage(error.message()));
        }
        return Answer.of(new AlterClientQuotasResponse(data));
    }

    private ApiError altered(AlterClientQuotasRequestData.EntryData entry, boolean validateOnly) {
        try {
            var entity = entity(entry.entity());
            for (var change : entry.ops()) check(change);
            if (!validateOnly) broker.limit(entity, before -> after(before, entry.ops()));
            return ApiError.NONE;
        } catch (IllegalArgumentException e) {
            return new ApiError(Errors.INVALID_REQUEST, e.getMessage());
        } catch (IOException e) {
            return new ApiError(
                    Errors.KAFKA_STORAGE_ERROR,
                    "the storage failed, nobody can say yet whether it was done: " + e.getMessage());
        }
    }

    private static QuotaEntity entity(List<AlterClientQuotasRequestData.EntityData> parts) {
        if (parts.isEmpty()) throw new IllegalArgumentException("Invalid empty client quota entity");
        var parties = new HashMap<String, Party>();
        for (var part : parts) {
            var type = part.entityType();
            if (!List.of(USER, CLIENT_ID, IP).contains(type))
                throw new IllegalArgumentException("Unhandled client quota entity type: " + type);
            if (part.entityName() != null && part.entityName().isEmpty())
                throw new IllegalArgumentException("Empty %s not supported".formatted(type));
            var party = part.entityName() == null ? new Default() : new Named(part.entityName());
            if (parties.put(type, party) != null)
                throw new IllegalArgumentException("Invalid client quota entity, duplicate entity entry " + type);
        }
        if (parties.containsKey(IP))
            throw new IllegalArgumentException(
                    parties.size() > 1
                            ? "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"
                            : "quotas of addresses are not enforced by this server, so they are not kept");
        return new QuotaEntity(
                parties.getOrDefault(USER, new Anybody()), parties.getOrDefault(CLIENT_ID, new Anybody()));
    }

    private static void check(OpData change) {
        var key = change.key();
        if (key.equals(MUTATIONS))
            throw new IllegalArgumentException(key + " is not enforced by this server, so it is not kept");
        var kind = List.of(Throttles.Kind.values()).stream()
                .filter(known -> known.limit.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Invalid configuration key " + key));
        if (change.remove()) return;
        double value = change.value();
        if (!Double.isFinite(value))
            throw new IllegalArgumentException("Quota %s must be a finite number".formatted(key));
        if (value <= 0) throw new IllegalArgumentException("Quota %s must be greater than 0".formatted(key));
        if (kind == Throttles.Kind.REQUEST) return;
        if (value > LARGEST_WHOLE)
            throw new IllegalArgumentException("Proposed value for %s is too large for a LONG.".formatted(key));
        if (value != Math.rint(value))
            throw new IllegalArgumentException("%s cannot be a fractional value.".formatted(key));
    }

    private static Map<String, Double> after(Map<String, Double> before, List<OpData> changes) {
        var after = new HashMap<>(before);
        for (var change : changes) {
            if (change.remove()) after.remove(change.key());
            else after.put(change.key(), change.value());
        }
        return after;
    }
}
