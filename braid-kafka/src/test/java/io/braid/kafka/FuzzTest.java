package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.braid.broker.BrokerConfig;
import io.braid.broker.NewStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Requests of every served API and version, made wrong by chance. Whatever comes: no fault of ours is logged, the
/// connection answers or ends with at most one line, it ends when the client leaves, memory stays within the frame,
/// and a good client is served afterwards. A failure names its seed and case; `-Dseed=N` runs one seed, `-Dseeds=N`
/// so many.
@Timeout(600)
class FuzzTest {
    private static final int SEEDS = Integer.getInteger("seeds", 1);
    private static final Logger OURS = Logger.getLogger("io.braid");
    private static final int AT_ONCE = 16;
    private static final int ANSWER_MILLIS = 200; // who has not answered by then may be waiting rightly
    private static final int END_MILLIS = 20_000;
    /// What parsing may allocate: a constant, and some objects for each byte of the frame.
    private static final long PARSE_BYTES = 256 << 10;

    private static final long PARSE_BYTES_PER_BYTE = 256;

    @TempDir
    private Path directory;

    private record Case(long seed, int number, ApiKeys api, int version, Mutation mutation, byte[] bytes) {
        @Override
        public String toString() {
            return "seed %d, case %d, %s version %d, %s: %s"
                    .formatted(
                            seed, number, api, version, mutation, HexFormat.of().formatHex(bytes));
        }
    }

    @Test
    void whateverComesIsAnsweredOrEndsItsConnection() throws Exception {
        for (long seed : seeds()) {
            var faults = run(seed, directory.resolve("seed-" + seed));

            assertEquals(List.of(), faults.stream().limit(5).toList());
        }
    }

    @Test
    void parsingTakesNoMoreMemoryThanTheFrameIsWorth() throws Exception {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (var server = server(directory)) {
            for (long seed : seeds()) {
                var cases = cases(seed, server);
                cases.forEach(FuzzTest::parse); // what is loaded once does not count
                for (var one : cases) {
                    long before = threads.getCurrentThreadAllocatedBytes();
                    parse(one);
                    long taken = threads.getCurrentThreadAllocatedBytes() - before;
                    long allowed = PARSE_BYTES + PARSE_BYTES_PER_BYTE * one.bytes().length;
                    assertTrue(taken <= allowed, () -> "%d bytes taken, %d allowed: %s".formatted(taken, allowed, one));
                }
            }
        }
    }

    private static long[] seeds() {
        var one = Optional.ofNullable(Long.getLong("seed"));
        return one.map(seed -> new long[] {seed})
                .orElseGet(() -> LongStream.rangeClosed(1, SEEDS).toArray());
    }

    // ---- one run

    private static TestServer server(Path directory) throws IOException {
        var limits =
                new KafkaListener.Limits(1_000, 1 << 20, 20, 64L << 20, Duration.ofMinutes(10), Duration.ofMillis(100));
        var server = TestServer.start(
                directory,
                TestServer.config(limits, true),
                new BrokerConfig(1, 200, Map.of()), // so that no request can create very much
                InstantSource.system());
        server.broker().create(NewStream.of("t", 2));
        return server;
    }

