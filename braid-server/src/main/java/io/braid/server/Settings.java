package io.braid.server;

import io.braid.aws.AwsConfig;
import io.braid.broker.BrokerConfig;
import io.braid.broker.ServerName;
import io.braid.broker.StreamSettings;
import io.braid.delivery.Delivery;
import io.braid.kafka.KafkaListener;
import io.braid.log.LogConfig;
import io.braid.log.TierAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Every setting there is. `docs/settings.md` is written from this table, and the loader refuses what is not here.
public final class Settings {
    private static final LogConfig LOG = new LogConfig(Path.of("data"));
    private static final AwsConfig AWS = AwsConfig.DEFAULT;
    private static final AwsConfig.Scaling SCALING = AWS.scaling();
    private static final KafkaListener.Config KAFKA = KafkaListener.Config.DEFAULT;
    private static final KafkaListener.Limits KAFKA_LIMITS = KafkaListener.Limits.DEFAULT;

    public static final Setting<Path> DATA = new Setting<>(
            "data",
            Kind.PATH,
            "data",
            "The directory that holds everything; created when missing, one server at a time.");

    public static final Setting<Optional<String>> STORAGE_TIER = new Setting<>(
            "storage.tier",
            Kind.OPTIONAL_TIER,
            "",
            "Where sealed segments of streams with remote.storage.enable go: s3://bucket/prefix, with credentials,"
                    + " region and endpoint as every AWS tool finds them, or file:///directory; when empty, nowhere.");
    public static final Setting<Long> STORAGE_TIER_CACHE_BYTES = new Setting<>(
            "storage.tier-cache-bytes",
            Kind.size(TierAccess.CACHE_BYTES_MIN, TierAccess.CACHE_BYTES_MAX),
            Kind.sizeText(TierAccess.CACHE_BYTES),
            "What is kept in memory of what was read from the tier lately; records on their way to clients may take as"
                    + " much again.");

    public static final Setting<HostPort> KAFKA_LISTEN = new Setting<>(
            "kafka.listen",
            Kind.ADDRESS,
            new HostPort(KAFKA.host(), KAFKA.port()).toString(),
            "Where Kafka clients connect; port 0 takes a free one.");
    public static final Setting<Optional<HostPort>> KAFKA_ADVERTISED = new Setting<>(
            "kafka.advertised",
            Kind.OPTIONAL_ADDRESS,
            "",
            "The address Kafka clients are told to use; when empty, the one by which each of them came in.");
    public static final Setting<Integer> KAFKA_NODE_ID = new Setting<>(
            "kafka.node-id",
            Kind.count(0, Integer.MAX_VALUE),
            String.valueOf(KAFKA.nodeId()),
            "The number by which Kafka clients know this node; nothing that is kept depends on it.");
    public static final Setting<Boolean> KAFKA_AUTO_CREATE = new Setting<>(
            "kafka.auto-create",
            Kind.BOOLEAN,
            String.valueOf(KAFKA.topics().autoCreate()),
            "Whether a Kafka client that asks for a stream that is not there creates it.");
    public static final Setting<Boolean> KAFKA_CLAMP_REPLICATION = new Setting<>(
            "kafka.clamp-replication",
            Kind.BOOLEAN,
            String.valueOf(KAFKA.topics().clampReplication()),
            "Whether replication factors and min.insync.replicas that need more nodes than this one are taken as 1;"
                    + " otherwise they are refused, as a Kafka cluster of one broker refuses them.");
    public static final Setting<Boolean> KAFKA_DELETE_TOPICS = new Setting<>(
            "kafka.delete-topics",
            Kind.BOOLEAN,
            String.valueOf(KAFKA.topics().deletable()),
            "Whether Kafka clients may delete streams; Kinesis' DeleteStream is not touched by it.");
    public static final Setting<Integer> KAFKA_CONNECTIONS_MAX = new Setting<>(
            "kafka.connections-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(KAFKA_LIMITS.connections()),
            "Kafka connections open at once; a further one is closed at once.");
    public static final Setting<Long> KAFKA_REQUEST_BYTES_MAX = new Setting<>(
            "kafka.request-bytes-max",
            Kind.size(1 << 10, Integer.MAX_VALUE),
            Kind.sizeText(KAFKA_LIMITS.requestBytes()),
            "The largest Kafka request; a larger one ends its connection.");
    public static final Setting<Integer> KAFKA_REQUESTS_MAX = new Setting<>(
            "kafka.requests-per-connection-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(KAFKA_LIMITS.requestsPerConnection()),
            "Requests of one Kafka connection that wait for their answers; a client that sends more is read from"
                    + " later.");
    public static final Setting<Long> KAFKA_BYTES_IN_FLIGHT_MAX = new Setting<>(
            "kafka.bytes-in-flight-max",
            Kind.size(1 << 20, Long.MAX_VALUE),
            Kind.sizeText(KAFKA_LIMITS.bytesInFlight()),
            "All Kafka requests being served, together; while it is reached nobody is read from.");
    public static final Setting<Duration> KAFKA_IDLE = new Setting<>(
            "kafka.idle",
            Kind.DURATION,
            Kind.durationText(KAFKA_LIMITS.idle()),
            "A Kafka connection that asks nothing for this long is closed.");
    public static final Setting<Duration> KAFKA_DRAIN = new Setting<>(
            "kafka.drain",
            Kind.DURATION,
            Kind.durationText(KAFKA_LIMITS.drain()),
            "How long a stopping server lets Kafka requests in flight finish.");

