package io.braid.tier;

import io.braid.log.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/// A tier in a bucket of any S3-compatible store. Any thread.
///
/// A put carries the MD5 of its bytes, which is the one checksum that every such store has always compared before it
/// keeps an object, and is followed by a look at the size of what is there.
final class S3Tier implements Tier {
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final Duration SMALL_CALL_MAX = Duration.ofSeconds(20);
    private static final Duration SMALL_ATTEMPT_MAX = Duration.ofSeconds(8);

    /// A put that is slower than this is given up.
    private static final int PUT_BYTES_A_SECOND_MIN = 128 << 10;

    private final String bucket;
    private final String prefix; // empty, or with a slash at its end
    private final ReentrantLock opening = new ReentrantLock(); // guards the making of `client`
    private volatile Optional<S3Client> client = Optional.empty(); // made when first used: it takes a while
    private volatile boolean closed;

    S3Tier(String bucket, String prefix) {
        this.bucket = bucket;
        this.prefix = prefix.isEmpty() ? "" : prefix + "/";
    }

    private interface Call<T> {
        T on(S3Client client) throws IOException;
    }

    @Override
    public void put(String key, long size, Source source) throws IOException {
        var md5 = md5(source, size);
        var limit = SMALL_CALL_MAX.plusSeconds(size / PUT_BYTES_A_SECOND_MIN);
        long there = call(key, s3 -> {
            s3.putObject(
                    request -> request.bucket(bucket)
                            .key(prefix + key)
                            .contentMD5(md5)
                            .overrideConfiguration(within(limit, limit)),
                    RequestBody.fromContentProvider(() -> new SourceStream(source, size), size, CONTENT_TYPE));
            return s3.headObject(request -> request.bucket(bucket)
                            .key(prefix + key)
                            .overrideConfiguration(within(SMALL_CALL_MAX, SMALL_ATTEMPT_MAX)))
                    .contentLength();
        });
        if (there != size)
            throw new IOException("%s/%s: %d bytes were put, %d are there".formatted(location(), key, size, there));
    }

    private static String md5(Source source, long size) throws IOException {
        try (var stream = new SourceStream(source, size)) {
            var digest = MessageDigest.getInstance("MD5");
            var chunk = new byte[128 << 10];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) digest.update(chunk, 0, count);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    @Override
    public void read(String key, long position, ByteBuffer target) throws IOException {
        int count = target.remaining();
        var range = "bytes=%d-%d".formatted(position, position + count - 1);
        int from = target.position();
        call(
                key,
                s3 -> s3.getObject(
                        request -> request.bucket(bucket)
                                .key(prefix + key)
                                .range(range)
                                .overrideConfiguration(within(SMALL_CALL_MAX, SMALL_ATTEMPT_MAX)),
                        (response, body) -> {
                            target.position(from); // a second attempt begins again
                            fill(target, body, key);
                            return response;
                        }));
    }

    private void fill(ByteBuffer target, InputStream body, String key) throws IOException {
        var chunk = new byte[Math.min(target.remaining(), 64 << 10)];
        while (target.hasRemaining()) {
            int count = body.read(chunk, 0, Math.min(chunk.length, target.remaining()));
            if (count < 0)
                throw new IOException(
                        "%s/%s: %d more bytes expected, found its end".formatted(location(), key, target.remaining()));
            target.put(chunk, 0, count);
        }
    }

    @Override
    public void delete(String key) throws IOException {
        call(
                key,
                s3 -> s3.deleteObject(request -> request.bucket(bucket)
                        .key(prefix + key)
                        .overrideConfiguration(within(SMALL_CALL_MAX, SMALL_ATTEMPT_MAX))));
    }

    @Override
    public String location() {
        return prefix.isEmpty()
                ? "s3://" + bucket
                : "s3://%s/%s".formatted(bucket, prefix.substring(0, prefix.length() - 1));
    }

    @Override
    public void close() {
        opening.lock();
        try {
            closed = true;
            client.ifPresent(S3Client::close);
        } finally {
            opening.unlock();
        }
    }

    private <T> T call(String key, Call<T> call) throws IOException {
        try {
            return call.on(client());
        } catch (NoSuchKeyException e) {
            var missing = new NoSuchFileException(location() + "/" + key);
            missing.initCause(e);
            throw missing;
        } catch (SdkException | IllegalStateException e) { // the latter from a client that was closed meanwhile
            throw new IOException("%s/%s: %s".formatted(location(), key, e.getMessage()), e);
        }
    }

    private S3Client client() throws IOException {
        var there = client;
        if (there.isPresent()) return there.get();
        opening.lock();
        try {
            if (closed) throw new IOException(location() + " is closed");
            if (client.isEmpty()) client = Optional.of(S3Clients.open());
            return client.get();
        } finally {
            opening.unlock();
        }
    }

    private static AwsRequestOverrideConfiguration within(Duration call, Duration attempt) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(call)
                .apiCallAttemptTimeout(attempt)
                .build();
    }
}
