package io.braid.kafka;

/// Serves the requests of one API.
@FunctionalInterface
interface Handler {
    /// Called on the reader thread of the request's connection (a virtual thread), one request of a connection
    /// after the other, in the order they came. The requests behind wait until this returns, so what takes long
    /// is handed back as an [Answer] that is still to come.
    ///
    /// An exception becomes the request's own error response: an `ApiException` of Kafka's with its code,
    /// anything else as `UNKNOWN_SERVER_ERROR` with one log line.
    Answer handle(Request request) throws Exception;
}
