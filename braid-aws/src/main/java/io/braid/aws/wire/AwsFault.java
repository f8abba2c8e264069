package io.braid.aws.wire;

import java.util.Optional;
import java.util.function.Consumer;

/// An answer that is an error, in Amazon's own words. Thrown where it is found and written by the front, once;
/// it carries no stack trace because it is an answer to a client and not a bug.
public final class AwsFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String type;
    private final String messageName;
    private final String code; // empty: the type's own name
    private final transient Consumer<WireWriter> members;

    private AwsFault(int status, String type, String messageName, String message) {
        this(status, type, messageName, message, "", _ -> {});
    }

    private AwsFault(
            int status, String type, String messageName, String message, String code, Consumer<WireWriter> members) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.messageName = messageName;
        this.code = code;
        this.members = members;
    }

    /// An error whose map has more members, which `members` writes.
    public AwsFault with(Consumer<WireWriter> more) {
        return new AwsFault(status, type, messageName, getMessage(), code, more);
    }

    /// The same error under the name that clients of the query protocol know.
    public AwsFault coded(String queryCode) {
        return new AwsFault(status, type, messageName, getMessage(), queryCode, members);
    }

    /// The same error with another status than 400.
    public AwsFault withStatus(int other) {
        return new AwsFault(other, type, messageName, getMessage(), code, members);
    }

    /// Any modelled error of a service: status 400, `message` in lower case.
    public static AwsFault of(String type, String message) {
        return new AwsFault(400, type, "message", message);
    }

    /// A member has the wrong type.
    public static AwsFault serialization(String message) {
        return new AwsFault(400, "SerializationException", "Message", message);
    }

    /// The body is no JSON or CBOR at all.
    public static AwsFault unreadable() {
        return new AwsFault(400, "SerializationException", "Message", null);
    }

    public static AwsFault unknownOperation() {
        return unknownOperation(null);
    }

    /// The same for a service that is served in part: what is served, in words.
    public static AwsFault unknownOperation(String message) {
        return new AwsFault(400, "UnknownOperationException", "message", message).coded("InvalidAction");
    }

    public static AwsFault accessDenied(String message) {
        return new AwsFault(403, "AccessDeniedException", "Message", message);
    }

    public static AwsFault validation(String message) {
        return of("ValidationException", message).coded("ValidationError");
    }

    public static AwsFault invalidArgument(String message) {
        return of("InvalidArgumentException", message);
    }

    public static AwsFault notFound(String message) {
        return of("ResourceNotFoundException", message);
    }

    public static AwsFault tooLarge(String message) {
        return new AwsFault(413, "RequestEntityTooLargeException", "message", message);
    }

    public static AwsFault busy(String message) {
        return new AwsFault(503, "ServiceUnavailable", "message", message);
    }

    /// The server's own trouble; a client retries.
    public static AwsFault internal() {
        return new AwsFault(500, "InternalFailure", "message", null);
    }

    /// The same, for trouble that a person has to know about.
    public static AwsFault internal(String message) {
        return new AwsFault(500, "InternalFailure", "message", message);
    }

    public int status() {
        return status;
    }

    /// The type without its namespace, as clients know it.
    public String type() {
        return type.substring(type.indexOf('#') + 1);
    }

    /// The same error's name in an event stream, where one has another.
    String eventType() {
        return status == 500 ? type + "Exception" : type;
    }

    /// What the query protocol calls it.
    public String code() {
        return code.isEmpty() ? type() : code;
    }

    public Optional<String> message() {
        return Optional.ofNullable(getMessage());
    }

    /// Writes the error's map.
    public void writeTo(WireWriter answer) {
        answer.startMap().field(TYPE).text(type);
        if (getMessage() != null)
            answer.field(messageName.equals("message") ? MESSAGE : CAPITAL_MESSAGE)
                    .text(getMessage());
        members.accept(answer);
        answer.endMap();
    }

    private static final Name TYPE = new Name("__type");
    static final Name MESSAGE = new Name("message");
    private static final Name CAPITAL_MESSAGE = new Name("Message");
}
