package io.braid.aws.kinesis;

import static io.braid.aws.wire.Shape.optional;
import static io.braid.aws.wire.Shape.required;
import static io.braid.aws.wire.Shape.structure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.aws.wire.Protocol;
import io.braid.aws.wire.Shape;
import io.braid.aws.wire.WireReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The tables of requests, held against Amazon's published service model: members, types, constraints, what is
/// required; and every error that a transcript has seen, against those the model allows its operation.
class ModelTest {
    private static final Path MODEL = Path.of("src/test/resources/models/kinesis.json");
    private static final Path TRANSCRIPTS = Path.of("src/test/resources/transcripts");
    private static final Pattern FAULT = Pattern.compile("< \\d+ \\{\"__type\":\"(\\w+)\".*");

    /// Read by [PutRequest], from these constraints.
    private static final Shape.Structure PUT_RECORD = structure(
            required("Data", Requests.DATA),
            required("PartitionKey", Requests.PARTITION_KEY),
            optional("ExplicitHashKey", Requests.HASH_KEY),
            optional("SequenceNumberForOrdering", Requests.SEQUENCE_NUMBER),
            optional("StreamName", Requests.STREAM_NAME),
            optional("StreamARN", Requests.STREAM_ARN));

    private static final Shape.Structure PUT_RECORDS = structure(
            required(
                    "Records",
                    new Shape.ListOf(
                            structure(
                                    required("Data", Requests.DATA),
                                    required("PartitionKey", Requests.PARTITION_KEY),
                                    optional("ExplicitHashKey", Requests.HASH_KEY)),
                            1,
                            Requests.PUT_RECORDS_MAX)),
            optional("StreamName", Requests.STREAM_NAME),
            optional("StreamARN", Requests.STREAM_ARN));

    private static final Map<String, Shape.Structure> TABLES = Map.ofEntries(
            Map.entry("AddTagsToStream", AttributeRequests.ADD_TAGS_TO_STREAM),
            Map.entry("CreateChannel", ChannelRequests.CREATE),
            Map.entry("CreateStream", Requests.CREATE_STREAM),
            Map.entry("DecreaseStreamRetentionPeriod", Requests.RETENTION_PERIOD),
            Map.entry("DeleteChannel", ChannelRequests.CHANNEL),
            Map.entry("DeleteResourcePolicy", AttributeRequests.RESOURCE),
            Map.entry("DeleteStream", Requests.DELETE_STREAM),
            Map.entry("DescribeAccountSettings", Requests.NOTHING),
            Map.entry("DeregisterStreamConsumer", ConsumerRequests.CONSUMER),
            Map.entry("DescribeChannel", ChannelRequests.CHANNEL),
            Map.entry("DescribeLimits", Requests.NOTHING),
            Map.entry("DescribeStream", Requests.DESCRIBE_STREAM),
            Map.entry("DescribeStreamConsumer", ConsumerRequests.CONSUMER),
            Map.entry("DescribeStreamSummary", Requests.STREAM),
            Map.entry("DisableEnhancedMonitoring", AttributeRequests.ENHANCED_MONITORING),
            Map.entry("EnableEnhancedMonitoring", AttributeRequests.ENHANCED_MONITORING),
            Map.entry("GetRecords", Requests.GET_RECORDS),
            Map.entry("GetResourcePolicy", AttributeRequests.RESOURCE),
            Map.entry("GetShardIterator", Requests.GET_SHARD_ITERATOR),
            Map.entry("IncreaseStreamRetentionPeriod", Requests.RETENTION_PERIOD),
            Map.entry("ListChannels", ChannelRequests.LIST),
            Map.entry("ListShards", Requests.LIST_SHARDS),
            Map.entry("ListStreamConsumers", ConsumerRequests.LIST),
            Map.entry("ListStreams", Requests.LIST_STREAMS),
            Map.entry("ListTagsForResource", Requests.LIST_TAGS_FOR_RESOURCE),
            Map.entry("ListTagsForStream", Requests.LIST_TAGS_FOR_STREAM),
            Map.entry("MergeShards", ReshardRequests.MERGE_SHARDS),
            Map.entry("PutRecord", PUT_RECORD),
            Map.entry("PutRecords", PUT_RECORDS),
            Map.entry("PutResourcePolicy", AttributeRequests.PUT_RESOURCE_POLICY),
            Map.entry("RegisterStreamConsumer", ConsumerRequests.REGISTER),
            Map.entry("RemoveTagsFromStream", AttributeRequests.REMOVE_TAGS_FROM_STREAM),
            Map.entry("SplitShard", ReshardRequests.SPLIT_SHARD),
            Map.entry("StartStreamEncryption", AttributeRequests.STREAM_ENCRYPTION),
            Map.entry("StopStreamEncryption", AttributeRequests.STREAM_ENCRYPTION),
            Map.entry("SubscribeToShard", ConsumerRequests.SUBSCRIBE),
            Map.entry("TagResource", AttributeRequests.TAG_RESOURCE),
            Map.entry("UntagResource", AttributeRequests.UNTAG_RESOURCE),
            Map.entry("UpdateAccountSettings", AttributeRequests.UPDATE_ACCOUNT_SETTINGS),
            Map.entry("UpdateChannel", ChannelRequests.UPDATE),
            Map.entry("UpdateMaxRecordSize", AttributeRequests.UPDATE_MAX_RECORD_SIZE),
            Map.entry("UpdateShardCount", ReshardRequests.UPDATE_SHARD_COUNT),
            Map.entry("UpdateStreamMode", AttributeRequests.UPDATE_STREAM_MODE),
            Map.entry("UpdateStreamWarmThroughput", AttributeRequests.UPDATE_STREAM_WARM_THROUGHPUT));

