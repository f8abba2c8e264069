package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.CannotStart;
import io.braid.server.Configuration.Given;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `braid server` as picocli sees it: its help, its mistakes, and the lines that [ServerArguments#plain] leaves to it.
final class ServerCommand implements Callable<Integer> {
    private final Commands.Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec config = OptionSpec.builder(ServerArguments.CONFIG)
            .type(Path.class)
            .paramLabel("FILE")
            .description("A YAML file of settings (variable: BRAID_CONFIG).")
            .build();
    private final List<OptionSpec> shorts = List.of(
            text("--data", "DIR", "The directory that holds everything (setting: data)."),
            text("--kafka", "HOST:PORT", "Where Kafka clients connect (setting: kafka.listen)."),
            text("--http", "HOST:PORT", "Where AWS clients connect (setting: http.listen)."),
            text("--http-tls", "MODE", "https for AWS clients: off, self-signed or files (setting: http.tls.mode)."));
    private final OptionSpec set = OptionSpec.builder(ServerArguments.SET)
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("1")
            .paramLabel("KEY=VALUE")
            .description("Any setting; may be repeated.")
            .build();

    ServerCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
    }

    CommandSpec spec() {
        spec.mixinStandardHelpOptions(true).version("braid " + Commands.version());
        spec.addOption(config).addOption(set);
        shorts.forEach(spec::addOption);
        spec.usageMessage()
                .description("Start the server in the foreground.")
                .footer(
                        "",
                        "Flags override BRAID_* variables, which override the file.",
                        "`braid settings` lists what can be set.",
                        "Stops cleanly on SIGTERM and Ctrl-C.");
        return spec;
    }

    @Override
    public Integer call() throws BadSettings, CannotStart, InterruptedException {
        return Foreground.run(arguments(), terminal);
    }

    ServerArguments arguments() {
        var flags = new ArrayList<Given>();
        for (var option : shorts) {
            String value = option.getValue();
            var name = option.longestName();
            if (value != null) flags.add(new Given(ServerArguments.SHORT.get(name), value, name));
        }
        for (String pair : Commands.orEmpty(set.<List<String>>getValue())) {
            if (pair.indexOf('=') < 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--set %s: write KEY=VALUE, as in --set stream.durability=os".formatted(pair));
            }
            flags.add(ServerArguments.set(pair));
        }
        return new ServerArguments(Optional.ofNullable(config.getValue()), flags);
    }

    private static OptionSpec text(String name, String label, String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }
}
