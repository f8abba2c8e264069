package io.braid.aws.wire;

import java.io.IOException;

/// One operation of a service. Called on a virtual thread of its own, so it may block.
@FunctionalInterface
public interface Operation {
    /// @throws AwsFault    the answer is an error
    /// @throws IOException the storage failed: the client gets an InternalFailure and retries
    void answer(Call call) throws IOException;
}
