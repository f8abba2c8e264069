package io.braid.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// Two free ports below those the system gives to outgoing connections.
///
/// While a killed server is away, its clients keep connecting. On a port of the ephemeral range such a connection can
/// be given that very port as its own, connect to itself, and keep the server from ever coming back.
record StablePorts(int first, int second) {
    private static final int LOWEST = 15_000;
    private static final int TRIES_MAX = 1_000;

    static StablePorts two() throws IOException {
        int highest = lowestEphemeral();
        var random = new Random();
        int first = free(random, highest);
        int second = free(random, highest);
        while (second == first) second = free(random, highest);
        return new StablePorts(first, second);
    }

    /// A third of these.
    int another() throws IOException {
        int highest = lowestEphemeral();
        var random = new Random();
        int port = free(random, highest);
        while (port == first || port == second) port = free(random, highest);
        return port;
    }

    private static int lowestEphemeral() throws IOException {
        // Not Files.readString: this file gives all it has to the first read only, and that one reads a byte.
        try (var range = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
            return Integer.parseInt(range.readLine().strip().split("\\s+")[0]);
        }
    }

    private static int free(Random random, int highest) throws IOException {
        for (int i = 0; i < TRIES_MAX; i++) {
            int port = random.nextInt(LOWEST, highest);
            if (isFree(port)) return port;
        }
        throw new IOException("no free port between %d and %d".formatted(LOWEST, highest));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false; // somebody listens there: that is the answer
        }
    }
}
