package io.braid.aws.wire;

import java.util.Optional;

/// One request as an operation sees it. An operation that writes nothing answers with an empty body. The request's
/// own thread.
public final class Call {
    private final WireReader body;
    private final WireWriter answer;
    private final Caller caller;
    private Events events = Events.NONE;

    public Call(WireReader body, WireWriter answer, Caller caller) {
        this.body = body;
        this.answer = answer;
        this.caller = caller;
    }

    public WireReader body() {
        return body;
    }

    public WireWriter answer() {
        return answer;
    }

    public Caller caller() {
        return caller;
    }

    /// The request is fine, and its answer is these events and not what was written. They are run, and closed, by
    /// whoever made the call.
    public void answerWith(Events stream) {
        events = stream;
    }

    /// Empty if the answer is what was written.
    public Optional<Events> events() {
        return events == Events.NONE ? Optional.empty() : Optional.of(events);
    }
}
