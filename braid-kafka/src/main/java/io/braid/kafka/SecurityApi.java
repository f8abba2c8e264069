package io.braid.kafka;

import org.apache.kafka.common.message.ExpireDelegationTokenResponseData;
import org.apache.kafka.common.message.RenewDelegationTokenResponseData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateDelegationTokenRequest;
import org.apache.kafka.common.requests.CreateDelegationTokenResponse;
import org.apache.kafka.common.requests.DescribeDelegationTokenResponse;
import org.apache.kafka.common.requests.ExpireDelegationTokenResponse;
import org.apache.kafka.common.requests.RenewDelegationTokenResponse;
import org.apache.kafka.common.requests.SaslAuthenticateResponse;
import org.apache.kafka.common.requests.SaslHandshakeResponse;
import org.apache.kafka.common.security.auth.KafkaPrincipal;

/// Logins, delegation tokens and access control, as a Kafka broker answers them on a plaintext listener and without an
/// authorizer: nothing of it is on. For tokens that is so whether or not it has a key to make some with
/// (`delegation.token.secret.key`).
final class SecurityApi {
    private static final Errors NO_TOKENS = Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED;
    private static final long NEVER = -1;

    private SecurityApi() {}

    static void register(Handlers handlers) {
        handlers.serve(ApiKeys.SASL_HANDSHAKE, 0, 1, SecurityApi::handshake)
                .serve(ApiKeys.SASL_AUTHENTICATE, 0, 2, SecurityApi::authenticate)
                .serve(ApiKeys.CREATE_DELEGATION_TOKEN, 1, 3, SecurityApi::createToken)
                .serve(ApiKeys.RENEW_DELEGATION_TOKEN, 1, 2, SecurityApi::renewToken)
                .serve(ApiKeys.EXPIRE_DELEGATION_TOKEN, 1, 2, SecurityApi::expireToken)
                .serve(ApiKeys.DESCRIBE_DELEGATION_TOKEN, 1, 3, SecurityApi::describeTokens)
                .serve(ApiKeys.DESCRIBE_ACLS, 1, 3, SecurityApi::withoutAuthorizer)
                .serve(ApiKeys.CREATE_ACLS, 1, 3, SecurityApi::withoutAuthorizer)
                .serve(ApiKeys.DELETE_ACLS, 1, 3, SecurityApi::withoutAuthorizer);
    }

    private static Answer withoutAuthorizer(Request request) {
        return Answer.of(
                request.body().getErrorResponse(0, Errors.SECURITY_DISABLED.exception("No Authorizer is configured.")));
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

    // ---- tokens are for who has logged in

    /// Told is also whose it would have been.
    private static Answer createToken(Request request) {
        var body = ((CreateDelegationTokenRequest) request.body()).data();
        var requester = request.context().principal;
        boolean isForAnother = body.ownerPrincipalType() != null
                && body.ownerPrincipalName() != null
                && !body.ownerPrincipalName().isEmpty();
        var owner = isForAnother ? new KafkaPrincipal(body.ownerPrincipalType(), body.ownerPrincipalName()) : requester;
        return Answer.of(
                CreateDelegationTokenResponse.prepareResponse(request.version(), 0, NO_TOKENS, owner, requester));
    }

    private static Answer renewToken(Request request) {
        return Answer.of(new RenewDelegationTokenResponse(new RenewDelegationTokenResponseData()
                .setErrorCode(NO_TOKENS.code())
                .setExpiryTimestampMs(NEVER)));
    }

    private static Answer expireToken(Request request) {
        return Answer.of(new ExpireDelegationTokenResponse(new ExpireDelegationTokenResponseData()
                .setErrorCode(NO_TOKENS.code())
                .setExpiryTimestampMs(NEVER)));
    }

    private static Answer describeTokens(Request request) {
        return Answer.of(new DescribeDelegationTokenResponse(request.version(), 0, NO_TOKENS));
    }
}
