package io.braid.server;

import io.braid.server.cli.Commands;

/// The entry of the process.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        // By name, and before anything logs: to call a method of Logs would be to make the JVM's own log manager first.
        System.setProperty("java.util.logging.manager", Logs.class.getName());
        System.exit(Commands.execute(arguments));
    }
}
