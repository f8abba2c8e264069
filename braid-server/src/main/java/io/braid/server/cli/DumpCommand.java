package io.braid.server.cli;

import io.braid.log.LogFiles;
import io.braid.log.PartitionId;
import io.braid.log.StoredBatches.Found;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `braid log dump`: what a data directory holds, as JSON lines.
final class DumpCommand implements Callable<Integer> {
    private static final int BUFFER_CHARS = 64 << 10;
    private static final int CHECKED_EVERY = 1000; // lines; a reader that has gone, as `head` does, ends the dump

    private final Commands.Terminal terminal;
    private final PositionalParamSpec directory = LogCommands.directory();
    private final OptionSpec batches = flag("--batches", "Show the headers of batches instead of records.");
    private final OptionSpec whileRunning = flag(
            "--while-running",
            "Read although a server may be using the directory: what its segments hold at this moment.");
    private final OptionSpec stream = OptionSpec.builder("--stream")
            .type(String.class)
            .paramLabel("NAME")
            .description("Only this stream, by name or id (default: all).")
            .build();
    private final OptionSpec partition = number("--partition", "N", "-1", "Only partitions of this number.");
    private final OptionSpec from = number("--from", "OFFSET", "0", "Begin with this offset, in each partition.");
    private final OptionSpec to =
            number("--to", "OFFSET", String.valueOf(Long.MAX_VALUE), "End before this offset, in each partition.");

    private boolean isDamaged;
    private int lines;

    DumpCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
    }

    CommandSpec spec() {
        var spec = LogCommands.command(this, directory);
        for (var option : List.of(batches, stream, partition, from, to, whileRunning)) spec.addOption(option);
        spec.usageMessage()
                .description("Print records or batches of a data directory as JSON lines. Changes nothing.")
                .footer(
                        "",
                        "Keys, values and headers are text where they are UTF-8 (\"key\", \"value\"), else",
                        "Base64 (\"keyBase64\", \"valueBase64\"); one that is missing is left out. Ends of",
                        "transactions have \"control\". A damaged place is a line with \"damaged\", and the",
                        "next faultless batch follows.",
                        "Without --while-running it shows what the next start of the server would serve.",
                        "Exit code: 0 if all was printed, 1 if some of it is damaged, 2 if it could not",
                        "run (the directory is in use, is none of Braid's, or cannot be read).");
        return spec;
    }

    private static OptionSpec flag(String name, String description) {
        return OptionSpec.builder(name)
                .type(boolean.class)
                .defaultValue("false")
                .description(description)
                .build();
    }

    private static OptionSpec number(String name, String label, String standard, String description) {
        return OptionSpec.builder(name)
                .type(long.class)
                .paramLabel(label)
                .defaultValue(standard)
                .description(description)
                .build();
    }

    @Override
    public Integer call() {
        Path data = directory.getValue();
        var out = new PrintWriter(new BufferedWriter(terminal.out(), BUFFER_CHARS));
        try (var files = whileRunning.<Boolean>getValue() ? LogFiles.openInUse(data) : LogFiles.open(data)) {
            files.refusal()
                    .ifPresent(refusal -> terminal.err()
                            .println("braid: the server would refuse to start (%s); this is what its segments hold"
                                    .formatted(refusal.getMessage())));
            var names = LogCommands.names(files, terminal);
            for (var id : chosen(files, names)) if (!dump(files, id, LogCommands.nameOf(id, names), out)) break;
            return isDamaged ? LogCommands.DAMAGED : Commands.DONE;
        } catch (IOException e) {
            return LogCommands.notDone(e, terminal);
        } finally {
            out.flush();
        }
    }

    private List<PartitionId> chosen(LogFiles files, Map<UUID, String> names) throws IOException {
        String wanted = stream.getValue();
        long number = partition.<Long>getValue();
        var ofStream = files.partitions().stream()
                .filter(id -> wanted == null
                        || LogCommands.nameOf(id, names).equals(wanted)
                        || id.stream().toString().equals(wanted))
                .toList();
        if (ofStream.isEmpty() && wanted != null && !names.containsValue(wanted))
            throw new IOException("there is no stream %s in %s".formatted(wanted, directory.<Path>getValue()));
        return ofStream.stream()
                .filter(id -> number < 0 || id.index() == number)
                .toList();
    }

    /// False once nobody listens any more.
    private boolean dump(LogFiles files, PartitionId id, String name, PrintWriter out) throws IOException {
        var print = new DumpLines(name, id.index(), from.<Long>getValue(), to.<Long>getValue());
        try (var stored = files.batches(id, from.<Long>getValue())) {
            for (var found = stored.next(); found.isPresent(); found = stored.next()) {
                switch (found.get()) {
                    case Found.Whole whole -> {
                        if (whole.batch().baseOffset() >= to.<Long>getValue()) return true;
                        if (batches.<Boolean>getValue()) write(print.batch(whole), out);
                        else for (var line : print.records(whole)) write(line, out);
                    }
                    case Found.Damaged damaged -> {
                        if (damaged.first() >= to.<Long>getValue()) return true;
                        isDamaged = true;
                        write(print.damaged(damaged), out);
                    }
                    case Found.Ends(var file, int position, var detail) -> {
                        // Of a running server it is what is being written now; otherwise recovery has not cut it.
                        isDamaged |= !whileRunning.<Boolean>getValue();
                        terminal.err()
                                .println("braid: %s, partition %d ends at %s at %d: %s"
                                        .formatted(name, id.index(), file, position, detail));
                    }
                }
                if (lines >= CHECKED_EVERY && !isHeard(out)) return false;
            }
        }
        return true;
    }

    private boolean isHeard(PrintWriter out) {
        lines = 0;
        out.flush();
        return !terminal.out().checkError();
    }

    private void write(Map<String, Object> line, PrintWriter out) {
        out.write(Json.write(line));
        out.write('\n');
        lines++;
    }
}
