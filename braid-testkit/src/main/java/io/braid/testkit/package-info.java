/// What tests run on instead of the real world: a disk that loses, tears and fails by seed.
///
/// ## Words
///
/// | word      | meaning                                                                        |
/// |-----------|--------------------------------------------------------------------------------|
/// | [SimDisk] | a [io.braid.log.Disk] in memory that forgets what was not synced when it crashes |
/// | seed      | the number that a whole run follows from; a failing test prints it              |
///
/// The simulations themselves are this module's tests: `LogCrashTest` crashes a log, opens it again, and compares all
/// that clients were told with all that is there. `mvn -pl braid-testkit -am test -Dtest=LogCrashTest -Dseed=42
/// -Dsurefire.failIfNoSpecifiedTests=false` replays one run, `-Dseeds=100000` makes a night of them.
///
/// Nothing here has threads of its own, and nothing here is part of the server.
///
/// Start reading at [SimDisk].
package io.braid.testkit;