    public static final Setting<HostPort> HTTP_LISTEN = new Setting<>(
            "http.listen",
            Kind.ADDRESS,
            new HostPort(AWS.http().host(), AWS.http().port()).toString(),
            "Where AWS clients connect; port 0 takes a free one.");
    public static final Setting<Long> HTTP_REQUEST_BYTES_MAX = new Setting<>(
            "http.request-bytes-max",
            Kind.size(1 << 10, Integer.MAX_VALUE),
            Kind.sizeText(AWS.http().entityBytesMax()),
            "The largest HTTP request body; a larger one is refused.");
    public static final Setting<Integer> HTTP_CONNECTIONS_MAX = new Setting<>(
            "http.connections-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(AWS.http().connectionsMax()),
            "HTTP connections open at once; a further one waits until one closes.");
    public static final Setting<Integer> HTTP_REQUESTS_MAX = new Setting<>(
            "http.requests-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(AWS.http().requestsMax()),
            "HTTP requests in progress; a further one is answered with ServiceUnavailable.");
    public static final Setting<Duration> HTTP_REQUEST_READ = new Setting<>(
            "http.request-read",
            Kind.DURATION,
            Kind.durationText(AWS.http().requestReadMax()),
            "How long an HTTP client may take to send the body of a request.");
    public static final Setting<Duration> HTTP_IDLE = new Setting<>(
            "http.idle",
            Kind.DURATION,
            Kind.durationText(AWS.http().idleMax()),
            "An HTTP connection that is not used for this long is closed.");
    public static final Setting<String> HTTP_CORS_ORIGINS = new Setting<>(
            "http.cors-origins",
            Kind.matching(
                    "(|\\*|(loopback|https?://[^\\s,/]+)(, *(loopback|https?://[^\\s,/]+))*)",
                    "must be *, nothing, or origins such as https://app.example:8443 and the word loopback, with commas"
                            + " between them"),
            AWS.http().corsOrigins(),
            "Whose pages in a browser may ask (CORS): loopback stands for all of this machine, * for all there are."
                    + " Pages of others are refused.");

