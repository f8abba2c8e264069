/// The processes of a measurement: Braid as users start it, and its peers as their makers ship them.
///
/// | word        | meaning                                                                        |
/// |-------------|--------------------------------------------------------------------------------|
/// | [Home]      | the project's directory: the launcher, the peers' poms, the place for their jars |
/// | [Workplace] | one run's directory and processes; closing it leaves neither behind              |
/// | [Child]     | one process and what it printed                                                |
/// | [Server]    | a child that serves: [Braid], [Kafka], [KinesisEmulator]                       |
/// | [Usage]     | processor seconds, memory, open files and reading of a child, from `/proc`       |
///
/// Every child has a limit on its life and is killed by its own id when its workplace closes, also when the
/// program is interrupted. Peers are fetched by Maven and npm when a measurement first needs them, and kept below
/// `braid-bench/target`.
///
/// Start reading at [Workplace].
package io.braid.bench.process;
