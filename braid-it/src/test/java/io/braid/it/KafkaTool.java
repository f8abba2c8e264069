package io.braid.it;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Kafka's own command line: each tool in a process of its own, as its shell scripts start it.
///
/// @param bootstrap where the server listens
record KafkaTool(String bootstrap) {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /// Runs a tool, which is told where the server is, to its successful end.
    Finished run(String main, List<String> arguments, String input) throws IOException {
        var all = new ArrayList<>(List.of("--bootstrap-server", bootstrap));
        all.addAll(arguments);
        return runAsTold(main, all, input);
    }

    /// The same with no other arguments than these.
    Finished runAsTold(String main, List<String> arguments, String input) throws IOException {
        var jars = Jvm.target().resolve("clients/tools/*");
        // The scripts' own flags are for brokers; a tool that lives a second wants to start fast.
        var command = new ArrayList<>(List.of(Jvm.java(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", jars.toString(), main));
        command.addAll(arguments);
        return Finished.run(command, input, LIMIT).successfully();
    }
}