    public static final Setting<HttpTls> HTTP_TLS_MODE = new Setting<>(
            "http.tls.mode",
            Kind.choice(HttpTls.class),
            "off",
            "Whether AWS clients can use https, too: with a certificate for localhost that the server makes and keeps"
                    + " in tls/certificate.pem of its data directory, or with the files of the next settings but one.");
    public static final Setting<HostPort> HTTP_TLS_LISTEN = new Setting<>(
            "http.tls.listen",
            Kind.ADDRESS,
            "127.0.0.1:4567",
            "Where AWS clients connect with https; port 0 takes a free one.");
    public static final Setting<Optional<Path>> HTTP_TLS_CERTIFICATE = new Setting<>(
            "http.tls.certificate",
            Kind.OPTIONAL_PATH,
            "",
            "A PEM file with the server's certificate first and then those of its issuers; read again when it"
                    + " changes.");
    public static final Setting<Optional<Path>> HTTP_TLS_KEY = new Setting<>(
            "http.tls.key",
            Kind.OPTIONAL_PATH,
            "",
            "A PEM file with the key of that certificate, not encrypted; read again when it changes.");

    public static final Setting<String> AWS_ACCOUNT = new Setting<>(
            "aws.account",
            Kind.matching("[0-9]{12}", "must be twelve digits"),
            AWS.account(),
            "The AWS account of callers whose access key is no account number, and of streams that Kafka created.");
    public static final Setting<String> AWS_REGION = new Setting<>(
            "aws.region",
            Kind.matching("[a-z0-9-]{1,32}", "must be like us-east-1"),
            AWS.region(),
            "The region of AWS clients that name none.");
    public static final Setting<Integer> KINESIS_SHARDS_MAX = new Setting<>(
            "kinesis.shards-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(AWS.shardsMax()),
            "Open shards that all streams together may have when Kinesis creates one.");
    public static final Setting<Integer> KINESIS_SUBSCRIPTIONS_MAX = new Setting<>(
            "kinesis.subscriptions-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(AWS.fanOut().subscriptionsMax()),
            "Subscriptions to shards (enhanced fan-out) at once; each may take half a megabyte while its client does"
                    + " not read.");
    public static final Setting<Duration> KINESIS_SUBSCRIPTION_LIFE = new Setting<>(
            "kinesis.subscription-life",
            Kind.DURATION,
            Kind.durationText(AWS.fanOut().life()),
            "How long a subscription to a shard lasts; Amazon's last 5 minutes.");
    public static final Setting<Boolean> KINESIS_SCALING_ON = new Setting<>(
            "kinesis.scaling.on",
            Kind.BOOLEAN,
            String.valueOf(SCALING.on()),
            "Whether the shards of streams in On-Demand mode follow their load.");
    public static final Setting<Duration> KINESIS_SCALING_INTERVAL = new Setting<>(
            "kinesis.scaling.interval",
            Kind.DURATION,
            Kind.durationText(SCALING.interval()),
            "How often the load of On-Demand streams is looked at.");
    public static final Setting<Duration> KINESIS_SCALING_WINDOW = new Setting<>(
            "kinesis.scaling.window",
            Kind.DURATION,
            Kind.durationText(SCALING.window()),
            "The time that a shard's load is averaged over, at least the interval.");
    public static final Setting<Integer> KINESIS_SCALING_HOT_PERCENT = new Setting<>(
            "kinesis.scaling.hot-percent",
            Kind.count(1, 100),
            String.valueOf(SCALING.hotPercent()),
            "A shard that takes more than this part of 1 MiB or 1,000 records a second is split.");
    public static final Setting<Integer> KINESIS_SCALING_COLD_PERCENT = new Setting<>(
            "kinesis.scaling.cold-percent",
            Kind.count(0, 49),
            String.valueOf(SCALING.coldPercent()),
            "Two neighbours that take less than this part of the same are merged; less than half of hot-percent.");
    public static final Setting<Duration> KINESIS_SCALING_COLD_AFTER = new Setting<>(
            "kinesis.scaling.cold-after",
            Kind.DURATION,
            Kind.durationText(SCALING.coldAfter()),
            "How long they must have been below it without a break, at least the window.");
    public static final Setting<Integer> KINESIS_SCALING_SHARDS_MAX = new Setting<>(
            "kinesis.scaling.shards-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(SCALING.shardsMax()),
            "The most open shards that one On-Demand stream is split into; kinesis.shards-max bounds all streams.");
    public static final Setting<Duration> KINESIS_SCALING_KAFKA_QUIET = new Setting<>(
            "kinesis.scaling.kafka-quiet",
            Kind.DURATION,
            Kind.durationText(SCALING.kafkaQuiet()),
            "How long no Kafka producer must have written to a stream before its shards are merged: a partition that a"
                    + " merge leaves refuses them.");
    public static final Setting<AwsConfig.Limits> KINESIS_LIMITS = new Setting<>(
            "kinesis.limits",
            Kind.choice(AwsConfig.Limits.class),
            "none",
            "Whose limits of throughput by shard, of calls by second and of changes by day Kinesis has:"
                    + " amazon's, so that tests meet them, or none.");
    public static final Setting<Duration> KINESIS_LIFECYCLE_DELAY = new Setting<>(
            "kinesis.lifecycle-delay",
            Kind.DURATION,
            "0s",
            "How long streams and consumers are said to be CREATING, UPDATING or DELETING after they were; 0s is not at"
                    + " all.");
    public static final Setting<Optional<String>> KINESIS_ITERATOR_SECRET = new Setting<>(
            "kinesis.iterator-secret",
            Kind.SECRET,
            "",
            "What shard iterators and page tokens are sealed with, the same for servers that shall take each other's;"
                    + " when empty, a secret that the server makes and keeps.");
    public static final Setting<Duration> METRICS_RETENTION = new Setting<>(
            "metrics.retention",
            Kind.DURATION,
            Kind.durationText(AWS.metricsRetention()),
            "How long CloudWatch's metrics are kept; rounded up to a minute.");

