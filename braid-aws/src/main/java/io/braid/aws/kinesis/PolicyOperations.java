package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import java.io.IOException;

/// Resource policies of streams and consumers: kept and told, and enforced by nobody in this release.
final class PolicyOperations {
    private static final int POLICY_BYTES_MAX = 20 << 10;
    private static final String NO_POLICY = "{}";

    private final Lookup lookup;
    private final Changes changes;
    private final Consumers consumers;

    PolicyOperations(Broker broker, Lookup lookup, Consumers consumers) {
        this.lookup = lookup;
        this.changes = new Changes(broker, lookup);
        this.consumers = consumers;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutResourcePolicy.html
    void put(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.PUT_RESOURCE_POLICY);
        var resource = resource(params);
        var policy = params.requiredText("Policy");
        int bytes = policy.getBytes(UTF_8).length;
        if (bytes > POLICY_BYTES_MAX)
            throw AwsFault.invalidArgument(
                    "The policy has %d bytes, %d is the most.".formatted(bytes, POLICY_BYTES_MAX));
        PolicyDocument.check(policy);
        changes.attributes(resource.stream(), (_, before) -> resource.withPolicy(before, policy));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetResourcePolicy.html
    void get(Call call) {
        var resource = resource(Params.read(call.body(), AttributeRequests.RESOURCE));
        var policy = resource.policy(StreamAttributes.of(resource.stream())).orElse(NO_POLICY);
        call.answer().startMap().field(Names.POLICY).text(policy).endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteResourcePolicy.html
    void delete(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.RESOURCE);
        var resource = resource(params);
        changes.attributes(resource.stream(), (_, before) -> {
            if (resource.policy(before).isEmpty())
                throw AwsFault.notFound(
                        "No resource policy found for resource ARN " + params.requiredText("ResourceARN"));
            return resource.withoutPolicy(before);
        });
    }

    private Resource resource(Params params) {
        return Resource.of(params.requiredText("ResourceARN"), lookup, consumers);
    }
}