    /// Amazon's, and newer than the model. The channels were added to it by hand.
    private static final Set<String> NEWER = Set.of("UpdateStreamRecordDistributionStrategy");

    /// Where a table differs, and why.
    private static final Map<String, String> DIFFERENCES = Map.of(
            "CreateStream.RecordDistributionStrategy: not in the model",
            "it came with UpdateStreamRecordDistributionStrategy, after the model");

    /// What the service answers without its model saying so: these are of every operation.
    private static final Set<String> OF_EVERY_OPERATION = Set.of("ValidationException", "SerializationException");

    private final Map<String, Object> model = map(read(MODEL));

    @Test
    void theTablesAreThoseOfTheModel() {
        var found = new ArrayList<String>();
        TABLES.forEach((operation, table) -> compare(operation, table, shape(input(operation)), found));

        assertEquals(new TreeSet<>(DIFFERENCES.keySet()), new TreeSet<>(found));
    }

    @Test
    void everyServedOperationIsHeldAgainstTheModel(@TempDir Path directory) throws IOException {
        var unheld = KinesisCompatibilityTest.served(directory);
        unheld.removeAll(TABLES.keySet());
        unheld.removeAll(NEWER);

        assertEquals(Set.of(), unheld, "put their tables into TABLES");
    }

    @Test
    void theListOfOperationsIsTheModelsAndTheNewerOnes() {
        var all = new TreeSet<>(map(model.get("operations")).keySet());
        all.addAll(NEWER);

        assertEquals(List.copyOf(all), Compatibility.OPERATIONS);
    }

    @Test
    void everyErrorInATranscriptIsOneOfTheOperations() throws IOException {
        var others = new TreeSet<String>();
        try (var files = Files.list(TRANSCRIPTS)) {
            for (var file : files.toList()) {
                var operation = "";
                for (var line : Files.readAllLines(file)) {
                    if (line.startsWith("> ")) operation = line.split(" ")[1];
                    var fault = FAULT.matcher(line);
                    if (fault.matches() && !allowed(operation, fault.group(1)))
                        others.add(operation + " " + fault.group(1));
                }
            }
        }

        assertEquals(Set.of(), others);
    }

    private boolean allowed(String operation, String fault) {
        boolean isKinesis = operation.indexOf('.') < 0;
        if (!isKinesis || OF_EVERY_OPERATION.contains(fault)) return true;
        var known = map(model.get("operations")).get(operation);
        if (known == null) return NEWER.contains(operation) || fault.equals("UnknownOperationException");
        return list(map(known).get("errors")).contains(fault);
    }

    private String input(String operation) {
        var input = map(map(map(model.get("operations")).get(operation)).get("input"));
        return (String) input.get("shape");
    }

    private Map<String, Object> shape(String name) {
        return map(map(model.get("shapes")).get(name));
    }

