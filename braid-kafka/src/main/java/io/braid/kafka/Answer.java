package io.braid.kafka;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.requests.AbstractResponse;

/// What a [Handler] gives back: the response, or how the connection's writer thread gets it when its turn comes.
/// Responses leave in the order of their requests, whichever is ready first.
sealed interface Answer {
    /// Known already.
    record Now(AbstractResponse response) implements Answer {}

    /// Known when somebody else is done. A failure becomes the request's own error response.
    record Later(CompletableFuture<? extends AbstractResponse> response) implements Answer {}

    /// Found out by the writer thread itself, which may block for it (a long poll). It is interrupted when the
    /// connection ends.
    record Turn(Callable<? extends AbstractResponse> work) implements Answer {}

    /// The client expects none (a produce request with `acks=0`).
    record None() implements Answer {}

    static Answer of(AbstractResponse response) {
        return new Now(response);
    }

    static Answer when(CompletableFuture<? extends AbstractResponse> response) {
        return new Later(response);
    }
}
