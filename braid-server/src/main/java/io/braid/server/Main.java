package io.braid.server;

import io.braid.server.cli.Commands;

/// The entry of the process.
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Logs.install();
        System.exit(Commands.execute(arguments));
    }
}
