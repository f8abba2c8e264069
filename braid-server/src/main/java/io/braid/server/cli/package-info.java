/// The command line: `braid server`, `braid stream …`, `braid settings`.
///
/// [Commands] lists them. A command is a class with its options as fields and a `call` that does it; commands
/// are put together by hand with picocli's programmatic API, which needs no reflection and starts faster than
/// annotations. `stream` commands are clients: they talk to a running server over the Kinesis HTTP API, so they work
/// against any server that can be reached, and see what every other client sees.
///
/// Exit codes: 0 done; 1 it could not be done, with one sentence on standard error; 2 it was not asked rightly.
///
/// `braid demo` and `braid bench` live in `braid-bench` and are started by the launcher in a JVM of their own; here
/// they
/// are only listed.
///
/// Start reading at [Commands].
package io.braid.server.cli;