    public static final Setting<Duration> USAGE_RETENTION = new Setting<>(
            "usage.retention",
            Kind.DURATION,
            Kind.durationText(AWS.usageRetention()),
            "How long it is known what each stream used, hour by hour (./braid usage).");

    public static final Setting<String> DELIVERY_BUCKETS = new Setting<>(
            "delivery.buckets",
            Kind.BUCKETS,
            "s3",
            "Where the buckets of Kinesis' channels are: s3, with credentials, region and endpoint as every AWS tool"
                    + " finds them, or file:///directory, below which each bucket is a directory that is there.");
    public static final Setting<Long> DELIVERY_OBJECT_BYTES_MAX = new Setting<>(
            "delivery.object-bytes-max",
            Kind.size(1 << 10, 256 << 20),
            Kind.sizeText(Delivery.Config.DEFAULT.objectBytesMax()),
            "Data of records in one object that a channel delivers, before it is packed; objects that are being made"
                    + " are held in memory, "
                    + Delivery.Config.DEFAULT.threads()
                    + " at once.");

    public static final Setting<Boolean> ALLOW_UNAUTHENTICATED = new Setting<>(
            "security.allow-unauthenticated",
            Kind.BOOLEAN,
            "false",
            "Allows to listen on an address that other machines reach although nobody has to say who they are.");

    public static final Setting<Integer> DEFAULT_PARTITIONS = new Setting<>(
            "broker.default-partitions",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(BrokerConfig.DEFAULT.defaultPartitions()),
            "Partitions of a stream whose creator names no number.");
    public static final Setting<Integer> PARTITIONS_MAX = new Setting<>(
            "broker.partitions-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(BrokerConfig.DEFAULT.partitionsMax()),
            "Partitions that all streams together may have.");

