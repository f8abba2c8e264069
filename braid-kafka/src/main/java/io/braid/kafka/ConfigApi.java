package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterConfigsRequest;
import org.apache.kafka.common.requests.AlterConfigsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeConfigsRequest;
import org.apache.kafka.common.requests.DescribeConfigsResponse;
import org.apache.kafka.common.requests.IncrementalAlterConfigsRequest;
import org.apache.kafka.common.requests.IncrementalAlterConfigsResponse;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;
import org.apache.kafka.common.requests.ListConfigResourcesResponse;

/// Settings: DescribeConfigs, IncrementalAlterConfigs, AlterConfigs, ListConfigResources, of whatever has some.
final class ConfigApi {
    private static final int MESSAGE_LENGTH_MAX = 4_000;

    private record ResourceName(byte type, String name) {}

    private final Broker broker;
    private final KafkaListener.Config config;
    private final GroupConfigApi groups;
    private final ClientMetricsConfigApi clientMetrics;
    private final ServerConfigApi server;

    ConfigApi(
            Broker broker,
            KafkaListener.Config config,
            ServerSettings settings,
            AddressLimits addresses,
            GroupConfigApi groups) {
        this.broker = broker;
        this.config = config;
        this.groups = groups;
        this.clientMetrics = new ClientMetricsConfigApi(broker);
        this.server = new ServerConfigApi(broker, settings, addresses, config);
    }

    // ---- DescribeConfigs

    Answer describe(Request request) {
        var body = ((DescribeConfigsRequest) request.body()).data();
        var data = new DescribeConfigsResponseData();
        for (var resource : body.resources())
            data.results().add(described(resource, body.includeSynonyms(), body.includeDocumentation()));
        if (!body.includeDocumentation())
            for (var result : data.results())
                for (var setting : result.configs()) setting.setDocumentation(null); // as Kafka says: not asked for
        return Answer.of(new DescribeConfigsResponse(data));
    }

