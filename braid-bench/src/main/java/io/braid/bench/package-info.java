/// Measurements beside named peers, and the command lines `./braid bench` and `./braid demo`.
///
/// | word          | meaning                                                                                    |
/// |---------------|--------------------------------------------------------------------------------------------|
/// | [Measurement] | one question with a name, such as `produce`                                                |
/// | [Trial]       | one run of the load against one server; gives a [Sample]                                   |
/// | [Peer]        | what has its turns after Braid's; one, several, or none                                    |
/// | [Comparison]  | the trials of Braid and of its peers; its medians, ratios and the one line                 |
/// | [Target]      | the ratio that a [Metric] has to reach, or the figure                                      |
/// | [Lab]         | where servers come from: Braid as the real process, peers as their makers ship them        |
///
///     server A ──► warm-up ──► trial ─┐      ┌─► trial ─┐      ┌─► trial ──► medians, ratios ──► one line
///     server B ──► warm-up ──────────►└─► trial ───────►└─► trial
///
/// Braid and the peer run side by side and are loaded in turns (A B A B ...), so that what else the machine does
/// meets both. Between turns everything is written to the disk, so that neither pays for the other's page cache.
/// The client shares the processors with the servers: throughput compares whole systems, and processor seconds of the
/// servers alone are printed beside it.
///
/// What it does not do: it proves nothing about absolute speed, and it never runs as a timed test. The tests run each
/// measurement with tiny counts so that it cannot rot.
///
/// Start reading at [Comparison].
package io.braid.bench;
