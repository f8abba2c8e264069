package io.braid.server.cli;

import io.braid.broker.StoredCatalog;
import io.braid.broker.Stream;
import io.braid.log.LogFiles;
import io.braid.log.PartitionId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `braid log …`: a data directory without its server.
final class LogCommands {
    /// Damage was found.
    static final int DAMAGED = 1;
    /// Nothing was looked at: in use, no data directory, or the disk failed.
    static final int NOT_DONE = 2;

    static final String CATALOG = "(catalog)";

    private LogCommands() {}

    static CommandSpec spec(Commands.Terminal terminal) {
        var group = CommandSpec.create().mixinStandardHelpOptions(true);
        group.usageMessage().description("Check and read a data directory whose server is not running.");
        group.addSubcommand("verify", new VerifyCommand(terminal).spec());
        group.addSubcommand("dump", new DumpCommand(terminal).spec());
        return group;
    }

    static CommandSpec command(Callable<Integer> does, PositionalParamSpec directory) {
        return CommandSpec.wrapWithoutInspection(does)
                .mixinStandardHelpOptions(true)
                .addPositional(directory);
    }

    static PositionalParamSpec directory() {
        return PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .required(true)
                .type(Path.class)
                .paramLabel("DIR")
                .description("The data directory (what `braid server --data` names).")
                .build();
    }

    static int notDone(IOException why, Commands.Terminal terminal) {
        terminal.err().println("braid: " + why.getMessage());
        return NOT_DONE;
    }

    /// What streams are called, as far as the catalog can be read.
    static Map<UUID, String> names(LogFiles files, Commands.Terminal terminal) {
        var names = new HashMap<UUID, String>();
        try {
            for (Stream stream : StoredCatalog.of(files).streams()) names.put(stream.id(), stream.name());
        } catch (IOException e) {
            terminal.err().println("braid: streams are shown by their ids: " + e.getMessage());
        }
        names.put(StoredCatalog.ID.stream(), CATALOG);
        return names;
    }

    static String nameOf(PartitionId partition, Map<UUID, String> names) {
        return names.getOrDefault(partition.stream(), partition.stream().toString());
    }
}