    private static List<String> run(long seed, Path directory) throws Exception {
        var faults = new ConcurrentLinkedQueue<String>();
        var journal = new Journal();
        OURS.addHandler(journal);
        OURS.setUseParentHandlers(false); // thousands of lines, each expected
        try (var server = server(directory)) {
            var places = new Semaphore(AT_ONCE);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var one : cases(seed, server)) {
                    places.acquire();
                    threads.submit(() -> {
                        try {
                            send(one, server, journal, faults);
                        } finally {
                            places.release();
                        }
                        return null;
                    });
                }
            }
            serveAGoodClient(server);
        } finally {
            OURS.setUseParentHandlers(true);
            OURS.removeHandler(journal);
        }
        faults.addAll(journal.faults);
        return List.copyOf(faults);
    }

    private static List<Case> cases(long seed, TestServer server) throws IOException {
        var random = new SplittableRandom(seed);
        var topic = server.broker().catalog().stream("t").orElseThrow().id();
        var frames = new ValidFrames(random, Ids.of(topic));
        var cases = new ArrayList<Case>();
        for (var api : served(server))
            for (short version = api.oldest(); version <= api.latest(); version++)
                for (var mutation : Mutation.values()) {
                    var frame = frames.frame(api.key(), version);
                    cases.add(new Case(seed, cases.size(), api.key(), version, mutation, mutation.of(frame, random)));
                }
        return cases;
    }

    private record Api(ApiKeys key, short oldest, short latest) {}

    private static List<Api> served(TestServer server) throws IOException {
        try (var wire = new Wire(server.listener().address())) {
            var asked =
                    new ApiVersionsRequestData().setClientSoftwareName("fuzz").setClientSoftwareVersion("1");
            return wire.ask(ApiVersionsResponse.class, ApiKeys.API_VERSIONS, 4, asked).data().apiKeys().stream()
                    .map(api -> {
                        var key = ApiKeys.forId(api.apiKey());
                        var oldest = (short) Math.max(api.minVersion(), key.oldestVersion());
                        return new Api(key, oldest, api.maxVersion());
                    })
                    .toList();
        }
    }

    private static void send(Case one, TestServer server, Journal journal, Queue<String> faults) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(server.listener().address(), END_MILLIS);
            journal.now.put(socket.getLocalPort(), one);
            socket.getOutputStream().write(one.bytes());
            socket.setSoTimeout(ANSWER_MILLIS);
            try {
                if (!readAnswer(socket)) return;
            } catch (SocketTimeoutException e) {
                // It waits for more, or for something to happen.
            }
            socket.shutdownOutput();
            socket.setSoTimeout(END_MILLIS);
            while (socket.getInputStream().read() >= 0) {}
        } catch (SocketTimeoutException e) {
            faults.add("the connection is stuck: " + one);
        } catch (SocketException e) {
            // The server closed it with bytes of ours unread, which is an end like another.
        }
    }

    /// False at the end of the stream.
    private static boolean readAnswer(Socket socket) throws IOException {
        var in = socket.getInputStream();
        var size = in.readNBytes(Integer.BYTES);
        if (size.length < Integer.BYTES) return false;
        int bytes = ByteBuffer.wrap(size).getInt();
        return in.readNBytes(bytes).length == bytes;
    }

    private static void serveAGoodClient(TestServer server) throws Exception {
        try (var producer = server.producer(Map.of("max.block.ms", 20_000))) {
            var sent = producer.send(new ProducerRecord<>("good", "k".getBytes(), "v".getBytes()))
                    .get();
            try (var consumer = server.consumer(Map.of("group.id", "good"))) {
                var partition = new TopicPartition("good", sent.partition());
                consumer.assign(List.of(partition));
                var read = consumer.poll(Duration.ofSeconds(20));
                assertEquals(1, read.count());
                consumer.commitSync();
            }
        }
    }

    // ---- parsing alone

    private static void parse(Case one) {
        var frame = ByteBuffer.wrap(one.bytes(), Integer.BYTES, one.bytes().length - Integer.BYTES)
                .slice();
        try {
            var header = RequestHeader.parse(frame);
            var context = new RequestContext(
                    header,
                    "1",
                    InetAddress.getLoopbackAddress(),
                    KafkaPrincipal.ANONYMOUS,
                    ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT),
                    SecurityProtocol.PLAINTEXT,
                    ClientInformation.EMPTY,
                    false);
            context.parseRequest(frame);
        } catch (RuntimeException e) {
            // It is meant to be wrong.
        }
    }

    /// What is logged while the cases run: errors are faults, and so is a second line about one connection.
    private static final class Journal extends Handler {
        private final Map<Integer, Case> now = new ConcurrentHashMap<>(); // by the client's port
        private final Map<String, Integer> lines = new ConcurrentHashMap<>(); // by connection
        private final Queue<String> faults = new ConcurrentLinkedQueue<>();

        @Override
        public void publish(LogRecord line) {
            if (line.getLevel().intValue() < Level.WARNING.intValue()) return;
            if (line.getLevel().intValue() >= Level.SEVERE.intValue())
                faults.add("%s: %s (%s)".formatted(line.getLoggerName(), line.getMessage(), line.getThrown()));
            if (!line.getLoggerName().endsWith(".Connection") || line.getParameters() == null) return;
            var connection = String.valueOf(line.getParameters()[0]);
            if (lines.merge(connection, 1, Integer::sum) > 1)
                faults.add("two lines about " + connection + ": " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