    private DescribeConfigsResult described(DescribeConfigsResource asked, boolean synonyms, boolean documentation) {
        var result = new DescribeConfigsResult()
                .setResourceType(asked.resourceType())
                .setResourceName(asked.resourceName())
                .setErrorMessage(null);
        var keys = asked.configurationKeys();
        Predicate<String> isAsked = name -> keys == null || keys.isEmpty() || keys.contains(name);
        return switch (Type.forId(asked.resourceType())) {
            case TOPIC -> {
                if (!TopicErrors.isNameValid(asked.resourceName()))
                    yield failed(result, Errors.INVALID_TOPIC_EXCEPTION, "no topic can have this name");
                var stream = broker.catalog().stream(asked.resourceName());
                yield stream.isPresent()
                        ? result.setConfigs(topic(stream.get(), isAsked, synonyms, documentation))
                        : failed(result, Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no such topic");
            }
            case BROKER ->
                served(result, isAsked, () -> server.described(asked.resourceName(), synonyms, documentation));
            case BROKER_LOGGER ->
                served(result, isAsked, () -> {
                    server.checkThisNode(asked.resourceName(), false);
                    return LoggerApi.described();
                });
            case GROUP -> {
                if (asked.resourceName().isEmpty())
                    yield failed(result, Errors.INVALID_REQUEST, "Group name must not be empty");
                yield result.setConfigs(groups.described(asked.resourceName(), isAsked, synonyms, documentation));
            }
            case CLIENT_METRICS -> {
                if (asked.resourceName().isEmpty())
                    yield failed(result, Errors.INVALID_REQUEST, "Client metrics subscription name must not be empty");
                yield result.setConfigs(
                        clientMetrics.described(asked.resourceName(), isAsked, synonyms, documentation));
            }
            case UNKNOWN ->
                failed(result, Errors.INVALID_REQUEST, "Unsupported resource type: " + asked.resourceType());
        };
    }

    private static DescribeConfigsResult served(
            DescribeConfigsResult result,
            Predicate<String> isAsked,
            Supplier<List<DescribeConfigsResourceResult>> settings) {
        try {
            return result.setConfigs(settings.get().stream()
                    .filter(setting -> isAsked.test(setting.name()))
                    .toList());
        } catch (InvalidRequestException e) {
            return failed(result, Errors.INVALID_REQUEST, e.getMessage());
        }
    }

    private static DescribeConfigsResult failed(DescribeConfigsResult result, Errors error, String detail) {
        return result.setErrorCode(error.code()).setErrorMessage(detail);
    }

    private List<DescribeConfigsResourceResult> topic(
            Stream stream, Predicate<String> isAsked, boolean synonyms, boolean documentation) {
        return StreamSettings.all().stream()
                .filter(setting -> isAsked.test(setting.name()))
                .map(setting -> TopicConfigs.described(broker, stream, setting, synonyms, documentation))
                .toList();
    }

    // ---- changing

    Answer alter(Request request) {
        var body = ((IncrementalAlterConfigsRequest) request.body()).data();
        var data = new IncrementalAlterConfigsResponseData();
        var seen = new HashSet<ResourceName>();
        var twice = new HashSet<ResourceName>();
        for (var resource : body.resources()) {
            var name = new ResourceName(resource.resourceType(), resource.resourceName());
            if (!seen.add(name)) twice.add(name);
        }
        for (var resource : body.resources()) {
            var name = new ResourceName(resource.resourceType(), resource.resourceName());
            var changes = List.copyOf(resource.configs());
            var outcome = twice.contains(name)
                    ? new ApiError(Errors.INVALID_REQUEST, "Each resource must appear at most once.")
                    : altered(name, changes, body.validateOnly());
            data.responses()
                    .add(new IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse()
                            .setResourceType(resource.resourceType())
                            .setResourceName(resource.resourceName())
                            .setErrorCode(outcome.error().code())
                            .setErrorMessage(shown(outcome.message())));
        }
        return Answer.of(new IncrementalAlterConfigsResponse(data));
    }

    /// The old way: what the request does not name goes back to its default.
    Answer replace(Request request) {
        var body = ((AlterConfigsRequest) request.body()).data();
        var data = new AlterConfigsResponseData();
        for (var resource : body.resources()) {
            var settings = new HashMap<String, Optional<String>>();
            for (var set : resource.configs()) settings.put(set.name(), Optional.ofNullable(set.value()));
            var name = new ResourceName(resource.resourceType(), resource.resourceName());
            var outcome = replaced(name, settings, body.validateOnly());
            data.responses()
                    .add(new AlterConfigsResponseData.AlterConfigsResourceResponse()
                            .setResourceType(resource.resourceType())
                            .setResourceName(resource.resourceName())
                            .setErrorCode(outcome.error().code())
                            .setErrorMessage(shown(outcome.message())));
        }
        return Answer.of(new AlterConfigsResponse(data));
    }

    /// A message may hold what the client sent, of any length.
    private static String shown(String message) {
        return message == null || message.length() <= MESSAGE_LENGTH_MAX
                ? message
                : message.substring(0, MESSAGE_LENGTH_MAX) + "...";
    }

    private static Map<String, String> present(Map<String, Optional<String>> settings) {
        var present = new HashMap<String, String>();
        settings.forEach((name, value) -> value.ifPresent(text -> present.put(name, text)));
        return present;
    }

    @FunctionalInterface
    private interface Changes {
        /// @throws IllegalArgumentException not possible, and why
        Map<String, Optional<String>> to(Stream stream);
    }

    private ApiError altered(ResourceName resource, List<AlterableConfig> asked, boolean validateOnly) {
        var name = resource.name();
        return switch (Type.forId(resource.type())) {
            case TOPIC -> altered(name, validateOnly, stream -> changes(stream, asked));
            case GROUP -> groups.alter(name, group -> GroupConfigApi.changed(group, asked), validateOnly);
            case CLIENT_METRICS ->
                clientMetrics.alter(
                        name, subscription -> ClientMetricsConfigApi.changed(subscription, asked), validateOnly);
            case BROKER -> server.alter(name, asked, validateOnly);
            case BROKER_LOGGER ->
                SettingChanges.checked(
                        () -> server.checkThisNode(name, true), () -> LoggerApi.alter(asked, validateOnly));
            case UNKNOWN -> unknown(resource);
        };
    }

    private ApiError replaced(ResourceName resource, Map<String, Optional<String>> asked, boolean validateOnly) {
        var name = resource.name();
        return switch (Type.forId(resource.type())) {
            case TOPIC ->
                altered(name, validateOnly, stream -> {
                    var changes = new HashMap<String, Optional<String>>();
                    for (var setting : stream.settings().keySet()) changes.put(setting, Optional.empty());
                    changes.putAll(asked);
                    return changes;
                });
            case GROUP -> groups.alter(name, _ -> present(asked), validateOnly);
            case CLIENT_METRICS -> clientMetrics.alter(name, _ -> present(asked), validateOnly);
            case BROKER -> server.replace(name, asked, validateOnly);
            case BROKER_LOGGER, UNKNOWN -> unknown(resource);
        };
    }

    private static ApiError unknown(ResourceName resource) {
        return new ApiError(Errors.INVALID_REQUEST, "Unknown resource type " + resource.type());
    }

    private ApiError altered(String name, boolean validateOnly, Changes changes) {
        if (name.isEmpty()) return new ApiError(Errors.INVALID_REQUEST, "Default topic resources are not allowed.");
        var stream = broker.catalog().stream(name);
        if (stream.isEmpty())
            return new ApiError(Errors.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic '%s'".formatted(name));
        if (stream.get().kind() == Stream.Kind.INTERNAL)
            return new ApiError(Errors.INVALID_REQUEST, "'%s' is the server's own and is not changed".formatted(name));
        try {
            var wanted = changes.to(stream.get());
            var fault = TopicValues.fault(present(wanted));
            if (fault.isPresent()) return new ApiError(Errors.INVALID_CONFIG, fault.get());
            var outcome = validateOnly ? broker.checkConfigure(name, wanted) : broker.configure(name, wanted);
            return new ApiError(TopicErrors.of(outcome), TopicErrors.detail(outcome));
        } catch (InvalidRequestException e) {
            return new ApiError(Errors.INVALID_REQUEST, e.getMessage());
        } catch (IllegalArgumentException e) {
            return new ApiError(Errors.INVALID_CONFIG, e.getMessage());
        }
    }

    private Map<String, Optional<String>> changes(Stream stream, List<AlterableConfig> asked) {
        var changes = new HashMap<String, Optional<String>>();
        for (var change : asked) {
            if (changes.containsKey(change.name()))
                throw new InvalidRequestException("Error due to duplicate config keys");
            if (isNothing(change)) continue;
            changes.put(change.name(), change(stream, change));
        }
        return changes;
    }

    /// To take back what cannot be set is done already, as in Kafka.
    private static boolean isNothing(AlterableConfig asked) {
        return asked.configOperation() == OpType.DELETE.id()
                && StreamSettings.find(asked.name()).isEmpty();
    }

    private Optional<String> change(Stream stream, AlterableConfig asked) {
        var operation = OpType.forId(asked.configOperation());
        if (operation == null)
            throw new IllegalArgumentException(
                    "%s: there is no operation %d".formatted(asked.name(), asked.configOperation()));
        if (operation == OpType.DELETE) return Optional.empty();
        if (asked.value() == null) throw new InvalidRequestException("Null value not supported for : " + asked.name());
        if (operation == OpType.SET) return Optional.of(asked.value());
        return Optional.of(list(stream, asked, operation == OpType.APPEND));
    }

    private String list(Stream stream, AlterableConfig asked, boolean append) {
        var setting = StreamSettings.find(asked.name())
                .orElseThrow(() -> new IllegalArgumentException(asked.name() + ": no such setting"));
        if (setting.type() != StreamSettings.Type.LIST)
            throw new IllegalArgumentException("Can't %s to key %s because its type is not LIST."
                    .formatted(append ? OpType.APPEND : OpType.SUBTRACT, asked.name()));
        var items = new LinkedHashSet<String>(items(broker.setting(stream, asked.name())));
        if (append) items.addAll(items(asked.value()));
        else items.removeAll(items(asked.value()));
        return String.join(",", items);
    }

    private static List<String> items(String list) {
        return Arrays.stream(list.split(","))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }

    // ---- ListConfigResources

    /// Version 0 asks for subscriptions to clients' metrics only.
    Answer resources(Request request) {
        var asked = ((ListConfigResourcesRequest) request.body()).data().resourceTypes();
        var found = new ArrayList<ConfigResource>();
        Predicate<Type> isAsked = type -> request.version() > 0 && (asked.isEmpty() || asked.contains(type.id()));
        if (isAsked.test(Type.TOPIC))
            for (var stream : InternalTopics.shown(broker.catalog()))
                found.add(new ConfigResource().setResourceName(stream.name()).setResourceType(Type.TOPIC.id()));
        if (isAsked.test(Type.GROUP))
            for (var group : groups.groups())
                found.add(new ConfigResource().setResourceName(group).setResourceType(Type.GROUP.id()));
        if (request.version() == 0 || isAsked.test(Type.CLIENT_METRICS))
            for (var subscription : clientMetrics.subscriptions())
                found.add(new ConfigResource().setResourceName(subscription).setResourceType(Type.CLIENT_METRICS.id()));
        if (isAsked.test(Type.BROKER))
            found.add(new ConfigResource()
                    .setResourceName(String.valueOf(config.nodeId()))
                    .setResourceType(Type.BROKER.id()));
        if (isAsked.test(Type.BROKER_LOGGER))
            found.add(new ConfigResource()
                    .setResourceName(String.valueOf(config.nodeId()))
                    .setResourceType(Type.BROKER_LOGGER.id()));
        return Answer.of(
                new ListConfigResourcesResponse(new ListConfigResourcesResponseData().setConfigResources(found)));
    }
}
