package io.braid.aws;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.FormReader;
import io.braid.aws.wire.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Finds out which operation of which service is asked for. Services say it in three ways: JSON and CBOR 1.1 in the
/// X-Amz-Target header, Smithy RPC v2 in the path, the query protocol in the form itself. Any thread.
final class Routes {
    private static final String RPC_PATH = "/service/";
    private static final String RPC_OPERATION = "/operation/";

    /// @param name      of the operation
    /// @param operation empty if the service has none of that name
    record Asked(Optional<Service> service, String name, Optional<Operation> operation) {
        static final Asked NOTHING = new Asked(Optional.empty(), "", Optional.empty());

        AwsFault unknown() {
            return service.map(known -> known.unknown().apply(name)).orElseGet(AwsFault::unknownOperation);
        }

        /// Names of ours only, as each is kept for ever.
        String inMetrics() {
            if (operation.isEmpty()) return "unknown";
            return service.map(Service::metrics)
                    .filter(prefix -> !prefix.isEmpty())
                    .map(prefix -> prefix + name)
                    .orElse(name);
        }
    }

    private final Map<String, Service> byTarget;
    private final Map<String, Service> byVersion;

    Routes(List<Service> services) {
        byTarget = services.stream().collect(Collectors.toUnmodifiableMap(Service::target, Function.identity()));
        byVersion = services.stream()
                .filter(service -> service.query().isPresent())
                .collect(Collectors.toUnmodifiableMap(
                        service -> service.query().get().version(), Function.identity()));
    }

    /// @param target the X-Amz-Target header; may be empty
    /// @param path   where to look if it is
    Asked asked(String target, String path) {
        if (!target.isEmpty()) {
            int dot = target.indexOf('.');
            return dot < 0 ? Asked.NOTHING : asked(byTarget.get(target.substring(0, dot)), target.substring(dot + 1));
        }
        int operation = path.indexOf(RPC_OPERATION);
        if (!path.startsWith(RPC_PATH) || operation < RPC_PATH.length()) return Asked.NOTHING;
        return asked(
                byTarget.get(path.substring(RPC_PATH.length(), operation)),
                path.substring(operation + RPC_OPERATION.length()));
    }

    Asked asked(FormReader form) {
        return asked(byVersion.get(form.top("Version")), form.top("Action"));
    }

    private static Asked asked(Service service, String name) {
        if (service == null) return Asked.NOTHING;
        return new Asked(Optional.of(service), name, service.operations().apply(name));
    }
}
