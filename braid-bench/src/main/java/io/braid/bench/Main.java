package io.braid.bench;

import io.braid.bench.demo.DemoCommand;
import java.io.PrintStream;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The entry of this module: `demo` or `bench`, then their options.
public final class Main {
    /// Kafka's clients tell of every step. A logger is forgotten, with its level, unless somebody holds it.
    private static final Logger KAFKA_CLIENTS = Logger.getLogger("org.apache.kafka");

    /// It warns for each of ten thousand partitions when a server is killed on purpose; that a record failed for good
    /// is an exception as well.
    private static final Logger KAFKA_SENDER = Logger.getLogger("org.apache.kafka.clients.producer.internals.Sender");

    private Main() {}

    public static void main(String[] arguments) {
        KAFKA_CLIENTS.setLevel(Level.WARNING);
        KAFKA_SENDER.setLevel(Level.SEVERE);
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
