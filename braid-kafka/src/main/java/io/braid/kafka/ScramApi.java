package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Principal;
import io.braid.broker.ScramCredential;
import io.braid.broker.ScramMechanism;
import io.braid.kafka.ScramAlterations.Alteration;
import io.braid.kafka.ScramAlterations.Decision;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData.UserName;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.CredentialInfo;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterUserScramCredentialsRequest;
import org.apache.kafka.common.requests.AlterUserScramCredentialsResponse;
import org.apache.kafka.common.requests.ApiError;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsRequest;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;

/// What users may log in with (KIP-554): DescribeUserScramCredentials, AlterUserScramCredentials. The catalog keeps it;
/// what is told is only that it is there.
final class ScramApi {
    private static final System.Logger LOG = System.getLogger(ScramApi.class.getName());

    private final Broker broker;

    ScramApi(Broker broker) {
        this.broker = broker;
    }

    void register(Handlers handlers) {
        handlers.serve(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, 0, this::describe)
                .serve(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, 0, this::alter);
    }

    // ---- DescribeUserScramCredentials

    /// Who names nobody asks for all.
    private Answer describe(Request request) {
        var users =
                ((DescribeUserScramCredentialsRequest) request.body()).data().users();
        var data = new DescribeUserScramCredentialsResponseData();
        if (users == null || users.isEmpty())
            for (var user : new TreeSet<>(broker.principals().byName().keySet()))
                data.results().add(described(user));
        else
            timesAsked(users)
                    .forEach((user, times) -> data.results().add(times == 1 ? described(user) : askedTwice(user)));
        return Answer.of(new DescribeUserScramCredentialsResponse(data));
    }

    private static Map<String, Integer> timesAsked(List<UserName> users) {
        var times = new LinkedHashMap<String, Integer>();
        for (var user : users) times.merge(user.name(), 1, Integer::sum);
        return times;
    }

    private static DescribeUserScramCredentialsResult askedTwice(String user) {
        return new DescribeUserScramCredentialsResult()
                .setUser(user)
                .setErrorCode(Errors.DUPLICATE_RESOURCE.code())
                .setErrorMessage(
                        "Cannot describe SCRAM credentials for the same user twice in a single request: " + user);
    }

    private DescribeUserScramCredentialsResult described(String user) {
        var result = new DescribeUserScramCredentialsResult().setUser(user);
        var credentials = broker.principals().named(user).map(Principal::scram).orElse(Map.of());
        new TreeMap<>(credentials)
                .forEach((mechanism, credential) -> result.credentialInfos().add(info(mechanism, credential)));
        return credentials.isEmpty()
                ? result.setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
                        .setErrorMessage("Attempt to describe a user credential that does not exist: " + user)
                : result;
    }

    private static CredentialInfo info(ScramMechanism mechanism, ScramCredential credential) {
        return new CredentialInfo()
                .setMechanism(ScramAlterations.type(mechanism))
                .setIterations(credential.iterations());
    }

    // ---- AlterUserScramCredentials

    private Answer alter(Request request) {
        var body = ((AlterUserScramCredentialsRequest) request.body()).data();
        var alterations = new ScramAlterations(body);
        var decided = new AtomicReference<Decision>();
        try {
            broker.changePrincipals(known -> {
                decided.set(alterations.decided(known));
                return decided.get().changed();
            });
        } catch (IOException e) {
            return storageFailed(body, e);
        }
        for (var alteration : decided.get().done()) log(alteration, request);
        return told(decided.get());
    }

    private static Answer told(Decision decision) {
        var data = new AlterUserScramCredentialsResponseData();
        for (var alteration : decision.done()) data.results().add(result(alteration.user(), ApiError.NONE));
        decision.errors().forEach((user, error) -> data.results().add(result(user, error)));
        return Answer.of(new AlterUserScramCredentialsResponse(data));
    }

    private static Answer storageFailed(AlterUserScramCredentialsRequestData body, IOException cause) {
        var error = new ApiError(
                Errors.KAFKA_STORAGE_ERROR,
                "the storage failed, nobody can say yet whether it was done: " + cause.getMessage());
        var data = new AlterUserScramCredentialsResponseData();
        Stream.concat(
                        body.deletions().stream().map(deletion -> deletion.name()),
                        body.upsertions().stream().map(upsertion -> upsertion.name()))
                .distinct()
                .forEach(user -> data.results().add(result(user, error)));
        return Answer.of(new AlterUserScramCredentialsResponse(data));
    }

    private static AlterUserScramCredentialsResult result(String user, ApiError error) {
        return new AlterUserScramCredentialsResult()
                .setUser(user)
                .setErrorCode(error.error().code())
                .setErrorMessage(error.is(Errors.NONE) ? null : error.message());
    }

    // ---- who did what

    private static void log(Alteration alteration, Request request) {
        var by = request.context().principal;
        var from = request.context().clientAddress.getHostAddress();
        var user = oneLine(alteration.user());
        switch (alteration) {
            case Alteration.Set(String _, ScramMechanism mechanism, ScramCredential credential) ->
                LOG.log(
                        Level.INFO,
                        "SCRAM credential set: {0}, {1}, iterations {2}, by {3} from {4}",
                        user,
                        mechanism.mechanismName(),
                        Integer.toString(credential.iterations()),
                        by,
                        from);
            case Alteration.Delete(String _, ScramMechanism mechanism) ->
                LOG.log(
                        Level.INFO,
                        "SCRAM credential deleted: {0}, {1}, by {2} from {3}",
                        user,
                        mechanism.mechanismName(),
                        by,
                        from);
            case Alteration.Refused _ -> {} // nothing has changed
        }
    }

    /// A name may have any characters, and must not look like a line of its own.
    private static String oneLine(String name) {
        return name.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
    }
}
