package io.braid.aws.wire;

import java.io.IOException;

/// An answer that goes on for minutes: an operation hands it over once it has checked the request
/// ([Call#answerWith]), and the front runs it on the request's virtual thread.
public interface Events extends AutoCloseable {
    /// What no operation answers with.
    Events NONE = new Events() {
        @Override
        public void sendTo(EventStream stream) {}

        @Override
        public void end() {}

        @Override
        public void close() {}
    };

    /// Sends messages until there are no more to send; the stream ends when this returns. Waits for the client
    /// when it reads slowly.
    ///
    /// @throws AwsFault             the last message is this error
    /// @throws EventStream.Abandoned the client takes no more
    /// @throws IOException          the storage failed: the last message is an InternalFailureException
    void sendTo(EventStream stream) throws IOException;

    /// Nobody reads any more: [#sendTo] returns soon. Any thread, short.
    void end();

    /// After [#sendTo], or in its place.
    @Override
    void close();
}
