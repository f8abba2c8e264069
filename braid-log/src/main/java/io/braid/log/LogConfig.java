package io.braid.log;

import java.nio.file.Path;

/// Where and how the log of one process keeps its partitions. (Checks and the remaining settings: see the
/// constructor.)
public record LogConfig(Path directory, int writers) {}
