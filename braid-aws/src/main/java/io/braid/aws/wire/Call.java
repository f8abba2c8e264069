package io.braid.aws.wire;

/// One request as an operation sees it. An operation that writes nothing answers with an empty body.
public record Call(WireReader body, WireWriter answer, Caller caller) {}
