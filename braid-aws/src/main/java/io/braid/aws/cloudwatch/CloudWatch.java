package io.braid.aws.cloudwatch;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Operation;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/// The part of Amazon CloudWatch that puts, lists and gets metrics: its operations by name. Any thread.
public final class CloudWatch {
    /// What X-Amz-Target begins with; the name of the service in Smithy's RPC.
    public static final String TARGET = "GraniteServiceVersion20100801";
    /// By which a form names the service.
    public static final String VERSION = "2010-08-01";
    /// Of its XML.
    public static final String NAMESPACE = "http://monitoring.amazonaws.com/doc/2010-08-01/";

    private final MetricStore store;
    private final TreeMap<String, Operation> operations;

    /// @param publish brings into the store what the server has counted of itself until now; called before each
    /// question
    /// @param homes   whose metrics a caller sees; it puts to its own
    public CloudWatch(MetricStore store, Runnable publish, Function<Caller, Homes> homes, InstantSource clock) {
        this.store = store;
        operations = new TreeMap<>(Map.of(
                "PutMetricData", new PutMetricData(store, homes, clock),
                "GetMetricData", new GetMetricData(store, publish, homes),
                "GetMetricStatistics", new GetMetricStatistics(store, publish, homes),
                "ListMetrics", new ListMetrics(store, publish, homes, clock)));
    }

    public Optional<Operation> operation(String name) {
        return Optional.ofNullable(operations.get(name));
    }

    public MetricStore metrics() {
        return store;
    }

    /// What is said to whoever asks for another operation.
    public AwsFault unknown(String name) {
        return AwsFault.unknownOperation("Braid serves CloudWatch's metrics, and %s is not in that. It is: %s."
                .formatted(name, String.join(", ", operations.keySet())));
    }
}
