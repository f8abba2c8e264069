package io.braid.kafka;

import java.util.HashSet;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData.AlterUserScramCredentialsResult;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData.DescribeUserScramCredentialsResult;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AlterUserScramCredentialsRequest;
import org.apache.kafka.common.requests.AlterUserScramCredentialsResponse;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsRequest;
import org.apache.kafka.common.requests.DescribeUserScramCredentialsResponse;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.requests.SaslHandshakeResponse;

/// Logins, delegation tokens, SCRAM credentials and access control, as a Kafka broker answers them on a plaintext
/// listener and without an authorizer: nothing of it is on.
final class SecurityApi {
    private SecurityApi() {}

    static void register(Handlers handlers) {
        handlers.serve(ApiKeys.SASL_HANDSHAKE, 0, 1, SecurityApi::handshake)
                .serve(ApiKeys.SASL_AUTHENTICATE, 0, 2, SecurityApi::authenticate)
                .serve(ApiKeys.CREATE_DELEGATION_TOKEN, 1, 3, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.RENEW_DELEGATION_TOKEN, 1, 2, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.EXPIRE_DELEGATION_TOKEN, 1, 2, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 1, 3, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS, 0, 0, SecurityApi::describeCredentials)
                .serve(ApiKeys.ALTER_USER_SCRAM_CREDENTIALS, 0, 0, SecurityApi::alterCredentials)
                .serve(ApiKeys.DESCRIBE_ACLS, 1, 3, refusing(Errors.SECURITY_DISABLED))
                .serve(ApiKeys.CREATE_ACLS, 1, 3, refusing(Errors.SECURITY_DISABLED))
                .serve(ApiKeys.DELETE_ACLS, 1, 3, refusing(Errors.SECURITY_DISABLED));
    }

    private static Handler refusing(Errors error) {
        var detail = error == Errors.SECURITY_DISABLED ? "No Authorizer is configured." : error.message();
        return request -> Answer.of(request.body().getErrorResponse(0, error.exception(detail)));
    }

    private static Answer handshake(Request request) {
        return Answer.of(new SaslHandshakeResponse(
                new SaslHandshakeResponseData().setErrorCode(Errors.ILLEGAL_SASL_STATE.code())));
    }

    private static Answer authenticate(Request request) {
        return Answer.of(new SaslAuthenticateResponse(new SaslAuthenticateResponseData()
                .setErrorCode(Errors.ILLEGAL_SASL_STATE.code())
                .setErrorMessage("SaslAuthenticate request received after successful authentication")));
    }

    // ---- SCRAM

    /// Nobody has any. Who is named is told so, each once.
    private static Answer describeCredentials(Request request) {
        var body = ((DescribeUserScramCredentialsRequest) request.body()).data();
        var data = new DescribeUserScramCredentialsResponseData().setErrorMessage(null);
        var seen = new HashSet<String>();
        if (body.users() != null)
            for (var user : body.users())
                if (seen.add(user.name()))
                    data.results()
                            .add(new DescribeUserScramCredentialsResult()
                                    .setUser(user.name())
                                    .setErrorCode(Errors.RESOURCE_NOT_FOUND.code())
                                    .setErrorMessage("Attempt to describe a user credential that does not exist: "
                                            + user.name()));
        return Answer.of(new DescribeUserScramCredentialsResponse(data));
    }

    /// A credential that nobody can log in with would be a promise not kept.
    private static Answer alterCredentials(Request request) {
        var body = ((AlterUserScramCredentialsRequest) request.body()).data();
        var data = new AlterUserScramCredentialsResponseData();
        var seen = new HashSet<String>();
        for (var deletion : body.deletions())
            if (seen.add(deletion.name()))
                data.results()
                        .add(refused(
                                deletion.name(),
                                Errors.RESOURCE_NOT_FOUND,
                                "Attempt to delete a user credential that does not exist"));
        for (var upsertion : body.upsertions())
            if (seen.add(upsertion.name()))
                data.results()
                        .add(refused(
                                upsertion.name(),
                                Errors.UNSUPPORTED_SASL_MECHANISM,
                                "the listener has no SASL, so nobody could log in with it"));
        return Answer.of(new AlterUserScramCredentialsResponse(data));
    }

    private static AlterUserScramCredentialsResult refused(String user, Errors error, String detail) {
        return new AlterUserScramCredentialsResult()
                .setUser(user)
                .setErrorCode(error.code())
                .setErrorMessage(detail);
    }
}
