package io.braid.bench;

import io.braid.bench.demo.Demo;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The entry of this module: `demo` or `bench`, then their options.
@Command(
        name = "braid",
        subcommands = {Demo.class, Bench.class})
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /// A mistake or a failure is one sentence on standard error, never a stack trace.
    static CommandLine commandLine() {
        return new CommandLine(new Main()).setExecutionExceptionHandler((failure, line, _) -> {
            line.getErr().println("failed: " + (failure.getMessage() == null ? failure : failure.getMessage()));
            return line.getCommandSpec().exitCodeOnExecutionException();
        });
    }
}
