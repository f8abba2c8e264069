package io.braid.server.cli;

import io.braid.server.cli.Kinesis.Refused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `braid stream put`: each argument, or each line of standard input, becomes a record.
final class PutCommand implements Callable<Integer> {
    /// Amazon's bounds for one PutRecords, with room for keys and for Base64.
    private static final int RECORDS_MAX = 500;

    private static final int BYTES_MAX = 4 << 20;

    /// How often records that the server could not take are put again before giving up.
    private static final int TRIES_MAX = 10;

    private final Commands.Terminal terminal;
    private final OptionSpec http;
    private final PositionalParamSpec stream = StreamCommands.name();
    private final PositionalParamSpec values = PositionalParamSpec.builder()
            .index("1..*")
            .arity("0..*")
            .type(List.class)
            .auxiliaryTypes(String.class)
            .paramLabel("VALUE")
            .description("One record each; without any, each line of standard input is one.")
            .build();
    private final OptionSpec key = OptionSpec.builder("--key")
            .type(String.class)
            .paramLabel("KEY")
            .description("The partition key of all records: they stay in order (default: a random one for each).")
            .build();
    private final RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    private final List<Map<String, Object>> waiting = new ArrayList<>();
    private long waitingBytes;
    private long put;

    PutCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
        this.http = StreamCommands.http(terminal);
    }

    CommandSpec spec() {
        return StreamCommands.command("Put records into a stream.", http, this)
                .addOption(key)
                .addPositional(stream)
                .addPositional(values);
    }

    @Override
    public Integer call() throws Failure, InterruptedException {
        var done = StreamCommands.ask(http, kinesis -> {
            List<String> given = Commands.orEmpty(values.getValue());
            for (String value : given) add(kinesis, value);
            if (given.isEmpty()) addLines(kinesis);
            flush(kinesis);
        });
        terminal.out().printf("put %s%n", StreamCommands.counted(Math.toIntExact(put), "record"));
        return done;
    }

    private void addLines(Kinesis kinesis) throws Refused, Failure, InterruptedException {
        try {
            var lines = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                add(kinesis, line);
                if (!lines.ready()) flush(kinesis); // somebody types, or a pipe is slow: do not keep them waiting
            }
        } catch (IOException broken) {
            throw new Failure(
                    "standard input broke off after %d records: %s".formatted(put, broken.getMessage()), broken);
        }
    }

    private void add(Kinesis kinesis, String value) throws Refused, Failure, InterruptedException {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        if (waiting.size() == RECORDS_MAX || waitingBytes + bytes.length > BYTES_MAX) flush(kinesis);
        waiting.add(Map.of(
                "PartitionKey",
                Optional.<String>ofNullable(key.getValue())
                        .orElseGet(() -> HexFormat.of().toHexDigits(random.nextLong())),
                "Data",
                Base64.getEncoder().encodeToString(bytes)));
        waitingBytes += bytes.length;
    }

    /// Puts what waits; records that the server had no room for are put again, in their order.
    private void flush(Kinesis kinesis) throws Refused, Failure, InterruptedException {
        var refusal = "";
        for (int tries = 0; tries < TRIES_MAX && !waiting.isEmpty(); tries++) {
            var answer =
                    kinesis.call("PutRecords", Map.of("StreamName", stream.<String>getValue(), "Records", waiting));
            var results = Kinesis.maps(answer.get("Records"));
            var again = new ArrayList<Map<String, Object>>();
            for (int i = 0; i < results.size(); i++) {
                if (!results.get(i).containsKey("ErrorCode")) continue;
                refusal = StreamCommands.text(results.get(i), "ErrorMessage");
                again.add(waiting.get(i));
            }
            put += waiting.size() - again.size();
            waiting.clear();
            waiting.addAll(again);
        }
        if (!waiting.isEmpty()) {
            throw new Failure("put %d records; %d more were refused %d times: %s"
                    .formatted(put, waiting.size(), TRIES_MAX, refusal));
        }
        waitingBytes = 0;
    }
}
