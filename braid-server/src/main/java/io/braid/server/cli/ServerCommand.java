package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.CannotStart;
import io.braid.server.Configuration;
import io.braid.server.Configuration.Given;
import io.braid.server.Logs;
import io.braid.server.Server;
import io.braid.server.Settings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `braid server`: starts, says so, and runs until it is told to stop.
final class ServerCommand implements Callable<Integer> {
    private final Commands.Terminal terminal;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec config = OptionSpec.builder("--config")
            .type(Path.class)
            .paramLabel("FILE")
            .description("A YAML file of settings (variable: BRAID_CONFIG).")
            .build();
    private final OptionSpec data = text("--data", "DIR", "The directory that holds everything (setting: data).");
    private final OptionSpec kafka =
            text("--kafka", "HOST:PORT", "Where Kafka clients connect (setting: kafka.listen).");
    private final OptionSpec http = text("--http", "HOST:PORT", "Where AWS clients connect (setting: http.listen).");
    private final OptionSpec set = OptionSpec.builder("--set")
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
        spec.mixinStandardHelpOptions(true).version("braid");
        spec.addOption(config).addOption(data).addOption(kafka).addOption(http).addOption(set);
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
        var configuration = configuration();
        Logs.level(configuration.value(Settings.LOGGING_LEVEL), configuration.value(Settings.LOGGING_LIBRARIES));

        var server = Server.start(configuration, InstantSource.system(), RandomGenerator.of("L64X128MixRandom"));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(server)));
        long millis = InstantSource.system().millis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        terminal.out()
                .printf(
                        "ready kafka=%s http=%s data=%s in %d ms%n",
                        server.kafka(), server.http(), server.data(), millis);

        new CountDownLatch(1).await(); // until the shutdown hook ends the process
        return Commands.DONE;
    }

    Configuration configuration() throws BadSettings {
        var flags = new ArrayList<Given>();
        add(flags, data, Settings.DATA.key());
        add(flags, kafka, Settings.KAFKA_LISTEN.key());
        add(flags, http, Settings.HTTP_LISTEN.key());
        for (String pair : Commands.orEmpty(set.<List<String>>getValue())) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--set %s: write KEY=VALUE, as in --set stream.durability=os".formatted(pair));
            }
            flags.add(new Given(pair.substring(0, equals), pair.substring(equals + 1), "--set"));
        }
        var file = Optional.<Path>ofNullable(config.getValue())
                .or(() -> Optional.ofNullable(terminal.environment().get("BRAID_CONFIG"))
                        .map(Path::of));
        return Configuration.load(file, terminal.environment(), flags);
    }

    /// Runs as a shutdown hook. It ends the process itself, because the JVM would report a signal as a failure.
    private static void stop(Server server) {
        server.close();
        Runtime.getRuntime().halt(Commands.DONE);
    }

    private static void add(List<Given> flags, OptionSpec option, String key) {
        String value = option.getValue();
        if (value != null) flags.add(new Given(key, value, option.longestName()));
    }

    private static OptionSpec text(String name, String label, String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel(label)
                .description(description)
                .build();
    }
}
