package org.apache.kafka.common.test.junit;

import io.braid.conformance.BraidCluster;
import java.util.List;
import org.apache.kafka.common.test.api.ClusterConfig;
import org.apache.kafka.common.test.api.Type;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.TestTemplateInvocationContext;

/// Stands on the class path before Kafka's class of this name, which would start Kafka: each test gets a Braid.
/// What wants both kinds of Kafka's clusters, with the controller apart and not, runs once.
public class RaftClusterInvocationContext implements TestTemplateInvocationContext {
    private final String name;
    private final ClusterConfig config;
    private final boolean combined;

    /// Called by Kafka's JUnit extension.
    ///
    /// @param combined whether the test wants broker and controller in one process
    public RaftClusterInvocationContext(String name, ClusterConfig config, boolean combined) {
        this.name = name;
        this.config = config;
        this.combined = combined;
    }

    @Override
    public String getDisplayName(int number) {
        return "%s [%d] %s".formatted(name, number, combined ? "combined" : "isolated");
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
        var cluster = new BraidCluster(config, combined);
        var resolver = new ClusterInstanceParameterResolver(cluster);
        if (!combined && config.clusterTypes().contains(Type.CO_KRAFT)) {
            var disabled = ConditionEvaluationResult.disabled("runs as combined, too");
            return List.of((ExecutionCondition) _ -> disabled, resolver);
        }
        return List.of(
                (BeforeEachCallback) _ -> {
                    if (config.isAutoStart()) cluster.start();
                },
                (AfterEachCallback) _ -> cluster.stop(),
                resolver);
    }
}
