package io.braid.server.cli;

import io.braid.server.cli.Kinesis.Refused;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `braid stream tail`: prints records as they arrive, until Ctrl-C.
final class TailCommand implements Callable<Integer> {
    private static final int RECORDS_MAX = 1_000;
    private static final long PAUSE_MILLIS = 200;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final Commands.Terminal terminal;
    private final OptionSpec http;
    private final PositionalParamSpec stream = StreamCommands.name();
    private final OptionSpec fromStart = OptionSpec.builder("--from-start")
            .type(boolean.class)
            .defaultValue("false")
            .description("Begin with the oldest record instead of the next one.")
            .build();
    private final OptionSpec shard = OptionSpec.builder("--shard")
            .type(String.class)
            .paramLabel("ID")
            .description("Only this shard (default: all).")
            .build();
    private final OptionSpec limit = OptionSpec.builder("--limit")
            .type(long.class)
            .paramLabel("N")
            .defaultValue(String.valueOf(Long.MAX_VALUE))
            .description("Stop after this many records.")
            .build();
    private final OptionSpec noFollow = OptionSpec.builder("--no-follow")
            .type(boolean.class)
            .defaultValue("false")
            .description("Stop at the end of what is there now.")
            .build();
    private final OptionSpec output = OptionSpec.builder("-o", "--output")
            .type(String.class)
            .paramLabel("text|json|value")
            .defaultValue("text")
            .description("One line per record: columns, a JSON object, or the bare value (default: text).")
            .build();

    TailCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
        this.http = StreamCommands.http(terminal);
    }

    CommandSpec spec() {
        return StreamCommands.command("Print the records of a stream as they arrive.", http, this)
                .addOption(fromStart)
                .addOption(shard)
                .addOption(limit)
                .addOption(noFollow)
                .addOption(output)
                .addPositional(stream);
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        return StreamCommands.ask(http, this::follow);
    }

    /// Reads all shards in turn and pauses when none had anything. Children of a closed shard are followed from
    /// their beginning, as their records come after all of the parent's.
    private void follow(Kinesis kinesis) throws Refused, Failure, InterruptedException {
        var iterators = new LinkedHashMap<String, String>();
        String start = fromStart.<Boolean>getValue() ? "TRIM_HORIZON" : "LATEST";
        for (String id : shards(kinesis)) iterators.put(id, iterator(kinesis, id, start));
        var seen = new HashSet<>(iterators.keySet());
        long left = limit.getValue();
        boolean follow = !noFollow.<Boolean>getValue();

        while (!iterators.isEmpty() && left > 0) {
            boolean idle = true;
            for (var entry : List.copyOf(iterators.entrySet())) {
                if (left == 0) break;
                var answer = read(kinesis, entry.getKey(), entry.getValue(), Math.min(left, RECORDS_MAX));
                var records = Kinesis.maps(answer.get("Records"));
                for (var record : records) terminal.out().println(line(entry.getKey(), record));
                left -= records.size();
                idle &= records.isEmpty();
                boolean caughtUp = Long.valueOf(0).equals(answer.get("MillisBehindLatest"));
                if (answer.get("NextShardIterator") instanceof String next && (follow || !caughtUp)) {
                    iterators.put(entry.getKey(), next);
                } else {
                    iterators.remove(entry.getKey());
                }
                addChildren(kinesis, answer, iterators, seen);
            }
            if (idle && !iterators.isEmpty()) new CountDownLatch(1).await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /// The shards to begin with: from now on the open ones; from the start those whose parents are gone, as the
    /// others follow when their parents have been read.
    private List<String> shards(Kinesis kinesis) throws Refused, Failure, InterruptedException {
        String only = shard.getValue();
        if (only != null) return List.of(only);
        boolean all = fromStart.getValue();
        var shards = kinesis.shards(stream.<String>getValue());
        var ids = shards.stream()
                .map(each -> StreamCommands.text(each, "ShardId"))
                .collect(Collectors.toSet());
        return shards.stream()
                .filter(each -> all
                        ? !ids.contains(StreamCommands.text(each, "ParentShardId"))
                        : !Kinesis.map(each.get("SequenceNumberRange")).containsKey("EndingSequenceNumber"))
                .map(each -> StreamCommands.text(each, "ShardId"))
                .toList();
    }

    private String iterator(Kinesis kinesis, String id, String type) throws Refused, Failure, InterruptedException {
        var answer = kinesis.call(
                "GetShardIterator",
                Map.of("StreamName", stream.<String>getValue(), "ShardId", id, "ShardIteratorType", type));
        return StreamCommands.text(answer, "ShardIterator");
    }

    private static Map<String, Object> read(Kinesis kinesis, String id, String iterator, long most)
            throws Refused, Failure, InterruptedException {
        return kinesis.call("GetRecords", Map.of("ShardIterator", iterator, "Limit", most));
    }

    private void addChildren(
            Kinesis kinesis, Map<String, Object> answer, Map<String, String> iterators, Set<String> seen)
            throws Refused, Failure, InterruptedException {
        if (shard.getValue() != null) return;
        for (var child : Kinesis.maps(answer.get("ChildShards"))) {
            var id = StreamCommands.text(child, "ShardId");
            if (seen.add(id)) iterators.put(id, iterator(kinesis, id, "TRIM_HORIZON"));
        }
    }

    private String line(String id, Map<String, Object> record) {
        var time = Instant.ofEpochMilli(
                Math.round(Double.parseDouble(StreamCommands.text(record, "ApproximateArrivalTimestamp")) * 1_000));
        var key = StreamCommands.text(record, "PartitionKey");
        var value = value(StreamCommands.text(record, "Data"));
        return switch (output.<String>getValue()) {
            case "value" -> value;
            case "json" -> {
                var fields = new LinkedHashMap<String, Object>();
                fields.put("time", time.toString());
                fields.put("shard", id);
                fields.put("sequenceNumber", StreamCommands.text(record, "SequenceNumber"));
                fields.put("key", key);
                fields.put("value", value);
                yield Json.write(fields);
            }
            default -> "%s  %s  %s  %s".formatted(TIME.format(time.atZone(ZoneId.systemDefault())), id, key, value);
        };
    }

    /// The data as text; what is not UTF-8 stays in Base64.
    private static String value(String base64) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getDecoder().decode(base64)))
                    .toString();
        } catch (CharacterCodingException _) {
            return base64;
        }
    }
}
