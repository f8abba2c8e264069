package io.braid.aws;

import io.braid.aws.kinesis.Kinesis;
import io.braid.aws.kinesis.Subscriptions;
import io.braid.aws.scaling.ScalingPolicy;
import java.time.Duration;
import java.util.Optional;

/// What an [AwsListener] is told when it starts.
///
/// @param http             where it listens, and limits of its connections
/// @param account          the AWS account of callers whose access key is not twelve digits itself; twelve digits
/// @param region           the region of callers who do not name one in their credential scope
/// @param shardsMax        open shards that all streams together may have
/// @param fanOut           limits of subscriptions to shards
/// @param scaling          how streams in On-Demand mode follow their load
/// @param kinesis          how much Kinesis is like Amazon's
/// @param metricsRetention how long CloudWatch's metrics are kept; rounded up to a minute
/// @param usageRetention   how long it is known what each stream used, by the hour
public record AwsConfig(
        Http http,
        String account,
        String region,
        int shardsMax,
        FanOut fanOut,
        Scaling scaling,
        KinesisConfig kinesis,
        Duration metricsRetention,
        Duration usageRetention) {
    public static final AwsConfig DEFAULT = new AwsConfig(
            Http.DEFAULT,
            "000000000000",
            "us-east-1",
            10_000,
            FanOut.DEFAULT,
            Scaling.DEFAULT,
            KinesisConfig.DEFAULT,
            Duration.ofHours(24),
            Duration.ofDays(400));

    public AwsConfig {
        Rule.require(account.matches("\\d{12}"), "account %s: must be twelve digits", account);
        Rule.require(region.matches("[a-z0-9-]{1,32}"), "region %s: must be like us-east-1", region);
        Rule.require(shardsMax >= 1, "shardsMax %d: must be at least 1", shardsMax);
        Rule.require(metricsRetention.isPositive(), "metricsRetention %s: must be longer than zero", metricsRetention);
        Rule.require(usageRetention.toHours() >= 1, "usageRetention %s: must be an hour or more", usageRetention);
    }

    public AwsConfig withHttp(Http changed) {
        return new AwsConfig(
                changed, account, region, shardsMax, fanOut, scaling, kinesis, metricsRetention, usageRetention);
    }

    public AwsConfig withFanOut(FanOut changed) {
        return new AwsConfig(
                http, account, region, shardsMax, changed, scaling, kinesis, metricsRetention, usageRetention);
    }

    public AwsConfig withScaling(Scaling changed) {
        return new AwsConfig(
                http, account, region, shardsMax, fanOut, changed, kinesis, metricsRetention, usageRetention);
    }

    public AwsConfig withKinesis(KinesisConfig changed) {
        return new AwsConfig(
                http, account, region, shardsMax, fanOut, scaling, changed, metricsRetention, usageRetention);
    }

    /// A port, and limits of its connections.
    ///
    /// @param host           the address to listen on, a name or a number
    /// @param port           0 picks a free one
    /// @param entityBytesMax the largest request body read; Amazon's largest request is 10 MiB of data, in Base64
    /// @param connectionsMax open connections; more are not accepted until one closes
    /// @param requestsMax    requests in progress; more are answered with ServiceUnavailable
    /// @param requestReadMax how long a client may take to send the body of a request
    /// @param idleMax        how long a connection may be without a request before it is closed (or up to half as
    ///     long again)
    /// @param corsOrigins    whose pages in a browser may ask, as [Cors] understands it
    public record Http(
            String host,
            int port,
            int entityBytesMax,
            int connectionsMax,
            int requestsMax,
            Duration requestReadMax,
            Duration idleMax,
            String corsOrigins) {
        public static final Http DEFAULT = new Http(
                "127.0.0.1", 4566, 16 << 20, 4096, 1024, Duration.ofSeconds(30), Duration.ofMinutes(5), Cors.LOOPBACK);

        public Http {
            Rule.require(port >= 0 && port <= 65_535, "port %d: must be from 0 to 65535", port);
            Rule.require(entityBytesMax >= 1024, "entityBytesMax %d: must be at least 1024", entityBytesMax);
            Rule.require(connectionsMax >= 1, "connectionsMax %d: must be at least 1", connectionsMax);
            Rule.require(requestsMax >= 1, "requestsMax %d: must be at least 1", requestsMax);
            Rule.require(requestReadMax.isPositive(), "requestReadMax %s: must be longer than zero", requestReadMax);
            Rule.require(idleMax.isPositive(), "idleMax %s: must be longer than zero", idleMax);
        }

        public Http at(String host, int port) {
            return new Http(
                    host, port, entityBytesMax, connectionsMax, requestsMax, requestReadMax, idleMax, corsOrigins);
        }
    }

    /// Whose limits of throughput and of calls Kinesis has.
    public enum Limits {
        NONE,
        AMAZON
    }

    /// How much Kinesis is like Amazon's where that helps in tests only.
    ///
    /// @param limits         whose hold
    /// @param lifecycleDelay how long streams and consumers that were created, changed or deleted
    ///     are told to be CREATING, UPDATING or DELETING; zero is not at all
    /// @param iteratorSecret what iterators and page tokens are sealed with, the same on each server
    ///     that shall take them; empty if this one makes a secret of its own and keeps it
    public record KinesisConfig(Limits limits, Duration lifecycleDelay, Optional<String> iteratorSecret) {
        public static final KinesisConfig DEFAULT = new KinesisConfig(Limits.NONE, Duration.ZERO, Optional.empty());

        public KinesisConfig {
            Rule.require(!lifecycleDelay.isNegative(), "lifecycleDelay %s: must not be negative", lifecycleDelay);
        }

        Kinesis.Rules rules() {
            return new Kinesis.Rules(limits == Limits.AMAZON, lifecycleDelay, iteratorSecret);
        }

        @Override
        public String toString() {
            return rules().toString(); // without the secret
        }
    }

    /// Limits of subscriptions to shards. The defaults are Amazon's, but for the first, which Amazon does not have.
    ///
    /// @param subscriptionsMax at once; each may take half a megabyte while its client does not read
    /// @param life             how long one lasts
    /// @param heartbeat        how long one is silent at most
    /// @param takeOverAfter    how long one is safe from another of the same consumer to the same shard
    public record FanOut(int subscriptionsMax, Duration life, Duration heartbeat, Duration takeOverAfter) {
        public static final FanOut DEFAULT =
                new FanOut(500, Duration.ofMinutes(5), Duration.ofSeconds(5), Duration.ofSeconds(5));

        public FanOut {
            Rule.require(subscriptionsMax >= 1, "subscriptionsMax %d: must be at least 1", subscriptionsMax);
            Rule.require(life.isPositive(), "life %s: must be longer than zero", life);
            Rule.require(heartbeat.isPositive(), "heartbeat %s: must be longer than zero", heartbeat);
            Rule.require(!takeOverAfter.isNegative(), "takeOverAfter %s: must not be negative", takeOverAfter);
        }

        /// One whose life is over is in nobody's way.
        Subscriptions.Limits limits() {
            var safe = takeOverAfter.compareTo(life) < 0 ? takeOverAfter : life;
            return new Subscriptions.Limits(subscriptionsMax, life, heartbeat, safe);
        }
    }

    /// When streams in On-Demand mode are split and merged. What a shard takes is what Amazon lets it take: 1 MiB and
    /// 1,000 records a second.
    ///
    /// @param on          whether they are at all
    /// @param interval    between two looks at the load
    /// @param window      the time that the load is averaged over; at least the interval
    /// @param hotPercent  of what a shard takes; one that takes more is split
    /// @param coldPercent of the same; neighbours that take less are merged. Less than half of `hotPercent`
    /// @param coldAfter   how long they must have been cold without a break; at least the window
    /// @param shardsMax   the most of one stream
    /// @param kafkaQuiet  how long no Kafka producer must have written to a stream before its shards are merged
    public record Scaling(
            boolean on,
            Duration interval,
            Duration window,
            int hotPercent,
            int coldPercent,
            Duration coldAfter,
            int shardsMax,
            Duration kafkaQuiet) {
        public static final Scaling DEFAULT = of(ScalingPolicy.DEFAULT);

        public Scaling {
            new ScalingPolicy(interval, window, hotPercent, coldPercent, coldAfter, shardsMax, kafkaQuiet);
        }

        private static Scaling of(ScalingPolicy policy) {
            return new Scaling(
                    true,
                    policy.interval(),
                    policy.window(),
                    policy.hotPercent(),
                    policy.coldPercent(),
                    policy.coldAfter(),
                    policy.shardsMax(),
                    policy.kafkaQuiet());
        }

        ScalingPolicy policy() {
            return new ScalingPolicy(interval, window, hotPercent, coldPercent, coldAfter, shardsMax, kafkaQuiet);
        }
    }
}
