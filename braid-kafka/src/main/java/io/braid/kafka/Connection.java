package io.braid.kafka;

import io.braid.kafka.Answer.Reply;
import io.braid.kafka.Frames.Frame;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;

/// One client's connection: a reader thread that takes requests in and hands them to their handlers, a writer
/// thread that sends the answers, and a bounded queue between them. Both are written in blocking style;
/// [ConnectionThreads] decides what they run on.
///
///     socket ──► reader: parse, handle ──► pending answers ──► writer: wait, send ──► socket
///
/// 1. Responses leave in the order of their requests.
/// 2. The reader does not wait for the disk: produce requests behind the first are appended meanwhile.
/// 3. A client that does not read its responses fills the queue, and is not read from until it does.
/// 4. A client over its quota is told so and not read from for a while ([Mute]).
/// 5. Every request taken in gives its memory back exactly once, after its answer, also on a broken connection.
final class Connection {
    private static final Logger LOG = System.getLogger(Connection.class.getName());

    private static final ListenerName LISTENER = ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
    private static final int SIZE_BYTES = 4;
    /// The api key and version, with which every request header begins.
    private static final int API_BYTES = 4;
    /// What is read into the heap at once; the JDK keeps a buffer of the largest such read for each platform thread.
    private static final int HEAP_READ_BYTES = 128 << 10;

    /// @param throttleMillis what the client is to wait, as far as the reader knows
    private record Pending(Request request, Answer answer, Frame frame, int throttleMillis) {}

    private final SocketChannel socket;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final String id;
    private final Handlers handlers;
    private final Frames frames;
    private final KafkaListener.Limits limits;
    private final InstantSource clock;
    private final Mute mute;

    private final BlockingQueue<Optional<Pending>> pending; // empty: nothing comes any more
    private final AtomicInteger impatientPending = new AtomicInteger(); // see isPatient
    private final Doorbell bell = new Doorbell(() -> impatientPending.get() > 0);
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final ByteBuffer prefix = ByteBuffer.allocateDirect(SIZE_BYTES + API_BYTES); // reader only
    private ClientInformation client = ClientInformation.EMPTY; // reader only
    private volatile long lastActive; // milliseconds since 1970; reader and writer, whoever is later
    private volatile boolean broken; // nobody will read what is sent
    private volatile boolean draining;

    Connection(
            SocketChannel socket,
            long number,
            Handlers handlers,
            Frames frames,
            KafkaListener.Limits limits,
            Throttles throttles,
            InstantSource clock)
            throws IOException {
        this.socket = socket;
        this.local = (InetSocketAddress) socket.getLocalAddress();
        this.remote = (InetSocketAddress) socket.getRemoteAddress();
        this.id = "%s:%d-%s:%d-%d"
                .formatted(
                        local.getAddress().getHostAddress(),
                        local.getPort(),
                        remote.getAddress().getHostAddress(),
                        remote.getPort(),
                        number);
        this.handlers = handlers;
        this.frames = frames;
        this.limits = limits;
        this.clock = clock;
        this.mute = new Mute(throttles, clock);
        this.pending = new ArrayBlockingQueue<>(limits.requestsPerConnection());
        this.lastActive = clock.millis();
    }

