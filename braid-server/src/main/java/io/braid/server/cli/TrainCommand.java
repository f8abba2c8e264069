package io.braid.server.cli;

import io.braid.server.BadSettings;
import io.braid.server.CannotStart;
import io.braid.server.Configuration;
import io.braid.server.Configuration.Given;
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
import java.util.random.RandomGenerator;
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
            var configuration = Configuration.of(
                    List.of(),
                    Map.of(),
                    List.of(
                            given(Settings.DATA.key(), directory.resolve("data").toString()),
                            given(Settings.KAFKA_LISTEN.key(), "127.0.0.1:0"),
                            given(Settings.HTTP_LISTEN.key(), "127.0.0.1:0")));
            Logs.level(System.Logger.Level.WARNING, System.Logger.Level.ERROR);
            try (var server =
                    Server.start(configuration, InstantSource.system(), RandomGenerator.of("L64X128MixRandom"))) {
                terminal.out().printf("training kafka=%s http=%s%n", server.kafka(), server.http());
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

    private static Given given(String key, String text) {
        return new Given(key, text, "training");
    }

    private static void deleteAll(Path directory) throws IOException {
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
