package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.Configuration;
import io.braid.server.Configuration.Given;
import io.braid.server.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What `braid server` was told.
///
/// @param config the file of settings, if one was named
/// @param flags  settings said on the command line
record ServerArguments(Optional<Path> config, List<Given> flags) {
    static final String CONFIG = "--config";
    static final String SET = "--set";

    /// The flags that are short for a setting.
    static final Map<String, String> SHORT = Map.of(
            "--data", Settings.DATA.key(),
            "--kafka", Settings.KAFKA_LISTEN.key(),
            "--http", Settings.HTTP_LISTEN.key(),
            "--http-tls", Settings.HTTP_TLS_MODE.key());

    ServerArguments {
        flags = List.copyOf(flags);
    }

    /// Reads a line that is written as the help says, which starts a server a fifth of a second sooner than with
    /// picocli: its classes are of a format that the JVM cannot keep in its ahead-of-time cache. Everything else
    /// (help, mistakes, abbreviations) gets no answer here, and is picocli's to answer.
    static Optional<ServerArguments> plain(List<String> arguments) {
        var config = Optional.<Path>empty();
        var flags = new ArrayList<Given>();
        var once = new HashSet<String>();
        var rest = arguments.iterator();
        while (rest.hasNext()) {
            var argument = rest.next();
            int equals = argument.indexOf('=');
            var name = equals < 0 ? argument : argument.substring(0, equals);
            if (!name.equals(SET) && !once.add(name)) return Optional.empty();
            if (equals < 0 && !rest.hasNext()) return Optional.empty();
            var value = equals < 0 ? rest.next() : argument.substring(equals + 1);
            if (value.isEmpty() || value.startsWith("-") || value.startsWith("\"")) return Optional.empty();

            if (name.equals(CONFIG)) {
                config = Optional.of(Path.of(value));
            } else if (SHORT.containsKey(name)) {
                flags.add(new Given(SHORT.get(name), value, name));
            } else if (name.equals(SET) && value.indexOf('=') > 0) {
                flags.add(set(value));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(new ServerArguments(config, flags));
    }

    /// `pair`: `KEY=VALUE`.
    static Given set(String pair) {
        int equals = pair.indexOf('=');
        return new Given(pair.substring(0, equals), pair.substring(equals + 1), SET);
    }

    Configuration configuration(Map<String, String> environment) throws BadSettings {
        var file = config.or(
                () -> Optional.ofNullable(environment.get("BRAID_CONFIG")).map(Path::of));
        return Configuration.load(file, environment, flags);
    }
}
