package io.braid.aws.wire;

import java.util.Locale;
import java.util.Optional;

/// How a body is written. The answer uses the request's.
public enum Protocol {
    /// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    JSON("application/x-amz-json-1.1"),
    /// The same bodies under the name that older services know.
    JSON_10("application/x-amz-json-1.0"),
    /// The binary twin that the Java SDKs use for Kinesis: indefinite lengths, byte strings, and timestamps as
    /// tag 1 with whole *milliseconds*.
    CBOR("application/x-amz-cbor-1.1"),
    /// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html: the operation is in the path, and
    /// timestamps
    /// are tag 1 with *seconds*.
    RPC_CBOR("application/cbor"),
    /// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html: a form with the operation in it, answered in XML.
    QUERY("text/xml");

    private final String contentType;

    Protocol(String contentType) {
        this.contentType = contentType;
    }

    /// Of an answer.
    public String contentType() {
        return contentType;
    }

    /// The protocol of a Content-Type header, parameters such as a charset aside.
    public static Optional<Protocol> of(String contentType) {
        int end = contentType.indexOf(';');
        var type =
                (end < 0 ? contentType : contentType.substring(0, end)).trim().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/x-amz-json-1.1", "application/json" -> Optional.of(JSON);
            case "application/x-amz-json-1.0" -> Optional.of(JSON_10);
            case "application/x-amz-cbor-1.1" -> Optional.of(CBOR);
            case "application/cbor" -> Optional.of(RPC_CBOR);
            case "application/x-www-form-urlencoded" -> Optional.of(QUERY);
            default -> Optional.empty();
        };
    }

    public WireReader reader(byte[] body) {
        return switch (this) {
            case JSON, JSON_10 -> new JsonReader(body);
            case CBOR -> new CborReader(body, false);
            case RPC_CBOR -> new CborReader(body, true);
            case QUERY -> new FormReader(body);
        };
    }

    public WireWriter writer() {
        return switch (this) {
            case JSON, JSON_10 -> new JsonWriter();
            case CBOR -> new CborWriter(false);
            case RPC_CBOR -> new CborWriter(true);
            case QUERY -> new XmlWriter();
        };
    }
}
