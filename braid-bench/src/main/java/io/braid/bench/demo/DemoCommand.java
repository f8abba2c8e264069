package io.braid.bench.demo;

import io.braid.bench.process.Braid;
import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/// `./braid demo`: starts a server of its own, unless a running one is named.
public final class DemoCommand implements Callable<Integer> {
    private final PrintStream out;
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);
    private final OptionSpec data = option("--data", "NAME", "flights", "flights or earthquakes");
    private final OptionSpec speed = option("--speed", "N", 2000, "Records per second; 0 is as fast as it goes");
    private final OptionSpec records = OptionSpec.builder("--records")
            .type(int.class)
            .paramLabel("N")
            .description("Only the first so many events (default: all).")
            .build();
    private final OptionSpec shards = option("--shards", "N", 4, "Shards of the stream, 1 to " + Demo.SHARDS_MAX);
    private final OptionSpec kafka = address("--kafka", "A running server's Kafka address.");
    private final OptionSpec http = address("--http", "The same server's HTTP address.");

    public DemoCommand(PrintStream out) {
        this.out = out;
    }

    public CommandSpec spec() {
        spec.mixinStandardHelpOptions(true);
        List.of(data, speed, records, shards, kafka, http).forEach(spec::addOption);
        spec.usageMessage()
                .description(
                        "Stream real events in with Amazon's Kinesis client and out with a Kafka consumer group, and "
                                + "check that what came out is what went in.",
                        "Exit code 0: it is. 1: it is not, or something failed.");
        return spec;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var demo = demo();
        var bootstrap = Optional.<String>ofNullable(kafka.getValue());
        var endpoint = Optional.<String>ofNullable(http.getValue());
        if (bootstrap.isPresent() != endpoint.isPresent()) {
            throw misused("--kafka and --http name one running server: give both or none");
        }
        boolean isGood =
                bootstrap.isPresent() ? onRunningServer(demo, bootstrap.get(), endpoint.get()) : onOwnServer(demo);
        return isGood ? 0 : 1;
    }

    private boolean onOwnServer(Demo demo) throws IOException, InterruptedException {
        var home = Home.find();
        try (var workplace = new Workplace(home)) {
            out.println("starting a server of its own ...");
            var braid = Braid.start(workplace, List.of(home.launcher().toString()), List.of());
            var http = braid.http();
            boolean isGood = demo.run(
                    braid.bootstrap(), URI.create("http://%s:%d".formatted(http.getHostString(), http.getPort())));
            out.println("""

                That server has stopped, its data is deleted. With one that stays:
                  ./braid server
                and in another terminal
                  ./braid demo --kafka 127.0.0.1:9092 --http 127.0.0.1:4566
                  ./braid stream describe %s\
                """.formatted(demo.dataset().stream()));
            return isGood;
        }
    }

    private boolean onRunningServer(Demo demo, String bootstrap, String endpoint)
            throws IOException, InterruptedException {
        boolean isGood = demo.run(bootstrap, URI.create("http://" + endpoint));
        out.println("""

            The stream is still there. Look at it by either protocol:
              ./braid stream describe %1$s
              aws --endpoint-url http://%2$s kinesis describe-stream-summary --stream-name %1$s
              kcat -b %3$s -t %1$s -C -e -c 5
            and delete it with
              ./braid stream delete %1$s\
            """.formatted(demo.dataset().stream(), endpoint, bootstrap));
        return isGood;
    }

    private Demo demo() {
        String name = data.getValue();
        var dataset = Arrays.stream(Dataset.values())
                .filter(one -> one.stream().equals(name))
                .findFirst()
                .orElseThrow(() -> misused("--data is %s; there are flights and earthquakes".formatted(name)));
        int recordsMax = Optional.<Integer>ofNullable(records.getValue()).orElse(Integer.MAX_VALUE);
        try {
            return new Demo(dataset, speed.<Integer>getValue(), recordsMax, shards.<Integer>getValue(), out);
        } catch (IllegalArgumentException e) {
            throw misused(e.getMessage());
        }
    }

    private ParameterException misused(String sentence) {
        return new ParameterException(spec.commandLine(), sentence);
    }

    private static OptionSpec option(String name, String label, Object standard, String description) {
        return OptionSpec.builder(name)
                .type(standard.getClass())
                .paramLabel(label)
                .defaultValue(standard.toString())
                .description(description + " (default: " + standard + ").")
                .build();
    }

    private static OptionSpec address(String name, String description) {
        return OptionSpec.builder(name)
                .type(String.class)
                .paramLabel("HOST:PORT")
                .description(description)
                .build();
    }
}
