/// The command line: `braid server`, `braid stream …`, `braid log …`, `braid settings`.
///
/// [Commands] lists them. A command is a class with its options as fields and a `call` that does it; commands
/// are put together by hand with picocli's programmatic API, which needs no reflection and starts faster than
/// annotations. `stream` commands are clients: they talk to a running server over the Kinesis HTTP API, so they work
/// against any server that can be reached, and see what every other client sees.
///
/// `log` commands read a data directory themselves, without its server, and change nothing in it.
///
/// Exit codes: 0 done; 1 it could not be done, with one sentence on standard error; 2 it was not asked rightly. For
/// `log`
/// commands 1 says that something is damaged, 2 that they could not run.
///
/// `braid demo` and `braid bench` live in `braid-bench` and are started by the launcher in a JVM of their own; here
/// they
/// are only listed.
///
/// Start reading at [Commands].
package io.braid.server.cli;
