package io.braid.server.cli;

import io.braid.log.LogFiles;
import io.braid.log.Verification;
import io.braid.log.Verification.Finding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `braid log verify`: whether a data directory is whole.
final class VerifyCommand implements Callable<Integer> {
    private final Commands.Terminal terminal;
    private final PositionalParamSpec directory = LogCommands.directory();

    VerifyCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
    }

    CommandSpec spec() {
        var spec = LogCommands.command(this, directory);
        spec.usageMessage()
                .description("Check every byte of a data directory that a server would rely on. Changes nothing.")
                .footer(
                        "",
                        "Prints a line for each place that is not as it should be:",
                        "  LOST      records that were acknowledged cannot be read, or the server",
                        "            would refuse to start: restore the directory from a copy, or",
                        "            let readers seek behind the damage",
                        "  REPAIRED  the next start mends it: nobody was promised what it cuts, and",
                        "            the rest is in the journal",
                        "  HARMLESS  nobody will ever look at it",
                        "Exit code: 0 if nothing is lost, 1 if something is, 2 if it could not run (the",
                        "directory is in use, is none of Braid's, or cannot be read).",
                        "No server can start on the directory meanwhile.");
        return spec;
    }

    @Override
    public Integer call() {
        Path data = directory.getValue();
        var bar = new ProgressBar("verified", terminal.err(), ProgressBar.isTerminal());
        try {
            var names = names(data);
            var summary = Verification.of(data, new Verification.Listener() {
                @Override
                public void found(Finding finding) {
                    bar.clear();
                    terminal.out().println(line(finding, names));
                }

                @Override
                public void progress(long done, long all) {
                    bar.show(done, all);
                }
            });
            bar.clear();
            terminal.out().println(sentence(summary));
            return summary.lost() == 0 ? Commands.DONE : LogCommands.DAMAGED;
        } catch (IOException e) {
            bar.clear();
            return LogCommands.notDone(e, terminal);
        }
    }

    /// For people only, so whatever the segments hold at this moment will do.
    private Map<UUID, String> names(Path data) throws IOException {
        try (var files = LogFiles.openInUse(data)) {
            return LogCommands.names(files, terminal);
        }
    }

    private static String line(Finding finding, Map<UUID, String> names) {
        var partition = finding.partition()
                .map(id -> " (%s, partition %d)".formatted(LogCommands.nameOf(id, names), id.index()))
                .orElse("");
        return "%-8s  %s%s: %s".formatted(finding.kind(), finding.where(), partition, finding.what());
    }

    private static String sentence(Verification.Summary summary) {
        return "%s, %s%s, %s of batches: %s%s%s"
                .formatted(
                        StreamCommands.counted(summary.partitions(), "partition"),
                        StreamCommands.counted(summary.segments(), "segment"),
                        summary.tiered() == 0 ? "" : " and %d in the tier, not checked".formatted(summary.tiered()),
                        ProgressBar.size(summary.byteSize()),
                        summary.lost() == 0
                                ? "nothing is lost"
                                : StreamCommands.counted((int) summary.lost(), "place") + " lost",
                        summary.repaired() == 0 ? "" : ", %d repaired by the next start".formatted(summary.repaired()),
                        summary.wasClosed() ? "" : " (the last server did not end in order)");
    }
}
