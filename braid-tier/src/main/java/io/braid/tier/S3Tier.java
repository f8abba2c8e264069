package io.braid.tier;

import io.braid.log.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/// A tier in a bucket of any S3-compatible store. Any thread.
///
/// A put is followed by a look at the size of what is there.
final class S3Tier implements Tier {
    private final String bucket;
    private final String prefix; // empty, or with a slash at its end
    private final S3Access s3;

    S3Tier(String bucket, String prefix) {
        this.bucket = bucket;
        this.prefix = prefix.isEmpty() ? "" : prefix + "/";
        this.s3 = new S3Access(location());
    }

    @Override
    public void put(String key, long size, Source source) throws IOException {
        s3.put(bucket, prefix + key, size, source, _ -> {});
        long there = s3.call(
                bucket,
                prefix + key,
                client -> client.headObject(request ->
                                request.bucket(bucket).key(prefix + key).overrideConfiguration(S3Access.small()))
                        .contentLength());
        if (there != size)
            throw new IOException("%s/%s: %d bytes were put, %d are there".formatted(location(), key, size, there));
    }

    @Override
    public void read(String key, long position, ByteBuffer target) throws IOException {
        int count = target.remaining();
        var range = "bytes=%d-%d".formatted(position, position + count - 1);
        int from = target.position();
        s3.call(
                bucket,
                prefix + key,
                client -> client.getObject(
                        request -> request.bucket(bucket)
                                .key(prefix + key)
                                .range(range)
                                .overrideConfiguration(S3Access.small()),
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
        s3.call(
                bucket,
                prefix + key,
                client -> client.deleteObject(
                        request -> request.bucket(bucket).key(prefix + key).overrideConfiguration(S3Access.small())));
    }

    @Override
    public String location() {
        return prefix.isEmpty()
                ? "s3://" + bucket
                : "s3://%s/%s".formatted(bucket, prefix.substring(0, prefix.length() - 1));
    }

    @Override
    public void close() {
        s3.close();
    }
}
