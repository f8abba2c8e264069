package io.braid.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import kafka.network.SocketServer;
import kafka.server.ControllerMutationQuotaTest;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import scala.Option;
import scala.reflect.ClassTag;

/// A test of quotas has a plugin in the broker say who asks. Here whoever asks is a client of that name, and the
/// quota is that client's. The methods stand in for those of the same name and type of the test ([KafkaPatches]).
public final class PrincipalsAsClients {
    private static final String RATE = "controller_mutation_rate";

    private PrincipalsAsClients() {}

    public static AbstractResponse connectAndReceive(
            ControllerMutationQuotaTest test,
            AbstractRequest request,
            SocketServer server,
            ListenerName listener,
            ClassTag<AbstractResponse> type)
            throws IOException {
        try (var socket = test.connect(server, listener)) {
            return test.sendAndReceive(
                    request, socket, ControllerMutationQuotaTest.principal().getName(), Option.empty(), type);
        }
    }

    public static void defineUserQuota(ControllerMutationQuotaTest test, String user, Option<Object> quota)
            throws ExecutionException, InterruptedException {
        var rate = quota.isEmpty() ? null : (Double) quota.get();
        var change = new ClientQuotaAlteration.Op(RATE, rate);
        try (var admin = admin(test)) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(client(user), List.of(change))))
                    .all()
                    .get();
        }
    }

    /// What is answered counts already.
    public static void waitUserQuota(ControllerMutationQuotaTest test, String user, double expected)
            throws ExecutionException, InterruptedException {
        var filter = ClientQuotaFilter.containsOnly(
                List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.CLIENT_ID, user)));
        try (var admin = admin(test)) {
            var quotas = admin.describeClientQuotas(filter).entities().get();
            double quota = Optional.ofNullable(quotas.get(client(user)))
                    .map(limits -> limits.get(RATE))
                    .orElse((double) Long.MAX_VALUE);
            assertEquals(expected, quota);
        }
    }

    private static ClientQuotaEntity client(String name) {
        return new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, name));
    }

    private static Admin admin(ControllerMutationQuotaTest test) {
        var listener = ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
        int port = test.brokers().head().boundPort(listener);
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port));
    }
}
