package io.braid.kafka;

import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.requests.SaslHandshakeResponse;

/// Logins, delegation tokens and access control, as a Kafka broker answers them on a plaintext listener and without an
/// authorizer: nothing of it is on.
final class SecurityApi {
    private SecurityApi() {}

    static void register(Handlers handlers) {
        handlers.serve(ApiKeys.SASL_HANDSHAKE, 0, 1, SecurityApi::handshake)
                .serve(ApiKeys.SASL_AUTHENTICATE, 0, 2, SecurityApi::authenticate)
                .serve(ApiKeys.CREATE_DELEGATION_TOKEN, 1, 3, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.RENEW_DELEGATION_TOKEN, 1, 2, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.EXPIRE_DELEGATION_TOKEN, 1, 2, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
                .serve(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 1, 3, refusing(Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED))
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
}
