package io.braid.log;

import java.lang.foreign.MemorySegment;

/// A record's header: a name, and a value that may be [BatchBuilder#ABSENT].
public record Header(String name, MemorySegment value) {}
