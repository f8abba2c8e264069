package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Stream;
import io.braid.delivery.KeyTemplate;
import io.braid.delivery.ObjectCompression;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Creating, describing, updating, deleting and listing channels, which deliver a stream to a bucket. What is answered
/// is durable, so a channel is CREATING in the answer to its creation, as Amazon's are, and ACTIVE at the next look.
final class ChannelOperations {
    private static final int LIST_MAX = 100;
    private static final int FRESHNESS_SECONDS_MAX = 900;
    private static final int FRESHNESS_SECONDS_DEFAULT = 300;
    private static final String SAMPLE_ID = "00000000-0000-0000-0000-000000000000"; // as long as any
    private static final String LOG_STREAM_DEFAULT = "DestinationDelivery";

    private final Channels channels;
    private final Lookup lookup;
    private final InstantSource clock;
    private final ShardLimit limit;
    private final ChannelAnswers answers;
    private final Seal pages;

    ChannelOperations(Channels channels, Lookup lookup, InstantSource clock, ShardLimit limit, Seal pages) {
        this.channels = channels;
        this.lookup = lookup;
        this.clock = clock;
        this.limit = limit;
        this.answers = new ChannelAnswers(lookup, channels);
        this.pages = pages;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateChannel.html
    void create(Call call) throws IOException {
        var params = Params.read(call.body(), ChannelRequests.CREATE);
        var name = params.requiredText("ChannelName");
        var tags = params.textMap("Tags");
        Tags.check(tags, "channel " + name, lookup.account());
        Tags.checkCount(Set.of(), tags.keySet(), "channel " + name, lookup.account());
        var source = source(params);
        var stream = lookup.stream(Optional.empty(), source.text("StreamARN"));
        var fields = fields(params, source, Lookup.shownName(stream));
        fields.put(StoredChannel.STREAM_ARN, lookup.arn(call, stream));
        tags.forEach((key, value) -> fields.put(StreamAttributes.TAG + key, value));
        var made = channels.create(stream, (now, id) -> {
            checkRoom(now, name);
            fields.put(StoredChannel.CREATED, Long.toString(clock.millis()));
            fields.put(StoredChannel.FROM, channels.ends(now));
            fields.putIfAbsent(StoredChannel.DEAD_PREFIX, StoredChannel.deadPrefix(name, id));
            if (Boolean.parseBoolean(fields.get(StoredChannel.LOGS)))
                fields.putIfAbsent(StoredChannel.LOG_GROUP, "/aws/kinesis/%s/%s".formatted(name, id));
            return new StoredChannel(id, now, fields);
        });
        answers.description(call, made, "CREATING");
    }

    /// The stream of a channel; there is one, for now.
    private static Params source(Params params) {
        var sources = params.structures("StreamConfigurationList");
        if (sources.size() > 1)
            throw AwsFault.invalidArgument(
                    "StreamConfigurationList has %d streams: a channel has one.".formatted(sources.size()));
        return sources.getFirst();
    }

    /// What may not be is refused, what is missing has Amazon's default.
    private Map<String, String> fields(Params params, Params source, String stream) {
        var fields = new HashMap<String, String>();
        var name = params.requiredText("ChannelName");
        fields.put(StoredChannel.NAME, name);
        fields.put(StoredChannel.ROLE, params.requiredText("ServiceExecutionRoleARN"));
        var destination = destination(params);
        format(source.structure("RecordConfiguration").orElseThrow(), fields);
        storage(destination.structure("StorageConfiguration").orElseThrow(), name, stream, fields);
        deadLetters(destination.structure("DeadLetterQueueS3Configuration"), fields);
        fields.put(StoredChannel.FRESHNESS, Long.toString(freshness(destination, FRESHNESS_SECONDS_DEFAULT)));
        params.structure("EncryptionConfiguration").ifPresent(encryption -> {
            var key = encryption.requiredText("KeyId");
            if (key.endsWith("alias/aws/kinesis"))
                throw AwsFault.invalidArgument(
                        "KeyId %s is Kinesis' own key: what is delivered needs one of the customer's.".formatted(key));
            fields.put(StoredChannel.KEY_ID, key);
        });
        fields.put(StoredChannel.LOGS, "false");
        logging(params, fields);
        return fields;
    }

    private static Params destination(Params params) {
        var bucket = params.structure("S3DestinationConfiguration");
        boolean isTable = params.has("S3TablesDestinationConfiguration");
        if (bucket.isPresent() == isTable)
            throw AwsFault.invalidArgument(
                    "Either S3DestinationConfiguration or S3TablesDestinationConfiguration should be provided, and not"
                            + " both.");
        if (isTable)
            throw AwsFault.invalidArgument(
                    "S3TablesDestinationConfiguration is not served here: this server delivers to buckets"
                            + " (S3DestinationConfiguration), not to tables of Apache Iceberg.");
        return bucket.orElseThrow();
    }

    private static void format(Params record, Map<String, String> fields) {
        var format = record.requiredText("RecordFormatType");
        if (format.equals("GSR_JSON"))
            throw AwsFault.invalidArgument(
                    "RecordFormatType GSR_JSON is only supported for streaming tables: S3DestinationConfiguration takes"
                            + " JSON, STRING or BYTE_ARRAY.");
        fields.put(StoredChannel.FORMAT, format);
        record.text("GSRSchemaARN").ifPresent(schema -> fields.put(StoredChannel.SCHEMA, schema));
    }

    private static void storage(Params storage, String channel, String stream, Map<String, String> fields) {
        var compression = storage.requiredText("CompressionType");
        var template = storage.text("OutputKeyTemplate").orElse(KeyTemplate.DEFAULT);
        var owner = new KeyTemplate.Owner(channel, SAMPLE_ID, stream);
        KeyTemplate.fault(template, ObjectCompression.valueOf(compression), owner)
                .ifPresent(fault -> {
                    throw AwsFault.invalidArgument("OutputKeyTemplate %s %s".formatted(template, fault));
                });
        fields.put(StoredChannel.BUCKET, storage.requiredText("BucketARN"));
        fields.put(StoredChannel.OWNER, storage.requiredText("ExpectedBucketOwner"));
        fields.put(StoredChannel.COMPRESSION, compression);
        fields.put(StoredChannel.TEMPLATE, template);
        fields.put(StoredChannel.STORAGE_CLASS, storage.text("StorageClass").orElse("STANDARD"));
    }

    /// Without a word about them they go to the bucket of the channel.
    private static void deadLetters(Optional<Params> letters, Map<String, String> fields) {
        fields.put(
                StoredChannel.DEAD_BUCKET,
                letters.map(given -> given.requiredText("BucketARN")).orElse(fields.get(StoredChannel.BUCKET)));
        fields.put(
                StoredChannel.DEAD_OWNER,
                letters.map(given -> given.requiredText("ExpectedBucketOwner"))
                        .orElse(fields.get(StoredChannel.OWNER)));
        letters.flatMap(given -> given.text("ErrorOutputPrefix")).ifPresent(prefix -> {
            boolean isDotted = List.of(prefix.split("/")).contains(".") || prefix.contains("..");
            if (prefix.startsWith("/") || prefix.contains("//") || isDotted)
                throw AwsFault.invalidArgument(
                        ("ErrorOutputPrefix %s must not begin with a slash, and must not have '//', '..', or '.'"
                                        + " between slashes.")
                                .formatted(prefix));
            fields.put(StoredChannel.DEAD_PREFIX, prefix);
        });
    }

    private static long freshness(Params destination, long standard) {
        long seconds = destination.number("DataFreshnessInSeconds").orElse(standard);
        if (seconds < 1 || seconds > FRESHNESS_SECONDS_MAX)
            throw AwsFault.invalidArgument(
                    "DataFreshnessInSeconds must be from 1 to %d, is %d.".formatted(FRESHNESS_SECONDS_MAX, seconds));
        return seconds;
    }

    private static void logging(Params params, Map<String, String> fields) {
        params.structure("LoggingConfiguration")
                .flatMap(logging -> logging.structure("CloudWatchLogs"))
                .ifPresent(logs -> {
                    fields.put(StoredChannel.LOGS, Boolean.toString(logs.flag("Enabled")));
                    logs.text("LogGroupName").ifPresent(group -> fields.put(StoredChannel.LOG_GROUP, group));
                    logs.text("LogStreamName").ifPresent(stream -> fields.put(StoredChannel.LOG_STREAM, stream));
                    if (logs.flag("Enabled")) fields.putIfAbsent(StoredChannel.LOG_STREAM, LOG_STREAM_DEFAULT);
                });
    }

    /// In the middle of the change, so that none of it changes meanwhile.
    private void checkRoom(Stream now, String name) {
        var account = lookup.account();
        if (now.mode() != Stream.Mode.ON_DEMAND)
            throw AwsFault.validation("Channels are only supported for streams in On-Demand mode. Stream %s is not."
                    .formatted(Lookup.shownName(now)));
        var others = channels.seen();
        if (others.stream().anyMatch(other -> other.name().equals(name)))
            throw AwsFault.of(
                    "ResourceInUseException", "Channel %s under account %s already exists.".formatted(name, account));
        if (StoredChannel.of(now).size() >= Channels.PER_STREAM_MAX)
            throw AwsFault.of(
                    "LimitExceededException",
                    "Stream %s under account %s has a channel to a bucket, and may have %d."
                            .formatted(Lookup.shownName(now), account, Channels.PER_STREAM_MAX));
        if (others.size() >= limit.channels())
            throw AwsFault.of(
                    "LimitExceededException",
                    "Account %s has %d channels, which is the most.".formatted(account, others.size()));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeChannel.html
    void describe(Call call) {
        answers.description(call, channel(Params.read(call.body(), ChannelRequests.CHANNEL)), "ACTIVE");
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteChannel.html
    void delete(Call call) throws IOException {
        var channel = channel(Params.read(call.body(), ChannelRequests.CHANNEL));
        channels.change(channel, StoredChannel::removeFrom);
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateChannel.html
    void update(Call call) throws IOException {
        var params = Params.read(call.body(), ChannelRequests.UPDATE);
        var channel = channel(params);
        if (params.has("S3TablesDestinationConfiguration"))
            throw AwsFault.invalidArgument(
                    "S3TablesDestinationConfiguration is not of channel %s, which delivers to a bucket."
                            .formatted(channel.name()));
        var destination = params.structure("S3DestinationConfiguration");
        if (destination.isEmpty() && !params.has("LoggingConfiguration"))
            throw AwsFault.invalidArgument(
                    "Either S3DestinationConfiguration or LoggingConfiguration should be provided.");
        var fields = new HashMap<String, String>();
        destination.ifPresent(
                wish -> fields.put(StoredChannel.FRESHNESS, Long.toString(freshness(wish, FRESHNESS_SECONDS_DEFAULT))));
        logging(params, fields);
        if (Boolean.parseBoolean(fields.get(StoredChannel.LOGS))
                && channel.text(StoredChannel.LOG_GROUP).isEmpty())
            fields.putIfAbsent(StoredChannel.LOG_GROUP, "/aws/kinesis/%s/%s".formatted(channel.name(), channel.id()));
        var after = channels.change(channel, (now, before) -> now.with(fields).addTo(before));
        answers.description(call, StoredChannel.of(after).getFirst(), "UPDATING");
    }

    private StoredChannel channel(Params params) {
        return channels.find(params.requiredText("ChannelARN"));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListChannels.html
    void list(Call call) {
        var params = Params.read(call.body(), ChannelRequests.LIST);
        int most = (int) Math.min(LIST_MAX, params.number("MaxResults").orElse(LIST_MAX));
        var filter = params.structures("StreamFilter");
        var query = query(filter);
        var after = params.text("NextToken").map(token -> next(token, query)).orElse("");
        var rest = channels.seen().stream()
                .filter(channel -> filter.isEmpty() || filter.stream().anyMatch(each -> isOf(call, channel, each)))
                .filter(channel -> channel.name().compareTo(after) > 0)
                .sorted(Comparator.comparing(StoredChannel::name))
                .toList();
        var page = rest.subList(0, Math.min(most, rest.size()));
        var token = page.size() < rest.size()
                ? Optional.of(
                        new PageToken(clock.millis(), query, page.getLast().name()).sealed(pages))
                : Optional.<String>empty();
        answers.summaries(call, page, token);
    }

    /// Of the first page, so that the others are of the same question.
    private static String query(List<Params> filter) {
        var text = filter.stream()
                .map(each -> each.requiredText("StreamARN") + " " + each.moment("StreamCreationTimestamp"))
                .collect(Collectors.joining("\n"));
        return Integer.toHexString(text.hashCode());
    }

    private String next(String token, String query) {
        var page = PageToken.open(pages, token, clock.millis());
        if (!page.query().equals(query))
            throw AwsFault.invalidArgument("NextToken is not one of a list with this StreamFilter.");
        return page.after();
    }

    private boolean isOf(Call call, StoredChannel channel, Params filter) {
        var created = filter.moment("StreamCreationTimestamp");
        // Clients round to seconds as they like.
        boolean isOther = created.isPresent()
                && Math.abs(created.getAsLong() - channel.stream().created().toEpochMilli()) >= 1000;
        return !isOther && lookup.arn(call, channel.stream()).equals(filter.requiredText("StreamARN"));
    }
}
