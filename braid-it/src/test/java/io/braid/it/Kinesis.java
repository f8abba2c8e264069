package io.braid.it;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.CreateStreamRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/// The AWS SDK for Java v2 as its users set it up, and the few things every test does with it.
final class Kinesis {
    private static final StaticCredentialsProvider ANYBODY =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test"));
    /// Shared: a client with threads of its own takes two seconds to close.
    private static final SdkEventLoopGroup LOOPS = SdkEventLoopGroup.builder().build();

    private static final int CALLS_MAX = 10_000;

    private Kinesis() {}

    /// How a client of the SDK reaches the server.
    enum Transport {
        SYNC_HTTP1,
        ASYNC_HTTP1,
        /// What the SDK does by itself for Kinesis: HTTP/2 with prior knowledge.
        ASYNC_HTTP2,
        SYNC_HTTPS,
        /// What the SDK does by itself where there is TLS: HTTP/2 by ALPN.
        ASYNC_HTTPS;

        KinesisClient client(RunningServer server) throws IOException, GeneralSecurityException {
            return switch (this) {
                case SYNC_HTTP1 -> sync(server.endpoint());
                case ASYNC_HTTP1 -> new WaitingKinesisClient(async(server.endpoint(), Protocol.HTTP1_1));
                case ASYNC_HTTP2 -> new WaitingKinesisClient(async(server.endpoint(), Protocol.HTTP2));
                case SYNC_HTTPS -> secure(server);
                case ASYNC_HTTPS -> new WaitingKinesisClient(secureAsync(server));
            };
        }
    }

    /// As [#sync], over TLS.
    private static KinesisClient secure(RunningServer server) throws IOException, GeneralSecurityException {
        var trust = server.certificate().trust();
        return sync(server.secureEndpoint(), UrlConnectionHttpClient.builder().tlsTrustManagersProvider(() -> trust));
    }

    /// As [#plain], over TLS.
    static KinesisAsyncClient secureAsync(RunningServer server) throws IOException, GeneralSecurityException {
        var trust = server.certificate().trust();
        return plain(server.secureEndpoint(), NettyNioAsyncHttpClient.builder().tlsTrustManagersProvider(() -> trust));
    }

    /// A client that tries once: a test sees what the server answers.
    static KinesisClient sync(URI endpoint) {
        return sync(endpoint, UrlConnectionHttpClient.builder());
    }

    private static KinesisClient sync(URI endpoint, UrlConnectionHttpClient.Builder http) {
        return KinesisClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(ANYBODY)
                .overrideConfiguration(onceOnly())
                .httpClientBuilder(http)
                .build();
    }

    private static KinesisAsyncClient async(URI endpoint, Protocol protocol) {
        return KinesisAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(ANYBODY)
                .overrideConfiguration(onceOnly())
                .httpClientBuilder(
                        NettyNioAsyncHttpClient.builder().eventLoopGroup(LOOPS).protocol(protocol))
                .build();
    }

    /// A client with the SDK's own defaults, except that it tries once.
    static KinesisAsyncClient plain(URI endpoint) {
        return plain(endpoint, NettyNioAsyncHttpClient.builder());
    }

    private static KinesisAsyncClient plain(URI endpoint, NettyNioAsyncHttpClient.Builder http) {
        return KinesisAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(ANYBODY)
                .httpClientBuilder(http.eventLoopGroup(LOOPS))
                .overrideConfiguration(override -> override.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    private static ClientOverrideConfiguration onceOnly() {
        return ClientOverrideConfiguration.builder()
                .retryStrategy(AwsRetryStrategy.doNotRetry())
                .apiCallTimeout(Duration.ofSeconds(20))
                .build();
    }

    /// Creates a stream and waits until it may be used.
    static String create(KinesisClient client, String prefix, int shards) {
        var stream = Names.fresh(prefix);
        client.createStream(CreateStreamRequest.builder()
                .streamName(stream)
                .shardCount(shards)
                .build());
        try (var waiter = client.waiter()) {
            waiter.waitUntilStreamExists(request -> request.streamName(stream));
        }
        return stream;
    }

    /// Lets a stream take records as large as any may.
    static void takeLargest(KinesisClient client, String stream) {
        var arn = client.describeStreamSummary(r -> r.streamName(stream))
                .streamDescriptionSummary()
                .streamARN();
        client.updateMaxRecordSize(r -> r.streamARN(arn).maxRecordSizeInKiB(10_240));
    }

    static List<Shard> shards(KinesisClient client, String stream) {
        return client.listShards(request -> request.streamName(stream)).shards();
    }

    /// All records of a shard, by as many calls as it takes until nothing is behind.
    static List<Record> all(KinesisClient client, String stream, String shard) {
        var records = new ArrayList<Record>();
        var iterator = iterator(client, stream, shard, ShardIteratorType.TRIM_HORIZON);
        for (int i = 0; i < CALLS_MAX; i++) {
            var from = iterator;
            GetRecordsResponse answer = client.getRecords(request -> request.shardIterator(from));
            records.addAll(answer.records());
            if (answer.millisBehindLatest() == 0 && answer.records().isEmpty()) return records;
            iterator = answer.nextShardIterator();
            if (iterator == null) return records; // the end of a closed shard
        }
        throw new AssertionError("still not at the end of " + shard + " after " + CALLS_MAX + " calls");
    }

    /// All records of a stream of one shard.
    static List<Record> all(KinesisClient client, String stream) {
        var shards = shards(client, stream);
        if (shards.size() != 1) throw new AssertionError("not one shard: " + shards);
        return all(client, stream, shards.getFirst().shardId());
    }

    static String iterator(KinesisClient client, String stream, String shard, ShardIteratorType type) {
        return client.getShardIterator(
                        request -> request.streamName(stream).shardId(shard).shardIteratorType(type))
                .shardIterator();
    }

    static SdkBytes bytes(String text) {
        return SdkBytes.fromUtf8String(text);
    }

    static String text(Record record) {
        return record.data().asString(StandardCharsets.UTF_8);
    }

    static List<String> texts(List<Record> records) {
        return records.stream().map(Kinesis::text).toList();
    }
}
