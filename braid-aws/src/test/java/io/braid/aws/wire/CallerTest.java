package io.braid.aws.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class CallerTest {
    @Test
    void theCredentialScopeNamesAccessKeyAndRegion() {
        var header = "AWS4-HMAC-SHA256 Credential=AKID/20261123/eu-central-1/kinesis/aws4_request, "
                + "SignedHeaders=host, Signature=00";

        assertEquals(new Caller("AKID", "eu-central-1"), Caller.of(header, "us-east-1"));
    }

    @Test
    void whoeverDoesNotSignGetsTheDefaultRegion() {
        assertEquals(new Caller("", "us-east-1"), Caller.of("", "us-east-1"));
        assertEquals(new Caller("", "us-east-1"), Caller.of("Bearer token", "us-east-1"));
    }
}
