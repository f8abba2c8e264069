package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.CannotStart;
import io.braid.server.Logs;
import io.braid.server.Server;
import io.braid.server.Settings;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;

/// The life of a server process: starts, says so, and runs until it is told to stop.
final class Foreground {
    private Foreground() {}

    static int run(ServerArguments arguments, Commands.Terminal terminal)
            throws BadSettings, CannotStart, InterruptedException {
        var configuration = arguments.configuration(terminal.environment());
        Logs.level(configuration.value(Settings.LOGGING_LEVEL), configuration.value(Settings.LOGGING_LIBRARIES));

        var server = Server.start(configuration, InstantSource.system(), random());
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(server)));
        terminal.out().println(ready(server));
        server.certificate().ifPresent(file -> terminal.out().println(trust(file)));

        new CountDownLatch(1).await(); // until the shutdown hook ends the process
        return Commands.DONE;
    }

    static String ready(Server server) {
        long started = ManagementFactory.getRuntimeMXBean().getStartTime();
        return "ready kafka=" + server.kafka() + " http=" + server.http()
                + server.https().map(address -> " https=" + address).orElse("") + " data=" + server.data() + " in "
                + (InstantSource.system().millis() - started) + " ms";
    }

    /// What a person needs who has never heard of the certificate.
    private static String trust(Path certificate) {
        return "clients trust https with the certificate " + certificate
                + " (AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS name such a file)";
    }

    static RandomGenerator random() {
        return RandomGenerator.of("L64X128MixRandom");
    }

    /// Runs as a shutdown hook. It ends the process itself, because the JVM would report a signal as a failure.
    private static void stop(Server server) {
        server.close();
        Runtime.getRuntime().halt(Commands.DONE);
    }
}
