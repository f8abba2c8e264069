package io.braid.kafka;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import org.apache.kafka.common.network.TransferableChannel;

/// A connection's socket as Kafka's response writers want it. The writer thread's only.
final class Outlet implements TransferableChannel {
    private final SocketChannel socket;

    Outlet(SocketChannel socket) {
        this.socket = socket;
    }

    /// Where slices send themselves to: the bare socket, as only that can be transferred to without copying.
    WritableByteChannel socket() {
        return socket;
    }

    @Override
    public boolean hasPendingWrites() {
        return false; // every write goes to the socket itself
    }

    @Override
    public long transferFrom(FileChannel file, long position, long count) throws IOException {
        return file.transferTo(position, count, socket);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return socket.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources) throws IOException {
        return socket.write(sources);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        return socket.write(sources, offset, length);
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
