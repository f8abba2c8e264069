package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.CannotStart;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/// The list of all commands, and how each of them ends.
public final class Commands {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int MISUSED = 2;

    private Commands() {}

    /// Does what the arguments say and returns the exit code of the process.
    public static int execute(String... arguments) {
        var terminal = new Terminal(
                System.in, new PrintWriter(System.out, true), new PrintWriter(System.err, true), System.getenv());
        return execute(arguments, terminal);
    }

    static int execute(String[] arguments, Terminal terminal) {
        var words = List.of(arguments);
        var server = !words.isEmpty() && words.getFirst().equals("server")
                ? ServerArguments.plain(words.subList(1, words.size()))
                : Optional.<ServerArguments>empty();
        return server.isPresent()
                ? serve(server.get(), terminal)
                : commands(terminal).execute(arguments);
    }

    private static int serve(ServerArguments arguments, Terminal terminal) {
        try {
            return Foreground.run(arguments, terminal);
        } catch (BadSettings bad) {
            return say(bad, MISUSED, terminal);
        } catch (CannotStart cannot) {
            return say(cannot, FAILED, terminal);
        } catch (InterruptedException _) {
            return FAILED;
        }
    }

    /// All commands, ready to be executed once.
    static CommandLine commands(Terminal terminal) {
        var root = CommandSpec.create().name("braid").mixinStandardHelpOptions(true);
        root.version("braid " + version());
        root.usageMessage()
                .description("One streaming server, two protocols, one durable log.")
                .footer(
                        "",
                        "Start here: ./braid server, then point a Kafka client at 127.0.0.1:9092",
                        "and an AWS client at http://127.0.0.1:4566.");
        root.addSubcommand("server", new ServerCommand(terminal).spec());
        root.addSubcommand("stream", StreamCommands.spec(terminal));
        root.addSubcommand("usage", new UsageCommand(terminal).spec());
        root.addSubcommand("log", LogCommands.spec(terminal));
        root.addSubcommand("settings", new SettingsCommand(terminal).spec());
        root.addSubcommand("demo", elsewhere("demo", "Stream real events in by one protocol and out by the other."));
        root.addSubcommand(
                "bench", elsewhere("bench", "Measure Braid beside named peers; --list names what there is."));
        root.addSubcommand("train", new TrainCommand(terminal).spec());

        return new CommandLine(root)
                .setOut(terminal.out())
                .setErr(terminal.err())
                .setUsageHelpAutoWidth(false)
                .setExecutionStrategy(Commands::run)
                .setExecutionExceptionHandler((failure, _, _) -> report(failure, terminal));
    }

    /// Help and version where they are asked for; the help of a group of commands that was named alone.
    private static int run(ParseResult parsed) {
        if (CommandLine.printHelpIfRequested(parsed)) return DONE;
        var last = parsed;
        while (last.hasSubcommand()) last = last.subcommand();
        var command = last.commandSpec();
        if (command.userObject() instanceof Callable<?>) return new CommandLine.RunLast().execute(parsed);
        command.commandLine().usage(command.commandLine().getErr());
        return MISUSED;
    }

    private static int report(Exception failure, Terminal terminal) throws Exception {
        return switch (failure) {
            case BadSettings bad -> say(bad, MISUSED, terminal);
            case CannotStart cannot -> say(cannot, FAILED, terminal);
            case Failure expected -> say(expected, FAILED, terminal);
            default -> throw failure;
        };
    }

    private static int say(Exception failure, int code, Terminal terminal) {
        terminal.err().println("braid: " + failure.getMessage());
        return code;
    }

    /// A command that the launcher starts in a JVM of its own; listed here for `--help`.
    private static CommandSpec elsewhere(String name, String description) {
        var spec = CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> {
            throw new Failure("start this through the launcher: ./braid " + name);
        });
        spec.usageMessage().description(description);
        return spec;
    }

    static String version() {
        return Optional.ofNullable(Commands.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
    }

    /// The outside of a command: where it reads and writes, and the variables of its environment.
    record Terminal(InputStream in, PrintWriter out, PrintWriter err, Map<String, String> environment) {
        Terminal {
            environment = Map.copyOf(environment);
        }
    }

    /// A list as picocli gives it for an option that may be repeated: nothing said is null there.
    static <T> List<T> orEmpty(List<T> values) {
        return values == null ? List.of() : values;
    }
}
