package io.braid.kafka;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;

/// What a [Handler] gives back: the response, or how the connection's writer thread gets it when its turn comes.
/// Responses leave in the order of their requests, whichever is ready first.
sealed interface Answer {
    /// Known already.
    record Now(AbstractResponse response) implements Answer {}

    /// Known when somebody else is done. A failure becomes the request's own error response.
    record Later(CompletableFuture<? extends AbstractResponse> response) implements Answer {}

    /// Found out by the writer thread itself, which may block for it (waiting for the disk, a long poll). It is
    /// always run, also when the connection has ended meanwhile: nobody wants the reply then, but the request's
    /// memory is given back only afterwards.
    record Turn(Work work) implements Answer {}

    /// The client expects none (a produce request with `acks=0`). `work` is run as that of a [Turn]; what it
    /// throws ends the connection, which is all a client can be told then.
    record None(Silent work) implements Answer {}

    @FunctionalInterface
    interface Work {
        Reply run() throws Exception;
    }

    @FunctionalInterface
    interface Silent {
        void run() throws Exception;
    }

    /// @param release gives back what the response holds (open slices), once it was sent or dropped
    record Reply(AbstractResponse response, Runnable release) implements AutoCloseable {
        static Reply of(AbstractResponse response) {
            return new Reply(response, () -> {});
        }

        @Override
        public void close() {
            release.run();
        }
    }

    static Answer of(AbstractResponse response) {
        return new Now(response);
    }

    static Answer when(CompletableFuture<? extends AbstractResponse> response) {
        return new Later(response);
    }
}
