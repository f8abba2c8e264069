package io.braid.aws.kinesis;

import io.braid.broker.Stream;
import io.braid.delivery.Channel;
import io.braid.delivery.KeyTemplate;
import io.braid.delivery.ObjectCompression;
import io.braid.delivery.RecordFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// A channel as the catalog keeps it: one attribute of its stream says that it is there, and what was said of it
/// stands behind that, one attribute for each thing. So it goes with its stream.
///
///     kinesis.channel/0d1f…
///     kinesis.channel/0d1f…/name = orders-to-s3
///     kinesis.channel/0d1f…/kinesis.tag.team = x
///
/// @param stream as it was when this was read
/// @param fields by the names below
record StoredChannel(String id, Stream stream, Map<String, String> fields) {
    static final String NAME = "name";
    static final String CREATED = "created"; // milliseconds since 1970
    static final String STREAM_ARN = "stream-arn";
    static final String ROLE = "role";
    static final String FORMAT = "format";
    static final String SCHEMA = "schema";
    static final String FRESHNESS = "freshness"; // seconds
    static final String BUCKET = "bucket"; // its ARN, as all buckets here
    static final String OWNER = "owner";
    static final String TEMPLATE = "template";
    static final String STORAGE_CLASS = "storage-class";
    static final String COMPRESSION = "compression";
    static final String DEAD_BUCKET = "dead-bucket";
    static final String DEAD_OWNER = "dead-owner";
    static final String DEAD_PREFIX = "dead-prefix";
    static final String KEY_ID = "key-id";
    static final String LOGS = "logs"; // true or false
    static final String LOG_GROUP = "log-group";
    static final String LOG_STREAM = "log-stream";
    /// Where it began: shard and offset of each shard that was open, as `0:17 3:4`.
    static final String FROM = "from";

    private static final String PREFIX = "kinesis.channel/";

    StoredChannel {
        fields = Map.copyOf(fields);
    }

    /// By name.
    static List<StoredChannel> of(Stream stream) {
        return stream.attributes().keySet().stream()
                .filter(attribute -> attribute.startsWith(PREFIX) && attribute.indexOf('/', PREFIX.length()) < 0)
                .map(attribute -> attribute.substring(PREFIX.length()))
                .map(id -> new StoredChannel(
                        id, stream, StreamAttributes.of(stream).under(attribute(id) + "/")))
                .sorted(Comparator.comparing(StoredChannel::name))
                .toList();
    }

    /// The attribute that says that one is there.
    static String attribute(String id) {
        return PREFIX + id;
    }

    StreamAttributes addTo(StreamAttributes before) {
        var after = before.with(attribute(id), "");
        for (var field : fields.entrySet()) after = after.with(attribute(id) + "/" + field.getKey(), field.getValue());
        return after;
    }

    StreamAttributes removeFrom(StreamAttributes before) {
        var after = before.without(attribute(id));
        for (var field : before.under(attribute(id) + "/").keySet()) after = after.without(attribute(id) + "/" + field);
        return after;
    }

    StoredChannel with(Map<String, String> changed) {
        var all = new HashMap<>(fields);
        all.putAll(changed);
        return new StoredChannel(id, stream, all);
    }

    String name() {
        return fields.get(NAME);
    }

    String field(String name) {
        return fields.get(name);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    Instant created() {
        return Instant.ofEpochMilli(Long.parseLong(field(CREATED)));
    }

    /// The path of the dead letters of those who name none, as Amazon has it.
    static String deadPrefix(String name, String id) {
        return "kinesis-channel/errors/%s/%s/".formatted(name, id);
    }

    /// What delivery has to know.
    Channel delivery(Channel.Names names, Channel.Watcher watcher) {
        var compression = ObjectCompression.valueOf(field(COMPRESSION));
        var owner = new KeyTemplate.Owner(name(), id, Lookup.shownName(stream));
        var objects =
                new Channel.Destination(bucketOf(field(BUCKET)), field(OWNER), field(STORAGE_CLASS), text(KEY_ID));
        var letters =
                new Channel.Destination(bucketOf(field(DEAD_BUCKET)), field(DEAD_OWNER), "STANDARD", text(KEY_ID));
        return new Channel(
                id,
                name(),
                created(),
                RecordFormat.valueOf(field(FORMAT)),
                Duration.ofSeconds(Long.parseLong(field(FRESHNESS))),
                compression,
                KeyTemplate.parse(field(TEMPLATE), compression, owner),
                objects,
                new Channel.DeadLetters(letters, field(DEAD_PREFIX)),
                offsets(field(FROM)),
                names,
                watcher);
    }

    private static String bucketOf(String arn) {
        return arn.substring(arn.lastIndexOf(':') + 1);
    }

    private static Map<Integer, Long> offsets(String text) {
        return java.util.stream.Stream.of(text.split(" "))
                .map(pair -> pair.split(":"))
                .collect(Collectors.toMap(pair -> Integer.valueOf(pair[0]), pair -> Long.valueOf(pair[1])));
    }
}
