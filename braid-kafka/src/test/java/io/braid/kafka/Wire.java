package io.braid.kafka;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;

/// One bare connection: sends what it is told, in the version it is told.
final class Wire implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;
    private static final int PRODUCE_VERSION = 9;

    private final Socket socket;
    private final DataOutputStream out;
    private final DataInputStream in;
    private int correlation;

    Wire(InetSocketAddress server) throws IOException {
        socket = new Socket();
        socket.connect(server, TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        out = new DataOutputStream(socket.getOutputStream());
        in = new DataInputStream(socket.getInputStream());
    }

    /// Sends a request and does not wait.
    RequestHeader send(ApiKeys api, int version, ApiMessage body) throws IOException {
        var header = new RequestHeader(api, (short) version, "wire", correlation++);
        var bytes = RequestUtils.serialize(header.data(), header.headerVersion(), body, (short) version);
        var array = new byte[bytes.remaining()];
        bytes.get(array);
        sendFrame(array);
        return header;
    }

    void sendFrame(byte[] frame) throws IOException {
        out.writeInt(frame.length);
        out.write(frame);
        out.flush();
    }

    void sendRaw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /// The next response, which must be that of `header`.
    AbstractResponse receive(RequestHeader header) throws IOException {
        return AbstractResponse.parseResponse(receiveFrame(), header);
    }

    ByteBuffer receiveFrame() throws IOException {
        var frame = new byte[in.readInt()];
        in.readFully(frame);
        return ByteBuffer.wrap(frame);
    }

    <T> T ask(Class<T> type, ApiKeys api, int version, ApiMessage body) throws IOException {
        return type.cast(receive(send(api, version, body)));
    }

    /// Produces one batch in a version that names topics, with `acks=all`.
    PartitionProduceResponse produce(String topic, int partition, MemoryRecords batch) throws IOException {
        var topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData()
                .setName(topic)
                .setPartitionData(
                        List.of(new PartitionProduceData().setIndex(partition).setRecords(batch))));
        var body = new ProduceRequestData()
                .setAcks((short) -1)
                .setTimeoutMs(TIMEOUT_MILLIS)
                .setTopicData(topics);
        var topicsAnswered = ask(ProduceResponse.class, ApiKeys.PRODUCE, PRODUCE_VERSION, body)
                .data()
                .responses();
        return topicsAnswered.iterator().next().partitionResponses().getFirst();
    }

    /// Whether the server has closed this connection, or does within the timeout.
    boolean isClosedByServer() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return !(e instanceof java.net.SocketTimeoutException);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
