package io.braid.server;

import io.braid.aws.AwsConfig;
import io.braid.broker.BrokerConfig;
import io.braid.broker.ServerName;
import io.braid.broker.StreamSettings;
import io.braid.delivery.Delivery;
import io.braid.kafka.KafkaListener;
import io.braid.log.CompactionLimits;
import io.braid.log.InvalidConfig;
import io.braid.log.LogConfig;
import io.braid.server.BadSettings.Fault;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// Settings that were checked. A later source replaces an earlier one: the table's defaults, the file, the
/// environment, the flags.
public final class Configuration {
    /// What somebody said about one setting.
    ///
    /// @param key    as it was written
    /// @param text   as it was written
    /// @param origin where: `braid.yaml:12`, a variable or a flag
    public record Given(String key, String text, String origin) {}

    /// Variables of ours that are not settings: they belong to the launcher and the command line.
    private static final List<String> OTHER_VARIABLES =
            List.of("BRAID_CONFIG", "BRAID_HOME", "BRAID_JAVA_HOME", "BRAID_JVM_ARGS", "BRAID_ENDPOINT");

    /// Kubernetes puts the addresses of a service named braid, braid-kafka ... into variables of these forms.
    private static final Pattern KUBERNETES =
            Pattern.compile("BRAID_(.*_)?(SERVICE_HOST|SERVICE_PORT(_.*)?|PORT(_\\d+_(TCP|UDP|SCTP)(_.*)?)?)");

    /// Coordinators' settings that count copies; there is one.
    private static final Set<String> COPIES = Set.of(
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "transaction.state.log.min.isr");

    private final Map<String, Given> given;

    private Configuration(Map<String, Given> given) {
        this.given = Map.copyOf(given);
    }

    /// The same, from a file that may not have been named.
    public static Configuration load(Optional<Path> file, Map<String, String> environment, List<Given> flags)
            throws BadSettings {
        return of(file.isPresent() ? YamlFile.read(file.get()) : List.of(), environment, flags);
    }