    /// Serves the client until it leaves, misbehaves, or [#drain] or [#abort] is called. Runs on the reader
    /// thread and returns when the writer has ended too.
    void serve() {
        var writer = ConnectionThreads.startBeside("kafka-out-" + id, this::answer);
        try {
            read();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "connection " + id + " ended: " + e);
        } catch (InvalidRequestException e) {
            LOG.log(Level.WARNING, "connection {0} closed: {1}", id, reason(e));
        } catch (InterruptedException e) {
            LOG.log(Level.DEBUG, () -> "connection " + id + " interrupted");
        } finally {
            if (!draining) abort();
            finish(writer);
        }
    }

    private void finish(Thread writer) {
        try {
            pending.put(Optional.empty());
            writer.join();
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, "connection {0} interrupted while it ended", id);
        } finally {
            abort();
        }
    }

    /// Takes no more requests; those taken are answered.
    void drain() {
        draining = true;
        bell.silence();
        try {
            socket.shutdownInput(); // the reader sees an end of the stream
        } catch (IOException e) {
            abort();
        }
    }

    /// Ends at once. Any thread.
    void abort() {
        broken = true;
        ended.complete(null);
        bell.silence();
        try {
            socket.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "connection " + id + " did not close: " + e);
        }
    }

    boolean isIdle(Duration limit) {
        return clock.millis() - lastActive > limit.toMillis();
    }

    String id() {
        return id;
    }

    // ---- reader thread

    private void read() throws IOException, InterruptedException {
        while (fill(prefix.clear())) {
            int size = prefix.getInt(0);
            if (size < API_BYTES || size > limits.requestBytes())
                throw new InvalidRequestException("a request of %d bytes: should be %d to %d (the listener's limit)"
                        .formatted(size, API_BYTES, limits.requestBytes()));
            mute.await(ended);
            var frame = frames.take(size, prefix.getShort(SIZE_BYTES) == ApiKeys.PRODUCE.id);
            boolean handedOn = false;
            try {
                var bytes = frame.buffer().putInt(prefix.getInt(SIZE_BYTES));
                if (!fill(bytes)) throw new IOException("the client left in the middle of a request");
                lastActive = clock.millis();
                var taken = take(bytes.flip(), frame);
                handedOn = true;
                if (!isPatient(taken)) impatientPending.incrementAndGet();
                pending.put(Optional.of(taken));
                if (!isPatient(taken)) bell.ring();
            } finally {
                if (!handedOn) frame.release();
            }
        }
    }

    /// Reads until the buffer is full; false if the stream ended before its first byte.
    private boolean fill(ByteBuffer buffer) throws IOException {
        int first = buffer.position();
        int limit = buffer.limit();
        while (buffer.position() < limit) {
            if (!buffer.isDirect()) buffer.limit(Math.min(limit, buffer.position() + HEAP_READ_BYTES));
            int count = socket.read(buffer);
            buffer.limit(limit);
            if (count < 0) {
                if (buffer.position() == first) return false;
                throw new IOException("the client left in the middle of a request");
            }
        }
        return true;
    }

    private Pending take(ByteBuffer bytes, Frame frame) {
        var began = clock.instant();
        int size = bytes.remaining();
        var request = parse(bytes);
        var api = request.context().header.apiKey();
        var handler = handlers.of(api, request.version())
                .orElseThrow(() -> new InvalidRequestException("%s version %d is not served here: %s"
                        .formatted(
                                api,
                                request.version(),
                                ApiGaps.reason(api).orElse("not a version that Kafka's brokers serve"))));
        mute.begin(request);
        var answer = handle(handler, request);
        int throttle = mute.end(request, answer, size, Duration.between(began, clock.instant()));
        return new Pending(request, answer, frame, throttle);
    }

    private Request parse(ByteBuffer bytes) {
        try {
            var header = RequestHeader.parse(bytes);
            var context = new RequestContext(
                    header,
                    id,
                    remote.getAddress(),
                    Optional.of(remote.getPort()),
                    KafkaPrincipal.ANONYMOUS,
                    LISTENER,
                    SecurityProtocol.PLAINTEXT,
                    client,
                    false);
            var request = new Request(context, context.parseRequest(bytes).request, local, bell);
            if (request.body() instanceof ApiVersionsRequest told && told.isValid()) introduced(told);
            return request;
        } catch (InvalidRequestException e) {
            throw e;
        } catch (RuntimeException e) { // whatever the parser trips over, it is the client's bytes
            throw new InvalidRequestException("the request's header cannot be read", e);
        }
    }

    /// The client says what software it is; one that does not is of unknown make.
    private void introduced(ApiVersionsRequest told) {
        client = new ClientInformation(
                told.data().clientSoftwareName(), told.data().clientSoftwareVersion());
    }

    private static Answer handle(Handler handler, Request request) {
        try {
            return handler.handle(request);
        } catch (Exception e) {
            return Answer.of(failure(request, e));
        }
    }

    // ---- writer thread

    private void answer() {
        var outlet = new Outlet(socket);
        try {
            for (var next = pending.take(); next.isPresent(); next = pending.take()) answer(next.get(), outlet);
        } catch (InterruptedException e) {
            LOG.log(Level.WARNING, "connection {0} interrupted", id);
            abort();
        }
    }

    private void answer(Pending pending, Outlet outlet) {
        if (!isPatient(pending)) impatientPending.decrementAndGet();
        try {
            var found = reply(pending);
            if (found.isEmpty()) return;
            try (var reply = found.get()) {
                if (broken) return;
                mute.tell(pending.request(), reply.response(), pending.throttleMillis());
                send(pending.request(), reply.response(), outlet);
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, () -> "connection " + id + " ended: " + e);
            abort();
        } catch (RuntimeException e) { // an answer that its version cannot express: a fault of ours
            LOG.log(
                    Level.ERROR,
                    "connection " + id + " closed: cannot answer "
                            + pending.request().context().header,
                    e);
            abort();
        } finally {
            pending.frame().release();
            lastActive = clock.millis();
        }
    }

    /// Waits for what there is to send; empty if there is nothing, or nobody to send it to.
    private Optional<Reply> reply(Pending pending) {
        try {
            return switch (pending.answer()) {
                case Answer.Now(var response) -> Optional.of(Reply.of(response));
                case Answer.Later(var response) -> {
                    if (!response.isDone())
                        CompletableFuture.anyOf(response, ended).get();
                    yield response.isDone() ? Optional.of(Reply.of(response.get())) : Optional.empty();
                }
                case Answer.Turn(var work) -> Optional.of(work.run());
                case Answer.None(var work) -> {
                    work.run();
                    yield Optional.empty();
                }
            };
        } catch (Exception e) {
            return failed(pending, e);
        }
    }

    private Optional<Reply> failed(Pending pending, Exception failure) {
        if (pending.answer() instanceof Answer.None) {
            LOG.log(Level.WARNING, "connection {0} closed: {1}", id, reason(failure));
            abort();
            return Optional.empty();
        }
        return Optional.of(Reply.of(failure(pending.request(), failure)));
    }

    private void send(Request request, AbstractResponse response, Outlet outlet) throws IOException {
        var send = request.context().buildResponseSend(response);
        while (!send.completed()) send.writeTo(outlet);
    }

    // ---- both

    /// Whether a request may be made to wait by the fetch before it: it is one itself, and not the last one of its
    /// session, which a consumer sends when it closes and waits for.
    private static boolean isPatient(Pending pending) {
        if (!(pending.request().body() instanceof FetchRequest fetch)) return false;
        return fetch.metadata().epoch() != FetchMetadata.FINAL_EPOCH
                || fetch.metadata().sessionId() == FetchMetadata.INVALID_SESSION_ID;
    }

    private static AbstractResponse failure(Request request, Throwable failure) {
        var cause = failure instanceof ExecutionException && failure.getCause() != null ? failure.getCause() : failure;
        if (Errors.forException(cause) == Errors.UNKNOWN_SERVER_ERROR)
            LOG.log(Level.ERROR, "cannot answer " + request.context().header, cause);
        return request.body().getErrorResponse(0, cause);
    }

    private static String reason(Throwable e) {
        return e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
    }
}
