package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/// Which pages in a browser may ask, by the origin that their browser names
/// (https://fetch.spec.whatwg.org/#http-cors-protocol).
/// Programs name none and are not concerned. Any thread.
///
/// Amazon lets pages of every origin ask, because it knows who asks by the signature. Here nobody has to say who they
/// are yet, and a browser reaches ports of its own machine: any page on the web could read and write streams. So by
/// default only pages of this machine may, and a request from another is refused, not only kept from its answer.
final class Cors {
    /// All of this machine's.
    static final String LOOPBACK = "loopback";

    private static final String ALL = "*";
    private static final Set<String> LOOPBACK_HOSTS = Set.of("localhost", "127.0.0.1", "[::1]");
    private static final String PREFLIGHT_SECONDS = "172800"; // as Amazon's; browsers take less
    private static final String EXPOSED =
            "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date";
    private static final HeaderName MAX_AGE = HeaderNames.create("Access-Control-Max-Age");
    private static final HeaderName EXPOSE = HeaderNames.create("Access-Control-Expose-Headers");

    private final List<String> origins;

    /// @param origins with commas between them: `*`, `loopback`, or an origin as browsers name it
    Cors(String origins) {
        this.origins = Arrays.stream(origins.split(",")).map(String::strip).toList();
    }

    /// Whether that was all: a question that a browser asks beforehand, or a request that is refused. If not, the
    /// answer
    /// that somebody else gives is marked for the browser.
    boolean answer(ServerRequest request, ServerResponse response) {
        var origin = request.headers().first(HeaderNames.ORIGIN);
        if (origin.isEmpty()) return false;
        if (!isAllowed(origin.get())) {
            response.status(Status.FORBIDDEN_403)
                    .header(HeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
                    .send("Pages of %s may not ask: http.cors-origins names those that may.\n"
                            .formatted(origin.get())
                            .getBytes(UTF_8));
            return true;
        }
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin.get())
                .header(HeaderNames.VARY, "Origin")
                .header(EXPOSE, EXPOSED);
        var asked = request.headers().first(HeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
        if (!request.prologue().method().equals(Method.OPTIONS) || asked.isEmpty()) return false;
        request.headers()
                .first(HeaderNames.ACCESS_CONTROL_REQUEST_HEADERS)
                .ifPresent(headers -> response.header(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, headers));
        response.header(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST")
                .header(MAX_AGE, PREFLIGHT_SECONDS)
                .send();
        return true;
    }

    private boolean isAllowed(String origin) {
        return origins.contains(ALL) || origins.contains(origin) || origins.contains(LOOPBACK) && isLoopback(origin);
    }

    private static boolean isLoopback(String origin) {
        try {
            var host = URI.create(origin).getHost();
            return host != null && LOOPBACK_HOSTS.contains(host);
        } catch (IllegalArgumentException _) {
            return false; // such as `null`, which pages without an origin have
        }
    }
}