    public static final Setting<Integer> LOG_WRITERS = new Setting<>(
            "log.writers",
            Kind.count(1, 64),
            String.valueOf(LOG.writers()),
            "Writer threads, each with a journal of its own; one sync serves all partitions of a writer.");
    public static final Setting<Long> LOG_JOURNAL_BYTES = new Setting<>(
            "log.journal-bytes",
            Kind.size(1 << 20, Integer.MAX_VALUE),
            Kind.sizeText(LOG.journalBytes()),
            "The size of one journal file; each writer has two and changes between them.");
    public static final Setting<Long> LOG_GROUP_BYTES_MAX = new Setting<>(
            "log.group-bytes-max",
            Kind.size(1, Integer.MAX_VALUE),
            Kind.sizeText(LOG.groupBytesMax()),
            "What a writer takes in one turn, at most.");
    public static final Setting<Long> LOG_BATCH_BYTES_MAX = new Setting<>(
            "log.batch-bytes-max",
            Kind.size(1, Integer.MAX_VALUE),
            Kind.sizeText(LOG.batchBytesMax()),
            "The largest batch any stream takes, whatever its own setting says.");
    public static final Setting<Integer> LOG_INBOX_MAX = new Setting<>(
            "log.inbox-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(LOG.inboxMax()),
            "Appends that may wait at one partition before more are refused.");
    public static final Setting<Long> LOG_INBOX_BYTES_MAX = new Setting<>(
            "log.inbox-bytes-max",
            Kind.size(1, Integer.MAX_VALUE),
            Kind.sizeText(LOG.inboxBytesMax()),
            "The bytes that those may hold together.");
    public static final Setting<Integer> LOG_PRODUCERS_MAX = new Setting<>(
            "log.producers-max",
            Kind.count(1, Integer.MAX_VALUE),
            String.valueOf(LOG.producersMax()),
            "Producers whose sequences a partition remembers; the one that wrote longest ago goes first.");
    public static final Setting<Long> LOG_PRODUCER_MILLIS = new Setting<>(
            "log.producer-millis",
            Kind.millis(),
            String.valueOf(LOG.producerMillis()),
            "A producer that has not written for this many milliseconds is forgotten.");
    public static final Setting<Long> LOG_CHECKPOINT_MILLIS = new Setting<>(
            "log.checkpoint-millis",
            Kind.millis(),
            String.valueOf(LOG.checkpointMillis()),
            "How often segments are synced and the journal begins anew, in milliseconds.");
    public static final Setting<Long> LOG_RETENTION_CHECK_MILLIS = new Setting<>(
            "log.retention-check-millis",
            Kind.millis(),
            String.valueOf(LOG.retentionCheckMillis()),
            "How often segments that may be deleted, and partitions to be compacted, are looked for, in milliseconds.");
    public static final Setting<Optional<Long>> LOG_DISK_FREE_MIN = new Setting<>(
            "log.disk-free-min",
            Kind.optionalSize(0, Long.MAX_VALUE),
            "",
            "With less than this free on the disk producers are refused (and retry) until a quarter more is free, while"
                    + " all else goes on; when empty, twice what a turn of each writer and the reserve may take"
                    + " (256MiB by default), and on a small disk a 16th of it.");
    public static final Setting<Optional<Long>> LOG_DISK_RESERVE_BYTES = new Setting<>(
            "log.disk-reserve-bytes",
            Kind.optionalSize(64 << 10, Long.MAX_VALUE),
            "",
            "The size of a file that holds room, given up when a write finds the disk full and made again later; when"
                    + " empty, 64MiB, and on a small disk a 64th of it.");
    public static final Setting<Long> LOG_COMPACTION_KEY_BYTES = new Setting<>(
            "log.compaction-key-bytes",
            Kind.size(1, Integer.MAX_VALUE),
            Kind.sizeText(LOG.compaction().keyBytes()),
            "Memory for keys while a partition is compacted, 32 bytes each; more keys take more passes.");
    public static final Setting<Long> LOG_COMPACTION_BYTES_PER_SECOND = new Setting<>(
            "log.compaction-bytes-per-second",
            Kind.size(1, Long.MAX_VALUE),
            Kind.sizeText(LOG.compaction().bytesPerSecond()),
            "What compaction reads and writes in a second, at most.");

