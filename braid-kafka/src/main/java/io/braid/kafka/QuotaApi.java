package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.QuotaEntity;
import io.braid.broker.QuotaEntity.Anybody;
import io.braid.broker.QuotaEntity.Default;
import io.braid.broker.QuotaEntity.Named;
import io.braid.broker.QuotaEntity.Party;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
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

/// What clients may use up: DescribeClientQuotas, AlterClientQuotas. The catalog keeps it, [Throttles] and, of
/// addresses, [AddressLimits] enforce it.
final class QuotaApi {
    private static final String USER = ClientQuotaEntity.USER;
    private static final String CLIENT_ID = ClientQuotaEntity.CLIENT_ID;
    private static final String IP = ClientQuotaEntity.IP;
    private static final double LARGEST_WHOLE = 1L << 53; // above, not every whole number is a double

    private final Broker broker;
    private final AddressLimits addresses;

    QuotaApi(Broker broker, AddressLimits addresses) {
        this.broker = broker;
        this.addresses = addresses;
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
                    && matches(filter, IP, entity.address(), body.strict()))
                data.entries().add(entry(entity, limits));
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
        add(entry, IP, entity.address());
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
            for (var change : entry.ops()) check(entity, change);
            if (validateOnly) return ApiError.NONE;
            broker.limit(entity, before -> after(before, entry.ops()));
            if (isAddress(entity)) addresses.refresh();
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
        if (parties.containsKey(IP) && parties.size() > 1)
            throw new IllegalArgumentException(
                    "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId");
        if (parties.get(IP) instanceof Named(String host)) checkHost(host);
        return new QuotaEntity(
                parties.getOrDefault(USER, new Anybody()),
                parties.getOrDefault(CLIENT_ID, new Anybody()),
                parties.getOrDefault(IP, new Anybody()));
    }

    private static void checkHost(String host) {
        try {
            InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(host + " is not a valid IP or resolvable host.", e);
        }
    }

    private static boolean isAddress(QuotaEntity entity) {
        return !(entity.address() instanceof Anybody);
    }

    /// The largest whole number that may be set for this; nothing if fractions may.
    ///
    /// @throws IllegalArgumentException nothing of that name may be set for it
    private static Optional<Double> wholeMax(QuotaEntity entity, String key) {
        if (isAddress(entity)) {
            if (key.equals(AddressLimits.RATE)) return Optional.of((double) Integer.MAX_VALUE);
            throw new IllegalArgumentException("Invalid configuration key " + key);
        }
        var kind = Stream.of(Throttles.Kind.values())
                .filter(known -> known.limit.equals(key))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Invalid configuration key " + key));
        return switch (kind) {
            case PRODUCE, FETCH -> Optional.of(LARGEST_WHOLE);
            case REQUEST, CHANGES -> Optional.empty();
        };
    }

    private static void check(QuotaEntity entity, OpData change) {
        var key = change.key();
        var wholeMax = wholeMax(entity, key);
        if (change.remove()) return;
        double value = change.value();
        if (!Double.isFinite(value))
            throw new IllegalArgumentException("Quota %s must be a finite number".formatted(key));
        if (value <= 0) throw new IllegalArgumentException("Quota %s must be greater than 0".formatted(key));
        if (wholeMax.isEmpty()) return;
        if (value > wholeMax.get())
            throw new IllegalArgumentException("Proposed value for %s is too large for %s."
                    .formatted(key, isAddress(entity) ? "an INT" : "a LONG"));
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
