/// The process: what its settings are, how its parts are wired, what it says while it runs.
///
/// Nobody knows this module; it knows everybody. [Server] is the drawing of the system as code.
///
/// ## Words
///
/// | word            | meaning                                                              |
/// |-----------------|----------------------------------------------------------------------|
/// | [Setting]       | one thing that can be set; [Settings] is the table of all of them      |
/// | [Configuration] | settings that were checked, ready to become the records of each module |
/// | [BadSettings]   | everything that is wrong with them, at once, each with its place       |
/// | [CannotStart]   | the one sentence for a taken port or a locked directory                |
///
/// Below it, `io.braid.server.cli` is the command line and `io.braid.server.tls` the certificate of https.
///
/// ## The life of a process
///
///     defaults ◄ file ◄ BRAID_* ◄ flags ──► Configuration ──► Server.start ──► ready
///                                               │ BadSettings     │ CannotStart
///                                               ▼ exit 2          ▼ exit 1
///
/// ## Threads
///
/// The main thread starts everything and then waits; a shutdown hook closes everything and ends the process. All
/// other threads belong to the modules.
///
/// ## Failure
///
/// Before the ports answer, any failure closes what was opened and ends the process with a sentence. Afterwards the
/// process only ends when it is told to.
///
/// ## Not here, on purpose
///
/// No dependency injection, no reload of settings while running, no default location of a settings file: a server
/// does what its command line, its file and its environment say.
///
/// Start reading at [Server#start].
package io.braid.server;