    private void compare(String path, Shape.Structure ours, Map<String, Object> theirs, List<String> found) {
        var members = new LinkedHashMap<>(map(theirs.get("members")));
        members.remove("StreamId"); // accepted and passed over: the service does not use it yet
        var required = theirs.containsKey("required") ? list(theirs.get("required")) : List.of();
        for (var member : ours.members()) {
            var here = path + "." + member.name();
            var their = members.remove(member.name());
            if (their == null) {
                found.add(here + ": not in the model");
                continue;
            }
            if (required.contains(member.name()) != member.required()) found.add(here + ": required or not");
            var shape = shape((String) map(their).get("shape"));
            var expected = text(shape);
            if (!text(member.shape()).equals(expected))
                found.add(here + ": is " + text(member.shape()) + ", in the model " + expected);
            if (member.shape() instanceof Shape.Structure inner) compare(here, inner, shape, found);
            if (member.shape() instanceof Shape.ListOf(Shape.Structure inner, int _, int _))
                compare(here, inner, shape((String) map(shape.get("member")).get("shape")), found);
        }
        for (var missing : members.keySet()) found.add(path + "." + missing + ": only in the model");
    }

    /// A shape of ours in one line.
    private static String text(Shape shape) {
        return switch (shape) {
            case Shape.Text text ->
                "string %d..%d %s %s"
                        .formatted(
                                text.min(),
                                text.max(),
                                text.pattern().map(Pattern::pattern).orElse(""),
                                new TreeSet<>(text.values()));
            case Shape.Whole whole ->
                "%s %d..%d"
                        .formatted(
                                whole.type().toLowerCase(),
                                Math.max(whole.min(), Integer.MIN_VALUE),
                                Math.min(whole.max(), Integer.MAX_VALUE));
            case Shape.Flag _ -> "boolean";
            case Shape.Decimal _ -> "double";
            case Shape.Moment _ -> "timestamp";
            case Shape.Blob blob -> "blob 0.." + blob.max();
            case Shape.ListOf list -> "list %d..%d of %s".formatted(list.min(), list.max(), text(list.item()));
            case Shape.MapOf map ->
                "map %d..%d of %s to %s".formatted(map.min(), map.max(), text(map.key()), text(map.value()));
            case Shape.Structure _ -> "structure";
            case Shape.Own _ -> "read by its service";
        };
    }

    /// One of the model's, in the same line.
    private String text(Map<String, Object> shape) {
        var type = (String) shape.get("type");
        long min = (Long) shape.getOrDefault("min", type.equals("integer") ? (long) Integer.MIN_VALUE : 0L);
        long max = (Long) shape.getOrDefault("max", (long) Integer.MAX_VALUE);
        return switch (type) {
            case "string" ->
                "string %d..%d %s %s"
                        .formatted(
                                min,
                                max,
                                shape.getOrDefault("pattern", ""),
                                new TreeSet<>(shape.containsKey("enum") ? list(shape.get("enum")) : List.of()));
            case "integer" -> "integer %d..%d".formatted(min, max);
            case "blob" -> "blob %d..%d".formatted(min, max);
            case "list" ->
                "list %d..%d of %s".formatted(min, max, text(shape((String)
                        map(shape.get("member")).get("shape"))));
            case "map" ->
                "map %d..%d of %s to %s"
                        .formatted(
                                min,
                                max,
                                text(shape((String) map(shape.get("key")).get("shape"))),
                                text(shape((String) map(shape.get("value")).get("shape"))));
            default -> type;
        };
    }

    private static Object read(Path json) {
        try {
            return value(Protocol.JSON.reader(Files.readString(json, UTF_8).getBytes(UTF_8)));
        } catch (IOException e) {
            throw new IllegalStateException(json + " cannot be read", e);
        }
    }

    private static Object value(WireReader reader) {
        return switch (reader.token()) {
            case MAP -> {
                var members = new LinkedHashMap<String, Object>();
                for (reader.enterMap(); reader.nextName(); ) {
                    var name = reader.text();
                    members.put(name, value(reader));
                }
                yield members;
            }
            case LIST -> {
                var items = new ArrayList<>();
                for (reader.enterList(); reader.nextItem(); ) items.add(value(reader));
                yield items;
            }
            case NUMBER -> reader.readNumber().longValueExact();
            case BOOLEAN -> reader.readBoolean();
            case TEXT, BYTES, NULL -> {
                reader.readText();
                yield reader.text();
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked")
    private static List<String> list(Object value) {
        return (List<String>) value;
    }
}
