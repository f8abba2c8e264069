package io.braid.server;

/// Where the certificate of the https listener comes from.
public enum HttpTls {
    /// There is no such listener.
    OFF,
    /// The server makes one for localhost, once.
    SELF_SIGNED,
    /// From files that somebody else looks after.
    FILES
}
