package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.cloudwatch.CloudWatch;
import io.braid.aws.dynamodb.DynamoDb;
import io.braid.aws.kinesis.Kinesis;
import io.braid.aws.scaling.Autoscaler;
import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.FormReader;
import io.braid.aws.wire.Protocol;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import io.braid.log.TierException;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Every request of the port: finds out what it is for, reads its body once, and writes the answer or the error.
/// The only place, with [EventAnswers], where an [AwsFault] is caught. Any thread; a request keeps its virtual thread
/// while it runs.
final class HttpFront implements Handler, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HttpFront.class.getName());

    private static final HeaderName TARGET = HeaderNames.create("X-Amz-Target");
    private static final HeaderName REQUEST_ID = HeaderNames.create("x-amzn-RequestId");
    private static final HeaderName EXTENDED_ID = HeaderNames.create("x-amz-id-2");
    private static final HeaderName SMITHY_PROTOCOL = HeaderNames.create("smithy-protocol");
    private static final HeaderName QUERY_MODE = HeaderNames.create("x-amzn-query-mode");
    private static final HeaderName QUERY_ERROR = HeaderNames.create("x-amzn-query-error");
    private static final String TEXT = "text/plain; charset=utf-8";

    /// From so many bytes on, a second write costs less than a copy.
    private static final int LARGE_BYTES = 64 << 10;
    /// Of a large answer, what goes out together with the headers.
    private static final int HEAD_BYTES = 8 << 10;

    private final Routes routes;
    private final AwsConfig config;
    private final RequestIds ids;
    private final Pages pages;
    private final UsagePage usage;
    private final RequestCounts counts = new RequestCounts();
    private final Cors cors;
    private final Semaphore permits;
    private final Bodies bodies;
    private final EventAnswers streams = new EventAnswers(counts);

    HttpFront(
            Broker broker,
            Kinesis kinesis,
            DynamoDb dynamoDb,
            CloudWatch cloudWatch,
            Autoscaler scaling,
            AwsConfig config,
            Consumer<StringBuilder> others,
            InstantSource clock,
            RequestIds ids) {
        this.routes = new Routes(List.of(Service.of(kinesis), Service.of(dynamoDb), Service.of(cloudWatch)));
        this.config = config;
        this.ids = ids;
        this.usage = new UsagePage(kinesis.usage(), clock);
        this.pages = new Pages(broker, kinesis.traffic(), cloudWatch.metrics(), scaling, counts, usage, others, clock);
        this.cors = new Cors(config.http().corsOrigins());
        this.permits = new Semaphore(config.http().requestsMax());
        this.bodies = new Bodies(config.http().entityBytesMax(), config.http().requestReadMax());
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        if (cors.answer(request, response)) return;
        var target = request.headers().first(TARGET);
        if (target.isPresent() || isPost(request)) aws(request, response, target.orElse(""));
        else page(request, response);
    }

    private static boolean isPost(ServerRequest request) {
        return request.prologue().method().equals(Method.POST);
    }

    private void page(ServerRequest request, ServerResponse response) {
        var path = request.path().rawPath();
        var method = request.prologue().method();
        boolean known = pages.has(path) || path.equals(UsagePage.PATH);
        boolean read = method.equals(Method.GET) || method.equals(Method.HEAD);
        if (path.equals(UsagePage.PATH) && read) {
            usage.answer(request, response);
        } else if (known && read) {
            response.header(HeaderNames.CONTENT_TYPE, TEXT)
                    .send(pages.page(path).getBytes(UTF_8));
        } else if (known) {
            response.status(Status.METHOD_NOT_ALLOWED_405)
                    .header(HeaderNames.ALLOW, "GET, HEAD")
                    .header(HeaderNames.CONTENT_TYPE, TEXT)
                    .send((path + " can only be read: use GET.\n").getBytes(UTF_8));
        } else {
            response.status(Status.NOT_FOUND_404)
                    .header(HeaderNames.CONTENT_TYPE, TEXT)
                    .send(
                            "There is nothing at %s. AWS requests are POSTs with an X-Amz-Target header; pages are /, /health, /metrics, /scaling and /usage.\n"
                                    .formatted(path)
                                    .getBytes(UTF_8));
        }
    }

    private void aws(ServerRequest request, ServerResponse response, String target) {
        var id = ids.next();
        response.header(REQUEST_ID, id).header(EXTENDED_ID, ids.nextExtended());
        var contentType = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
        var path = target.isEmpty() ? request.path().rawPath() : "";
        var exchange = new Exchange(id, routes.asked(target, path), Protocol.of(contentType));
        WireWriter answer;
        int status = 200;
        try {
            if (!isPost(request) || target.isEmpty() && exchange.protocol().isEmpty())
                throw AwsFault.accessDenied("Unable to determine service/operation name to be authorized");
            var call = call(request, exchange);
            if (call.events().isPresent()) {
                counts.request(exchange.inMetrics(), status);
                streams.send(
                        request,
                        response,
                        exchange.protocol().orElseThrow(),
                        call.events().get());
                return;
            }
            answer = exchange.whole(call.answer());
        } catch (AwsFault fault) {
            answer = exchange.fault(fault);
            status = fault.status();
            counts.fault(fault.type());
            if (request.headers().contains(QUERY_MODE)) response.header(QUERY_ERROR, queryError(fault));
        }
        counts.request(exchange.inMetrics(), status);
        var protocol = exchange.protocol().orElse(Protocol.JSON);
        response.status(Status.create(status));
        if (protocol == Protocol.RPC_CBOR) response.header(SMITHY_PROTOCOL, "rpc-v2-cbor");
        // Of Smithy's RPC an empty answer has no type; the others' clients were always told one.
        if (protocol != Protocol.RPC_CBOR || answer.size() > 0)
            response.header(HeaderNames.CONTENT_TYPE, protocol.contentType());
        if (answer.size() >= LARGE_BYTES && isHttp1(request)) sendLarge(response, answer);
        else if (answer.size() == answer.buffer().length) response.send(answer.buffer());
        else response.send(answer.buffer(), 0, answer.size());
    }

    private static boolean isHttp1(ServerRequest request) {
        return request.prologue().protocolVersion().startsWith("1");
    }

    /// Helidon copies what goes out together with the headers of HTTP/1.1, so that is the beginning only; the rest
    /// goes to the socket from where it is.
    private static void sendLarge(ServerResponse response, WireWriter answer) {
        response.contentLength(answer.size());
        try (var body = response.outputStream()) {
            body.write(answer.buffer(), 0, HEAD_BYTES);
            body.write(answer.buffer(), HEAD_BYTES, answer.size() - HEAD_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // the connection's end
        }
    }

    /// For clients that have always known the query protocol's names of errors.
    private static String queryError(AwsFault fault) {
        return fault.code() + (fault.status() < 500 ? ";Sender" : ";Receiver");
    }

    private Call call(ServerRequest request, Exchange exchange) {
        var protocol = exchange.protocol().orElseThrow(AwsFault::unknownOperation);
        if (!permits.tryAcquire())
            throw AwsFault.busy("%d requests are in progress: try again."
                    .formatted(config.http().requestsMax()));
        try (var body = bodies.read(request)) {
            var reader = exchange.reader(body.bytes());
            if (reader instanceof FormReader form) exchange.route(routes.asked(form));
            var known = exchange.operation();
            if (body.bytes().length == 0 && protocol != Protocol.RPC_CBOR) throw AwsFault.unreadable();
            var caller =
                    Caller.of(request.headers().first(HeaderNames.AUTHORIZATION).orElse(""), config.region());
            var call = new Call(reader, protocol.writer(), caller);
            known.answer(call);
            return call;
        } catch (AwsFault fault) {
            throw fault;
        } catch (TierException _) {
            throw AwsFault.internal(); // of old records; the client may try again
        } catch (IOException | RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "request failed", e);
            throw AwsFault.internal(); // trouble with the disk or a bug of ours ends one request
        } finally {
            permits.release();
        }
    }

    @Override
    public void close() {
        bodies.close();
    }

    /// What is refused before a handler sees it: too large, malformed, or broken in the middle.
    void directHandlers(DirectHandlers.Builder handlers) {
        for (var event : EventType.values()) handlers.addHandler(event, this::direct);
    }

    private DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            EventType event,
            Status status,
            ServerResponseHeaders headers,
            String message) {
        var answer = Protocol.JSON.writer();
        fault(event, status, message).writeTo(answer);
        counts.request("unknown", status.code());
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .headers(headers)
                .header(HeaderNames.CONTENT_TYPE, Protocol.JSON.contentType())
                .header(REQUEST_ID, ids.next())
                .keepAlive(event.keepAlive())
                .entity(Arrays.copyOf(answer.buffer(), answer.size()))
                .build();
    }

    private AwsFault fault(EventType event, Status status, String message) {
        if (status.code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()) return bodies.tooLarge();
        return switch (event) {
            case PAYLOAD_TOO_LARGE -> bodies.tooLarge();
            case INTERNAL_ERROR -> AwsFault.internal();
            case BAD_REQUEST, FORBIDDEN, OTHER, HTTP_VERSION_NOT_SUPPORTED ->
                AwsFault.serialization("The HTTP request cannot be read: " + message);
        };
    }
}