    public static final Setting<System.Logger.Level> LOGGING_LEVEL = new Setting<>(
            "logging.level",
            Kind.choice(System.Logger.Level.class),
            "info",
            "The least important lines that Braid itself writes to standard error.");
    public static final Setting<System.Logger.Level> LOGGING_LIBRARIES = new Setting<>(
            "logging.libraries-level",
            Kind.choice(System.Logger.Level.class),
            "warning",
            "The same for the libraries inside it.");

    /// Kafka's names for settings of ours.
    static final List<KafkaName> KAFKA_NAMES = List.of(
            KafkaName.of("auto.create.topics.enable", KAFKA_AUTO_CREATE),
            KafkaName.of("broker.id", KAFKA_NODE_ID),
            new KafkaName("connections.max.idle.ms", KAFKA_IDLE, "ms"),
            KafkaName.of("delete.topic.enable", KAFKA_DELETE_TOPICS),
            KafkaName.of("log.retention.check.interval.ms", LOG_RETENTION_CHECK_MILLIS),
            KafkaName.of("max.connections", KAFKA_CONNECTIONS_MAX),
            KafkaName.of("node.id", KAFKA_NODE_ID),
            KafkaName.of("num.partitions", DEFAULT_PARTITIONS),
            KafkaName.of("producer.id.expiration.ms", LOG_PRODUCER_MILLIS),
            KafkaName.of("socket.request.max.bytes", KAFKA_REQUEST_BYTES_MAX));

    /// What stands before the name of a stream's setting, where it becomes the default of all streams.
    static final String STREAM_PREFIX = "stream.";

    private static final List<Setting<?>> ALL = Stream.concat(
                    Stream.<Setting<?>>of(
                            DATA,
                            STORAGE_TIER,
                            STORAGE_TIER_CACHE_BYTES,
                            KAFKA_LISTEN,
                            KAFKA_ADVERTISED,
                            KAFKA_NODE_ID,
                            KAFKA_AUTO_CREATE,
                            KAFKA_CLAMP_REPLICATION,
                            KAFKA_DELETE_TOPICS,
                            KAFKA_CONNECTIONS_MAX,
                            KAFKA_REQUEST_BYTES_MAX,
                            KAFKA_REQUESTS_MAX,
                            KAFKA_BYTES_IN_FLIGHT_MAX,
                            KAFKA_IDLE,
                            KAFKA_DRAIN,
                            HTTP_LISTEN,
                            HTTP_REQUEST_BYTES_MAX,
                            HTTP_CONNECTIONS_MAX,
                            HTTP_REQUESTS_MAX,
                            HTTP_REQUEST_READ,
                            HTTP_IDLE,
                            HTTP_CORS_ORIGINS,
                            HTTP_TLS_MODE,
                            HTTP_TLS_LISTEN,
                            HTTP_TLS_CERTIFICATE,
                            HTTP_TLS_KEY,
                            AWS_ACCOUNT,
                            AWS_REGION,
                            KINESIS_SHARDS_MAX,
                            KINESIS_SUBSCRIPTIONS_MAX,
                            KINESIS_SUBSCRIPTION_LIFE,
                            KINESIS_SCALING_ON,
                            KINESIS_SCALING_INTERVAL,
                            KINESIS_SCALING_WINDOW,
                            KINESIS_SCALING_HOT_PERCENT,
                            KINESIS_SCALING_COLD_PERCENT,
                            KINESIS_SCALING_COLD_AFTER,
                            KINESIS_SCALING_SHARDS_MAX,
                            KINESIS_SCALING_KAFKA_QUIET,
                            KINESIS_LIMITS,
                            KINESIS_LIFECYCLE_DELAY,
                            KINESIS_ITERATOR_SECRET,
                            METRICS_RETENTION,
                            USAGE_RETENTION,
                            DELIVERY_BUCKETS,
                            DELIVERY_OBJECT_BYTES_MAX,
                            ALLOW_UNAUTHENTICATED,
                            DEFAULT_PARTITIONS,
                            PARTITIONS_MAX,
                            LOG_WRITERS,
                            LOG_JOURNAL_BYTES,
                            LOG_GROUP_BYTES_MAX,
                            LOG_BATCH_BYTES_MAX,
                            LOG_INBOX_MAX,
                            LOG_INBOX_BYTES_MAX,
                            LOG_PRODUCERS_MAX,
                            LOG_PRODUCER_MILLIS,
                            LOG_CHECKPOINT_MILLIS,
                            LOG_RETENTION_CHECK_MILLIS,
                            LOG_DISK_FREE_MIN,
                            LOG_DISK_RESERVE_BYTES,
                            LOG_COMPACTION_KEY_BYTES,
                            LOG_COMPACTION_BYTES_PER_SECOND,
                            LOGGING_LEVEL,
                            LOGGING_LIBRARIES),
                    Stream.concat(
                            KafkaListener.coordinatorSettings().stream().map(Settings::ofCoordinators),
                            Stream.concat(
                                    StreamSettings.all().stream().map(Settings::ofStream),
                                    Stream.concat(
                                            ServerName.ALL.stream().map(Settings::ofServerName),
                                            KAFKA_NAMES.stream().map(KafkaName::alias)))))
            .toList();

