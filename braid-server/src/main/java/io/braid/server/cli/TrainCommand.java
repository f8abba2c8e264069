package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.CannotStart;
import io.braid.server.HostPort;
import io.braid.server.Logs;
import io.braid.server.Server;
import io.braid.server.Settings;
import io.braid.server.cli.Kinesis.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;

/// `braid train` (hidden): a short life of a real server in a temporary directory, for the JVM to record what it
/// loads, links and compiles into its ahead-of-time cache. The launcher runs it once after each build.
final class TrainCommand implements Callable<Integer> {
    private static final int ROUNDS = 50;
    private static final int RECORDS = 100;
    private static final String STREAM = "training";

    private final Commands.Terminal terminal;

    TrainCommand(Commands.Terminal terminal) {
        this.terminal = terminal;
    }

    CommandSpec spec() {
        var spec = CommandSpec.wrapWithoutInspection(this);
        spec.usageMessage().hidden(true);
        return spec;
    }

    @Override
    public Integer call() throws BadSettings, CannotStart, IOException, Refused, Failure, InterruptedException {
        var directory = Files.createTempDirectory("braid-train");
        try {
            var data = directory.resolve("data").toString();
            var line = List.of("--data", data, "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0");
            var configuration = ServerArguments.plain(line).orElseThrow().configuration(terminal.environment());
            Logs.level(configuration.value(Settings.LOGGING_LEVEL), configuration.value(Settings.LOGGING_LIBRARIES));
            try (var server = Server.start(configuration, InstantSource.system(), Foreground.random())) {
                terminal.out().println(Foreground.ready(server));
                byHttp(server.http());
                KafkaTraining.run(server.kafka(), "trained", ROUNDS);
            }
            return Commands.DONE;
        } finally {
            deleteAll(directory);
        }
    }

    private static void byHttp(HostPort server) throws Refused, Failure, InterruptedException {
        try (var kinesis = new Kinesis(server)) {
            kinesis.call("CreateStream", Map.of("StreamName", STREAM, "ShardCount", 2));
            kinesis.call("DescribeStreamSummary", Map.of("StreamName", STREAM));
            kinesis.streams();
            var records = new ArrayList<Map<String, String>>();
            for (int i = 0; i < RECORDS; i++) {
                var data = ("a record of the training run, number " + i).getBytes(StandardCharsets.UTF_8);
                records.add(Map.of(
                        "PartitionKey", "key" + i, "Data", Base64.getEncoder().encodeToString(data)));
            }
            for (int i = 0; i < ROUNDS; i++) {
                kinesis.call("PutRecords", Map.of("StreamName", STREAM, "Records", records));
            }
            for (var shard : kinesis.shards(STREAM)) {
                var iterator = kinesis.call(
                                "GetShardIterator",
                                Map.of(
                                        "StreamName",
                                        STREAM,
                                        "ShardId",
                                        shard.get("ShardId"),
                                        "ShardIteratorType",
                                        "TRIM_HORIZON"))
                        .get("ShardIterator");
                for (int i = 0; i < ROUNDS; i++) {
                    kinesis.call("GetRecords", Map.of("ShardIterator", iterator, "Limit", RECORDS));
                }
            }
        }
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
