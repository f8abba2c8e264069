package io.braid.kafka;

import io.braid.kafka.Throttles.Caller;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;

/// Keeps one connection's client to its quotas: the response tells it how long to wait, and nothing is read from it
/// for as long (KIP-219). Reader and writer thread of the connection.
///
/// A fetch is answered with its records, and the wait comes after it, where Kafka sends an empty response and makes
/// the client ask again: the rate is the same, and nothing is read from the disk twice.
final class Mute {
    private final Throttles throttles;
    private final InstantSource clock;
    private final AtomicLong until = new AtomicLong(); // milliseconds since 1970

    Mute(Throttles throttles, InstantSource clock) {
        this.throttles = throttles;
        this.clock = clock;
    }

    /// Reader thread, before the next request is taken in: returns when its time has come, or the connection has
    /// ended.
    void await(CompletableFuture<Void> ended) throws InterruptedException {
        long left = until.get() - clock.millis();
        if (left <= 0) return;
        try {
            ended.get(left, TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            // The wait is over.
        } catch (ExecutionException e) {
            throw new IllegalStateException("a connection ends in one way only", e);
        }
    }

    /// Reader thread, before a request is handled.
    void begin(Request request) {
        if (request.body() instanceof FetchRequest fetch)
            fetch.data().setMaxBytes(throttles.fetchBytesMax(Caller.of(request), fetch.maxBytes()));
    }

    /// Reader thread, after a request was handled.
    ///
    /// @param answer the handler's; if it is known and tells the client to wait, the connection waits, too, unless
    ///               something was refused for that reason: then it is the client's to come back
    /// @param bytes  the request's
    /// @param worked how long reading and handling it took, without what is waited for later
    /// @return milliseconds that the client is to wait
    int end(Request request, Answer answer, int bytes, Duration worked) {
        var caller = Caller.of(request);
        long wait = throttles.worked(caller, worked);
        if (request.context().header.apiKey() == ApiKeys.PRODUCE)
            wait = Math.max(wait, throttles.produced(caller, bytes));
        if (answer instanceof Answer.Now(var response)) wait = Math.max(wait, owed(response));
        return mute(wait);
    }

    private static long owed(AbstractResponse response) {
        if (response.throttleTimeMs() <= 0) return 0;
        boolean isRefused = response.errorCounts().containsKey(Errors.THROTTLING_QUOTA_EXCEEDED);
        return isRefused ? 0 : response.throttleTimeMs();
    }

    /// Writer thread, before a response is sent: tells the client to wait, as long as [#end] said or longer.
    void tell(Request request, AbstractResponse response, int wait) {
        long longest = wait;
        if (response instanceof FetchResponse fetched)
            longest = Math.max(wait, throttles.fetched(Caller.of(request), bytes(fetched.data())));
        if (longest > 0) response.maybeSetThrottleTimeMs(Math.max(mute(longest), response.throttleTimeMs()));
    }

    private int mute(long wait) {
        if (wait <= 0) return 0;
        until.accumulateAndGet(clock.millis() + wait, Math::max);
        return (int) Math.min(wait, Integer.MAX_VALUE);
    }

    private static long bytes(FetchResponseData data) {
        long bytes = 0;
        for (var topic : data.responses())
            for (var partition : topic.partitions())
                if (partition.records() != null) bytes += partition.records().sizeInBytes();
        return bytes;
    }
}