    private Settings() {}

    public static List<Setting<?>> all() {
        return ALL;
    }

    static Optional<Setting<?>> find(String key) {
        return ALL.stream().filter(setting -> setting.key().equals(key)).findFirst();
    }

    static Optional<Setting<?>> ofVariable(String variable) {
        return ALL.stream()
                .filter(setting -> setting.variable().equals(variable))
                .findFirst();
    }

    /// The known word that a mistyped one most probably means: the fewest letters to change.
    static String nearest(String word, Stream<String> known) {
        return known.min(Comparator.comparingInt((String candidate) -> distance(word, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /// Every stream's setting may be set for all streams at once.
    private static Setting<String> ofStream(StreamSettings.Setting setting) {
        var kind = new Kind<>(typeOf(setting), text -> checked(setting.name(), text));
        return new Setting<>(STREAM_PREFIX + setting.name(), kind, setting.defaultValue(), setting.doc());
    }

    /// The same under the name that it has in a Kafka server's configuration.
    private static Setting<String> ofServerName(ServerName named) {
        var setting = StreamSettings.find(named.setting()).orElseThrow();
        var kind = new Kind<>(typeOf(setting), text -> checked(named.setting(), named.meaning(text)));
        var doc = "Kafka's name for `%s%s`".formatted(STREAM_PREFIX, named.setting());
        if (named.factor() == 1) return new Setting<>(named.name(), kind, setting.defaultValue(), doc + ".");
        var standard = Long.toString(Long.parseLong(setting.defaultValue()) / named.factor());
        var unit = named.name().substring(named.name().lastIndexOf('.') + 1);
        return new Setting<>(named.name(), kind, standard, doc + ", in " + unit + ".");
    }

    private static String typeOf(StreamSettings.Setting setting) {
        return setting.type().name().toLowerCase(Locale.ROOT);
    }

    private static String checked(String name, String text) {
        StreamSettings.fault(Map.of(name, text)).ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return text;
    }

    /// Settings of coordinators (of groups, of transactions) have Kafka's names and Kafka's rules, which are asked
    /// once all are known.
    private static Setting<String> ofCoordinators(KafkaListener.CoordinatorSetting setting) {
        return new Setting<>(
                setting.name(), new Kind<>(setting.type(), text -> text), setting.defaultValue(), setting.doc());
    }

    /// Levenshtein's distance: single letters added, left out or replaced.
    private static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j < row.length; j++) row[j] = j;
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
