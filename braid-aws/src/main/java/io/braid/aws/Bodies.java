package io.braid.aws;

import io.braid.aws.wire.AwsFault;
import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.GZIPInputStream;

/// Reads request bodies, each once and whole, within three limits: the size of one, the memory of all that are in
/// progress, and the time that reading one may take. Any thread; the reader is the request's own.
///
/// A client that is still sending when its connection closes may never see why. So a body that is too large is read
/// to its end before it is refused, if it ends within [#readToEndMax]; the rest of that is not kept.
///
/// A body in gzip is decompressed while it is read, and counts as what it is then: as large as the largest.
///
/// Whoever is too slow is interrupted: that ends an HTTP/1.1 connection, whose place in the stream of bytes is
/// lost anyway, and only the one request over HTTP/2.
final class Bodies implements AutoCloseable {
    /// So many of the largest bodies fit into memory at once; smaller ones in proportion.
    private static final int LARGEST_AT_ONCE = 8;

    private static final int UNIT_BYTES = 1024;

    private final int bytesMax;
    private final Duration readMax;
    private final Semaphore units;
    private final ScheduledThreadPoolExecutor timer;

    /// So many bytes of one body are read at most, to be kept or not. The server refuses longer ones by itself.
    static long readToEndMax(int bytesMax) {
        return 2L * bytesMax;
    }

    /// One body's share of the memory: returned when its request is answered.
    record Body(byte[] bytes, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }

    Bodies(int bytesMax, Duration readMax) {
        this.bytesMax = bytesMax;
        this.readMax = readMax;
        this.units = new Semaphore(LARGEST_AT_ONCE * unitsFor(bytesMax));
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("braid-http-timer").factory());
        timer.setRemoveOnCancelPolicy(true);
    }

    private static int unitsFor(int bytes) {
        return bytes / UNIT_BYTES + 1;
    }

    /// @throws AwsFault too large, too slow, too much at once, or broken off
    Body read(ServerRequest request) {
        if (!request.content().hasEntity()) return new Body(new byte[0], () -> {});
        boolean zipped = isZipped(request);
        long length = zipped ? -1 : request.headers().contentLength().orElse(-1);
        int share = unitsFor(length < 0 ? bytesMax : (int) Math.min(length, bytesMax));
        if (!units.tryAcquire(share)) throw AwsFault.busy("Too many large requests are in progress: try again.");
        try {
            return new Body(readInTime(request, length, zipped), () -> units.release(share));
        } catch (RuntimeException e) {
            units.release(share);
            throw e;
        }
    }

    private static boolean isZipped(ServerRequest request) {
        var encoding = request.headers().first(HeaderNames.CONTENT_ENCODING).orElse("identity");
        return switch (encoding.trim().toLowerCase(Locale.ROOT)) {
            case "identity" -> false;
            case "gzip" -> true;
            default ->
                throw AwsFault.serialization(
                        "A body in Content-Encoding %s cannot be read; one in gzip, or in none, can."
                                .formatted(encoding));
        };
    }

    private byte[] readInTime(ServerRequest request, long length, boolean zipped) {
        var reader = Thread.currentThread();
        var over = new AtomicBoolean(); // whoever sets it first decides: read, or too slow
        var alarm = timer.schedule(
                () -> {
                    if (over.compareAndSet(false, true)) reader.interrupt();
                },
                readMax.toMillis(),
                TimeUnit.MILLISECONDS);
        byte[] body;
        try (InputStream in = request.content().inputStream()) {
            if (zipped) body = new GZIPInputStream(in).readNBytes(bytesMax + 1);
            else body = length < 0 || length > bytesMax ? in.readNBytes(bytesMax + 1) : exactly(in, (int) length);
            if (body.length > bytesMax) in.transferTo(OutputStream.nullOutputStream());
        } catch (RequestException e) {
            throw e.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code() ? tooLarge() : AwsFault.unreadable();
        } catch (IOException | RuntimeException _) { // Helidon's word for an IOException is a RuntimeException
            throw over.compareAndSet(false, true) ? AwsFault.unreadable() : tooSlow();
        } finally {
            alarm.cancel(false);
        }
        if (!over.compareAndSet(false, true)) throw tooSlow();
        if (body.length > bytesMax) throw tooLarge();
        return body;
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        var body = new byte[length];
        int read = in.readNBytes(body, 0, length);
        return read == length ? body : Arrays.copyOf(body, read);
    }

    AwsFault tooLarge() {
        return AwsFault.tooLarge("The request is larger than the %d bytes this server reads.".formatted(bytesMax));
    }

    private AwsFault tooSlow() {
        Thread.interrupted(); // the alarm's, and dealt with here
        return AwsFault.of(
                "RequestTimeout",
                "Your socket connection to the server was not read from or written to within the timeout period of %s."
                        .formatted(readMax));
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
