package io.braid.tier;

import io.braid.log.Tier;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

/// One client of an S3-compatible store, made (and its library loaded) when it is first used, as that takes a while.
/// Calls have limits on their time, and what fails is an [IOException] that names the object. Any thread.
final class S3Access implements AutoCloseable {
    private static final String CONTENT_TYPE = "application/octet-stream";
    private static final Duration PUT_MAX = Duration.ofSeconds(20);
    private static final Duration SMALL_MAX = Duration.ofSeconds(20);
    private static final Duration SMALL_ATTEMPT_MAX = Duration.ofSeconds(8);

    /// A put that is slower than this is given up.
    private static final int PUT_BYTES_A_SECOND_MIN = 128 << 10;

    private final String name;
    private final ReentrantLock opening = new ReentrantLock(); // guards the making of `client`
    private volatile Optional<S3Client> client = Optional.empty();
    private volatile boolean isElsewhere; // written before `client`
    private volatile boolean closed;

    /// @param name for messages
    S3Access(String name) {
        this.name = name;
    }

    interface Call<T> {
        T on(S3Client client) throws IOException;
    }

    /// Puts an object with the MD5 of its bytes, which is the one checksum that every such store has always compared
    /// before it keeps one.
    ///
    /// @param more what else is said of it
    void put(String bucket, String key, long size, Tier.Source source, Consumer<PutObjectRequest.Builder> more)
            throws IOException {
        var md5 = md5(source, size);
        var limit = PUT_MAX.plusSeconds(size / PUT_BYTES_A_SECOND_MIN);
        call(
                bucket,
                key,
                s3 -> s3.putObject(
                        request -> {
                            request.bucket(bucket).key(key).contentMD5(md5).overrideConfiguration(within(limit, limit));
                            more.accept(request);
                        },
                        RequestBody.fromContentProvider(() -> new SourceStream(source, size), size, CONTENT_TYPE)));
    }

    private static String md5(Tier.Source source, long size) throws IOException {
        try (var stream = new SourceStream(source, size)) {
            var digest = MessageDigest.getInstance("MD5");
            var chunk = new byte[128 << 10];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) digest.update(chunk, 0, count);
            return Base64.getEncoder().encodeToString(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    <T> T call(String bucket, String key, Call<T> call) throws IOException {
        try {
            return call.on(client());
        } catch (NoSuchKeyException e) {
            var missing = new NoSuchFileException("s3://%s/%s".formatted(bucket, key));
            missing.initCause(e);
            throw missing;
        } catch (SdkException | IllegalStateException e) { // the latter from a client that was closed meanwhile
            throw new IOException("s3://%s/%s: %s".formatted(bucket, key, e.getMessage()), e);
        }
    }

    private S3Client client() throws IOException {
        var there = client;
        if (there.isPresent()) return there.get();
        opening.lock();
        try {
            if (closed) throw new IOException(name + " is closed");
            if (client.isEmpty()) {
                isElsewhere = S3Clients.isElsewhere();
                client = Optional.of(S3Clients.open(isElsewhere));
            }
            return client.get();
        } finally {
            opening.unlock();
        }
    }

    /// Whether somebody has named an endpoint, so that the store is most probably not Amazon's. Known during a call.
    boolean isElsewhere() {
        return isElsewhere;
    }

    /// For calls that send and get little.
    static AwsRequestOverrideConfiguration small() {
        return within(SMALL_MAX, SMALL_ATTEMPT_MAX);
    }

    private static AwsRequestOverrideConfiguration within(Duration call, Duration attempt) {
        return AwsRequestOverrideConfiguration.builder()
                .apiCallTimeout(call)
                .apiCallAttemptTimeout(attempt)
                .build();
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
}