    /// @param file        what a file said, in its order
    /// @param environment all variables of the process
    /// @param flags       what the command line said; `key` is a setting's key
    /// @throws BadSettings naming everything that is wrong, and where it was said
    public static Configuration of(List<Given> file, Map<String, String> environment, List<Given> flags)
            throws BadSettings {
        var faults = new ArrayList<Fault>();
        var sources = new ArrayList<>(file);
        environment.entrySet().stream()
                .filter(variable -> isOurs(variable.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(variable -> Settings.ofVariable(variable.getKey())
                        .ifPresentOrElse(
                                setting ->
                                        sources.add(new Given(setting.key(), variable.getValue(), variable.getKey())),
                                () -> faults.add(unknownVariable(variable.getKey()))));
        sources.addAll(flags);

        var latest = new LinkedHashMap<String, Given>();
        var names = new HashMap<String, Given>(); // under which each was said
        for (var said : sources) {
            var meant = check(said, faults) ? meant(said) : said;
            var before = names.put(meant.key(), said);
            if (before != null && !before.key().equals(said.key())) faults.add(saidTwice(said, meant, before));
            latest.put(meant.key(), meant);
        }
        var configuration = new Configuration(latest);
        configuration.checkAddresses(faults);
        if (faults.isEmpty()) configuration.checkTogether(faults);
        if (!faults.isEmpty()) throw new BadSettings(faults);
        return configuration;
    }

    public <T> T value(Setting<T> setting) {
        var said = given.get(setting.key());
        return setting.kind().parser().apply(said == null ? setting.standard() : said.text());
    }

    LogConfig log() {
        return new LogConfig(
                value(Settings.DATA),
                value(Settings.LOG_WRITERS),
                bytes(Settings.LOG_JOURNAL_BYTES),
                bytes(Settings.LOG_GROUP_BYTES_MAX),
                bytes(Settings.LOG_BATCH_BYTES_MAX),
                value(Settings.LOG_INBOX_MAX),
                bytes(Settings.LOG_INBOX_BYTES_MAX),
                value(Settings.LOG_PRODUCERS_MAX),
                value(Settings.LOG_PRODUCER_MILLIS),
                value(Settings.LOG_CHECKPOINT_MILLIS),
                value(Settings.LOG_RETENTION_CHECK_MILLIS),
                value(Settings.LOG_DISK_FREE_MIN).orElse(LogConfig.BY_ITSELF),
                value(Settings.LOG_DISK_RESERVE_BYTES).orElse(LogConfig.BY_ITSELF),
                new CompactionLimits(
                        bytes(Settings.LOG_COMPACTION_KEY_BYTES), value(Settings.LOG_COMPACTION_BYTES_PER_SECOND)));
    }

    BrokerConfig broker() {
        var streams = new HashMap<String, String>();
        given.forEach((key, said) -> {
            if (key.startsWith(Settings.STREAM_PREFIX)) {
                streams.put(key.substring(Settings.STREAM_PREFIX.length()), said.text());
            }
        });
        return new BrokerConfig(value(Settings.DEFAULT_PARTITIONS), value(Settings.PARTITIONS_MAX), streams);
    }

    KafkaListener.Config kafka() {
        var listen = value(Settings.KAFKA_LISTEN);
        KafkaListener.Advertised advertised = value(Settings.KAFKA_ADVERTISED)
                .<KafkaListener.Advertised>map(fixed -> new KafkaListener.Fixed(fixed.host(), fixed.port()))
                .orElseGet(KafkaListener.AsReached::new);
        var limits = new KafkaListener.Limits(
                value(Settings.KAFKA_CONNECTIONS_MAX),
                bytes(Settings.KAFKA_REQUEST_BYTES_MAX),
                value(Settings.KAFKA_REQUESTS_MAX),
                value(Settings.KAFKA_BYTES_IN_FLIGHT_MAX),
                value(Settings.KAFKA_IDLE),
                value(Settings.KAFKA_DRAIN));
        var coordinators = new HashMap<String, String>();
        for (var setting : KafkaListener.coordinatorSettings()) {
            var said = given.get(setting.name());
            if (said != null) coordinators.put(setting.name(), said.text());
        }
        boolean clamp = value(Settings.KAFKA_CLAMP_REPLICATION);
        if (clamp) coordinators.replaceAll((name, text) -> COPIES.contains(name) && isCount(text) ? "1" : text);
        return new KafkaListener.Config(
                value(Settings.KAFKA_NODE_ID),
                listen.host(),
                listen.port(),
                advertised,
                new KafkaListener.Topics(value(Settings.KAFKA_AUTO_CREATE), clamp, value(Settings.KAFKA_DELETE_TOPICS)),
                limits,
                coordinators);
    }

    private static boolean isCount(String text) {
        return text.matches("[1-9][0-9]{0,4}");
    }

    AwsConfig http() {
        var listen = value(Settings.HTTP_LISTEN);
        return new AwsConfig(
                new AwsConfig.Http(
                        listen.host(),
                        listen.port(),
                        bytes(Settings.HTTP_REQUEST_BYTES_MAX),
                        value(Settings.HTTP_CONNECTIONS_MAX),
                        value(Settings.HTTP_REQUESTS_MAX),
                        value(Settings.HTTP_REQUEST_READ),
                        value(Settings.HTTP_IDLE),
                        value(Settings.HTTP_CORS_ORIGINS)),
                value(Settings.AWS_ACCOUNT),
                value(Settings.AWS_REGION),
                value(Settings.KINESIS_SHARDS_MAX),
                new AwsConfig.FanOut(
                        value(Settings.KINESIS_SUBSCRIPTIONS_MAX),
                        value(Settings.KINESIS_SUBSCRIPTION_LIFE),
                        AwsConfig.FanOut.DEFAULT.heartbeat(),
                        AwsConfig.FanOut.DEFAULT.takeOverAfter()),
                new AwsConfig.Scaling(
                        value(Settings.KINESIS_SCALING_ON),
                        value(Settings.KINESIS_SCALING_INTERVAL),
                        value(Settings.KINESIS_SCALING_WINDOW),
                        value(Settings.KINESIS_SCALING_HOT_PERCENT),
                        value(Settings.KINESIS_SCALING_COLD_PERCENT),
                        value(Settings.KINESIS_SCALING_COLD_AFTER),
                        value(Settings.KINESIS_SCALING_SHARDS_MAX),
                        value(Settings.KINESIS_SCALING_KAFKA_QUIET)),
                new AwsConfig.KinesisConfig(
                        value(Settings.KINESIS_LIMITS),
                        value(Settings.KINESIS_LIFECYCLE_DELAY),
                        value(Settings.KINESIS_ITERATOR_SECRET)),
                value(Settings.METRICS_RETENTION),
                value(Settings.USAGE_RETENTION));
    }

    Delivery.Config delivery() {
        return Delivery.Config.DEFAULT.withObjectBytesMax(bytes(Settings.DELIVERY_OBJECT_BYTES_MAX));
    }

    private int bytes(Setting<Long> setting) {
        return Math.toIntExact(value(setting));
    }

    private static boolean isOurs(String variable) {
        return variable.startsWith("BRAID_")
                && !OTHER_VARIABLES.contains(variable)
                && !KUBERNETES.matcher(variable).matches();
    }

    /// Under our own name what was said under that of Kafka's servers.
    private static Given meant(Given said) {
        for (var named : ServerName.ALL)
            if (named.name().equals(said.key()))
                return new Given(Settings.STREAM_PREFIX + named.setting(), named.meaning(said.text()), said.origin());
        for (var named : Settings.KAFKA_NAMES)
            if (named.name().equals(said.key()))
                return new Given(named.setting().key(), named.meaning(said.text()), said.origin());
        return said;
    }

    private static Fault saidTwice(Given said, Given meant, Given before) {
        return new Fault(
                said.origin(),
                "%s means %s, which was said as %s at %s already: leave one out"
                        .formatted(said.key(), meant.key(), before.key(), before.origin()));
    }

    /// Whether there is such a setting, and it may be so.
    private static boolean check(Given said, List<Fault> faults) {
        var setting = Settings.find(said.key());
        if (setting.isEmpty()) {
            var nearest = Settings.nearest(said.key(), Settings.all().stream().map(Setting::key));
            faults.add(new Fault(
                    said.origin(), "there is no setting %s; did you mean %s?".formatted(said.key(), nearest)));
            return false;
        }
        try {
            setting.get().kind().parser().apply(said.text());
            return true;
        } catch (IllegalArgumentException wrong) {
            faults.add(fault(said, wrong.getMessage()));
            return false;
        }
    }

    /// Nobody has to say who they are in this release, so only this machine may reach it, unless somebody says so.
    private void checkAddresses(List<Fault> faults) {
        if (parsed(Settings.ALLOW_UNAUTHENTICATED).equals(Optional.of(true))) return;
        boolean hasTls = parsed(Settings.HTTP_TLS_MODE).orElse(HttpTls.OFF) != HttpTls.OFF;
        for (var listen : List.of(Settings.KAFKA_LISTEN, Settings.HTTP_LISTEN, Settings.HTTP_TLS_LISTEN)) {
            if (listen == Settings.HTTP_TLS_LISTEN && !hasTls) continue;
            if (parsed(listen).map(HostPort::isLoopback).orElse(true)) continue;
            faults.add(fault(
                    given.get(listen.key()),
                    "other machines could reach this and nobody has to say who they are; "
                            + "where that is fine (a container, a trusted network), set %s = true"
                                    .formatted(Settings.ALLOW_UNAUTHENTICATED.key())));
        }
    }

    /// Rules about more than one setting; only asked when each of them is right by itself.
    private void checkTogether(List<Fault> faults) {
        checkTogether(this::log, faults);
        checkTogether(this::broker, faults);
        checkTogether(this::kafka, faults);
        checkTogether(this::http, faults);
        checkBatchBytes(faults);
        checkTier(faults);
        checkTls(faults);
    }

    /// Files are named where they are used, and only there: a certificate that is silently not served is a trap.
    private void checkTls(List<Fault> faults) {
        var mode = Settings.HTTP_TLS_MODE.key();
        boolean fromFiles = value(Settings.HTTP_TLS_MODE) == HttpTls.FILES;
        for (var file : List.of(Settings.HTTP_TLS_CERTIFICATE, Settings.HTTP_TLS_KEY)) {
            boolean isNamed = value(file).isPresent();
            if (fromFiles && !isNamed) faults.add(fault(given.get(mode), "needs a file in %s".formatted(file.key())));
            if (!fromFiles && isNamed)
                faults.add(fault(given.get(file.key()), "is not used: it needs %s = files".formatted(mode)));
        }
        var listen = value(Settings.HTTP_TLS_LISTEN);
        boolean isTaken = listen.port() != 0 && listen.equals(value(Settings.HTTP_LISTEN));
        if (value(Settings.HTTP_TLS_MODE) != HttpTls.OFF && isTaken)
            faults.add(new Fault(
                    origin(Settings.HTTP_TLS_LISTEN.key()),
                    "%s = %s: is %s, too; each needs a port of its own"
                            .formatted(Settings.HTTP_TLS_LISTEN.key(), listen, Settings.HTTP_LISTEN.key())));
    }

    private void checkTier(List<Fault> faults) {
        var all = given.get(Settings.STREAM_PREFIX + StreamSettings.REMOTE_ENABLE);
        if (all != null
                && all.text().equals("true")
                && value(Settings.STORAGE_TIER).isEmpty())
            faults.add(fault(all, "there is no tier for them: set %s".formatted(Settings.STORAGE_TIER.key())));
    }

    /// What streams take by default, the log must take.
    private void checkBatchBytes(List<Fault> faults) {
        var name = StreamSettings.MAX_MESSAGE_BYTES;
        var asked = Optional.ofNullable(broker().settings().get(name));
        var most = asked.or(() -> StreamSettings.find(name).map(StreamSettings.Setting::defaultValue))
                .map(Long::parseLong)
                .orElseThrow();
        if (most <= value(Settings.LOG_BATCH_BYTES_MAX)) return;
        var key = Settings.STREAM_PREFIX + name;
        faults.add(new Fault(
                origin(asked.isPresent() ? key : Settings.LOG_BATCH_BYTES_MAX.key()),
                "%s = %d: must be at most %s, which is %d"
                        .formatted(
                                key, most, Settings.LOG_BATCH_BYTES_MAX.key(), value(Settings.LOG_BATCH_BYTES_MAX))));
    }

    private void checkTogether(Supplier<?> part, List<Fault> faults) {
        try {
            part.get();
        } catch (InvalidConfig wrong) {
            for (var problem : wrong.problems()) faults.add(new Fault(origin(problem.key()), problem.toString()));
        } catch (IllegalArgumentException wrong) {
            faults.add(new Fault("together", wrong.getMessage()));
        }
    }

    /// The value, or nothing if what was said cannot be understood, which is a fault of its own.
    private <T> Optional<T> parsed(Setting<T> setting) {
        try {
            return Optional.of(value(setting));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /// Where a setting was said; one that nobody said stands in the table.
    private String origin(String key) {
        var said = given.get(key);
        return said == null ? "default" : said.origin();
    }

    private static Fault fault(Given said, String rule) {
        boolean isSecret = Settings.find(said.key())
                .filter(setting -> setting.kind() == Kind.SECRET)
                .isPresent();
        var shown = isSecret ? "(a secret)" : said.text();
        return new Fault(said.origin(), "%s = %s: %s".formatted(said.key(), shown, rule));
    }

    private static Fault unknownVariable(String variable) {
        var nearest = Settings.nearest(variable, Settings.all().stream().map(Setting::variable));
        return new Fault(variable, "there is no such setting; did you mean %s?".formatted(nearest));
    }
}
