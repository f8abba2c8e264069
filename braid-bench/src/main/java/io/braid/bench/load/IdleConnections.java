package io.braid.bench.load;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Connections to a Kafka listener that have asked one thing each, ApiVersions, and then stay silent.
public final class IdleConnections implements AutoCloseable {
    private static final int READ_MILLIS_MAX = 30_000;
    private static final short API_VERSIONS = 18;

    private final List<Socket> sockets = new ArrayList<>();

    private IdleConnections() {}

    /// @throws IOException one of them was not accepted or not answered
    public static IdleConnections open(String bootstrap, int count) throws IOException {
        var all = new IdleConnections();
        try {
            for (int i = 0; i < count; i++) all.open(bootstrap);
        } catch (IOException e) {
            all.close();
            throw new IOException("connection %d of %d: %s".formatted(all.sockets.size(), count, e.getMessage()), e);
        }
        return all;
    }

    private void open(String bootstrap) throws IOException {
        int colon = bootstrap.lastIndexOf(':');
        var socket = new Socket(bootstrap.substring(0, colon), Integer.parseInt(bootstrap.substring(colon + 1)));
        sockets.add(socket);
        socket.setSoTimeout(READ_MILLIS_MAX);
        socket.getOutputStream().write(request());
        var in = new DataInputStream(socket.getInputStream());
        in.readNBytes(in.readInt());
    }

    /// `length | key | version 0 | correlation id | client id`
    private static byte[] request() {
        var client = "idle".getBytes(StandardCharsets.US_ASCII);
        int length = 2 + 2 + 4 + 2 + client.length;
        return ByteBuffer.allocate(4 + length)
                .putInt(length)
                .putShort(API_VERSIONS)
                .putShort((short) 0)
                .putInt(1)
                .putShort((short) client.length)
                .put(client)
                .array();
    }

    @Override
    public void close() throws IOException {
        for (var socket : sockets) socket.close();
    }
}
