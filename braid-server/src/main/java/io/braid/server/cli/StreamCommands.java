package io.braid.server.cli;

import io.braid.server.HostPort;
import io.braid.server.cli.Kinesis.Refused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/// `braid stream …`: what exists, and a hand for putting and reading records.
final class StreamCommands {
    static final String HTTP_DEFAULT = "127.0.0.1:4566";

    private StreamCommands() {}

    static CommandSpec spec(Commands.Terminal terminal) {
        var group = CommandSpec.create().mixinStandardHelpOptions(true);
        group.usageMessage().description("See and change streams of a running server; put and read records.");
        group.addSubcommand("list", list(terminal));
        group.addSubcommand("create", create(terminal));
        group.addSubcommand("describe", describe(terminal));
        group.addSubcommand("delete", delete(terminal));
        group.addSubcommand("put", new PutCommand(terminal).spec());
        group.addSubcommand("tail", new TailCommand(terminal).spec());
        return group;
    }

    private static CommandSpec list(Commands.Terminal terminal) {
        var http = http(terminal);
        return command(
                "List all streams.",
                http,
                () -> ask(http, kinesis -> {
                    var rows = new ArrayList<List<String>>();
                    for (String name : kinesis.streams()) {
                        var summary = Kinesis.map(kinesis.call("DescribeStreamSummary", Map.of("StreamName", name))
                                .get("StreamDescriptionSummary"));
                        rows.add(List.of(
                                name,
                                text(summary, "OpenShardCount"),
                                text(summary, "StreamStatus"),
                                text(summary, "RetentionPeriodHours") + "h"));
                    }
                    Table.print(terminal.out(), List.of("STREAM", "SHARDS", "STATUS", "RETENTION"), rows);
                }));
    }

    private static CommandSpec create(Commands.Terminal terminal) {
        var http = http(terminal);
        var name = name();
        var shards = OptionSpec.builder("--shards")
                .type(int.class)
                .paramLabel("N")
                .defaultValue("1")
                .description("Open shards, each on a partition of its own (default: 1).")
                .build();
        var command = command(
                "Create a stream.",
                http,
                () -> ask(http, kinesis -> {
                    kinesis.call(
                            "CreateStream",
                            Map.of("StreamName", name.<String>getValue(), "ShardCount", shards.<Integer>getValue()));
                    terminal.out()
                            .printf(
                                    "created %s with %s%n",
                                    name.<String>getValue(), counted(shards.getValue(), "shard"));
                }));
        return command.addOption(shards).addPositional(name);
    }

    private static CommandSpec describe(Commands.Terminal terminal) {
        var http = http(terminal);
        var name = name();
        var command = command(
                "Show a stream and its shards.",
                http,
                () -> ask(http, kinesis -> {
                    var summary = Kinesis.map(
                            kinesis.call("DescribeStreamSummary", Map.of("StreamName", name.<String>getValue()))
                                    .get("StreamDescriptionSummary"));
                    terminal.out()
                            .printf(
                                    "%s: %s, %s, retention %s h, %s%n%n",
                                    text(summary, "StreamName"),
                                    text(summary, "StreamStatus"),
                                    counted(Integer.parseInt(text(summary, "OpenShardCount")), "open shard"),
                                    text(summary, "RetentionPeriodHours"),
                                    text(summary, "StreamARN"));
                    var rows = new ArrayList<List<String>>();
                    for (var shard : kinesis.shards(name.getValue())) {
                        var numbers = Kinesis.map(shard.get("SequenceNumberRange"));
                        var hashes = Kinesis.map(shard.get("HashKeyRange"));
                        rows.add(List.of(
                                text(shard, "ShardId"),
                                numbers.containsKey("EndingSequenceNumber") ? "closed" : "open",
                                text(shard, "ParentShardId"),
                                text(hashes, "StartingHashKey") + ".." + text(hashes, "EndingHashKey")));
                    }
                    Table.print(terminal.out(), List.of("SHARD", "STATE", "PARENT", "HASH KEYS"), rows);
                }));
        return command.addPositional(name);
    }

    private static CommandSpec delete(Commands.Terminal terminal) {
        var http = http(terminal);
        var name = name();
        var command = command(
                "Delete a stream and all its records.",
                http,
                () -> ask(http, kinesis -> {
                    kinesis.call("DeleteStream", Map.of("StreamName", name.<String>getValue()));
                    terminal.out().printf("deleted %s%n", name.<String>getValue());
                }));
        return command.addPositional(name);
    }

    /// What a command does with a server.
    interface Work {
        void with(Kinesis kinesis) throws Refused, Failure, InterruptedException;
    }

    static int ask(OptionSpec http, Work work) throws Failure, InterruptedException {
        try (var kinesis = new Kinesis(server(http))) {
            work.with(kinesis);
            return Commands.DONE;
        } catch (Refused no) {
            throw new Failure("%s: %s".formatted(no.type(), no.getMessage()), no);
        }
    }

    static CommandSpec command(String description, OptionSpec http, Callable<Integer> does) {
        var spec = CommandSpec.wrapWithoutInspection(does).mixinStandardHelpOptions(true);
        spec.usageMessage().description(description);
        return spec.addOption(http);
    }

    /// Where the server is; the variable that tells the server where to listen tells the client where to ask.
    static OptionSpec http(Commands.Terminal terminal) {
        return OptionSpec.builder("--http")
                .type(String.class)
                .paramLabel("HOST:PORT")
                .defaultValue(terminal.environment().getOrDefault("BRAID_HTTP_LISTEN", HTTP_DEFAULT))
                .description("The server to ask (default: %s; variable: BRAID_HTTP_LISTEN).".formatted(HTTP_DEFAULT))
                .build();
    }

    static PositionalParamSpec name() {
        return PositionalParamSpec.builder()
                .index("0")
                .arity("1")
                .required(true)
                .type(String.class)
                .paramLabel("STREAM")
                .description("The stream's name.")
                .build();
    }

    static String text(Map<String, Object> map, String key) {
        return String.valueOf(map.getOrDefault(key, "-"));
    }

    static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static HostPort server(OptionSpec http) {
        try {
            return HostPort.parse(http.getValue());
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(
                    http.command().commandLine(),
                    "--http %s: it %s".formatted(http.<String>getValue(), wrong.getMessage()));
        }
    }
}
