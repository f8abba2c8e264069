package io.braid.bench;

import io.braid.bench.demo.DemoCommand;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The entry of this module: `demo` or `bench`, then their options.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine(System.out).execute(arguments));
    }

    /// A failure is one sentence on standard error, never a stack trace.
    static CommandLine commandLine(PrintStream out) {
        var root = CommandSpec.create().name("braid");
        root.addSubcommand("demo", new DemoCommand(out).spec());
        root.addSubcommand("bench", new Bench(out).spec());
        return new CommandLine(root).setUsageHelpAutoWidth(false).setExecutionExceptionHandler((failure, line, _) -> {
            line.getErr().println("braid: " + (failure.getMessage() == null ? failure : failure.getMessage()));
            return 1;
        });
    }
}
