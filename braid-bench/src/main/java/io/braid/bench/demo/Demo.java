package io.braid.bench.demo;

import io.braid.bench.process.Braid;
import io.braid.bench.process.Home;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;

/// `./braid demo`: real events in by the Kinesis protocol, out by the Kafka protocol, and the proof that nothing was
/// lost, doubled, changed or put out of order on the way.
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Stream real events in with Amazon's Kinesis client and out with a Kafka consumer group,",
            "and check that what came out is what went in. Exit code 0: it is; 1: it is not."
        })
public final class Demo implements Callable<Integer> {
    private static final int SHARDS_MAX = 64;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--data",
            paramLabel = "NAME",
            defaultValue = "flights",
            description = "flights or earthquakes (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(
            names = "--speed",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Records per second; 0 is as fast as it goes (default: ${DEFAULT-VALUE}).")
    private int speed;

    @Option(names = "--records", paramLabel = "N", description = "Only the first so many (default: all).")
    private Optional<Integer> records = Optional.empty();

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "4",
            description = "Shards of the stream, 1 to 64 (default: ${DEFAULT-VALUE}).")
    private int shards;

    @Option(names = "--kafka", paramLabel = "HOST:PORT", description = "A running server's Kafka address.")
    private Optional<String> kafka = Optional.empty();

    @Option(names = "--http", paramLabel = "HOST:PORT", description = "The same server's HTTP address.")
    private Optional<String> http = Optional.empty();

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        Logger.getLogger("org.apache.kafka").setLevel(Level.WARNING); // its clients tell every step
        var dataset = Dataset.valueOf(data.toUpperCase(Locale.ROOT));
        if (kafka.isPresent()) {
            boolean good = run(dataset, kafka.get(), URI.create("http://" + http.orElseThrow()));
            nextSteps(dataset, System.out);
            return good ? 0 : 1;
        }
        var home = Home.find();
        try (var workplace = new Workplace(home)) {
            System.out.println("starting a server of its own ...");
            var braid = Braid.start(workplace, List.of(home.launcher().toString()), List.of());
            boolean good = run(dataset, braid.bootstrap(), uri(braid.http()));
            nextStepsAfterOwnServer(System.out);
            return good ? 0 : 1;
        }
    }

    /// Does it against a running server and leaves the stream there.
    ///
    /// @return whether what came out is what went in
    boolean run(Dataset dataset, String bootstrap, URI endpoint) throws IOException, InterruptedException {
        var out = System.out;
        var all = dataset.events();
        var events = all.subList(0, Math.min(all.size(), records.orElse(all.size())));
        var traffic = new Traffic(shards);
        try (var feed = new Feed(endpoint, dataset.stream())) {
            create(feed, dataset);
            out.println("data:   " + dataset.about());
            out.println("in:     AWS SDK for Java v2, PutRecords to %s, stream %s, %d shards, partition key = %s"
                    .formatted(endpoint, dataset.stream(), shards, dataset.keyField()));
            out.println("out:    Kafka consumer group of two at %s, topic %s".formatted(bootstrap, dataset.stream()));
            try (var readers = new Readers(bootstrap, dataset.stream(), shards, traffic)) {
                readers.awaitAssigned();
                return judge(events, stream(events, feed, readers, traffic), out);
            }
        }
    }

    private List<Arrival> stream(List<Event> events, Feed feed, Readers readers, Traffic traffic)
            throws IOException, InterruptedException {
        try (var _ = new Progress(traffic, System.out, Progress.isTerminal())) {
            feed.put(events, speed, traffic);
            return readers.finish(events.size());
        }
    }

    private static boolean judge(List<Event> sent, List<Arrival> arrivals, PrintStream out) {
        var findings = Audit.compare(sent, arrivals);
        findings.forEach(
                finding -> out.println("%-7s %s".formatted(finding.isGood() ? "ok" : "WRONG", finding.sentence())));
        return findings.stream().allMatch(Audit.Finding::isGood);
    }

    private void create(Feed feed, Dataset dataset) throws IOException {
        try {
            feed.createStream(shards);
        } catch (ResourceInUseException e) {
            throw new IOException(
                    "stream %s exists already; delete it first: ./braid stream delete %s"
                            .formatted(dataset.stream(), dataset.stream()),
                    e);
        }
    }

    private void check() {
        require(kafka.isPresent() == http.isPresent(), "--kafka and --http name one running server: give both or none");
        require(shards >= 1 && shards <= SHARDS_MAX, "--shards is %d; it must be from 1 to %d", shards, SHARDS_MAX);
        require(speed >= 0, "--speed is %d; it must be 0 or more", speed);
        require(records.orElse(1) >= 1, "--records is %d; it must be at least 1", records.orElse(1));
        require(data.matches("flights|earthquakes"), "--data is %s; there are flights and earthquakes", data);
    }

    private void require(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule.formatted(values));
        }
    }

    private static URI uri(InetSocketAddress address) {
        return URI.create("http://%s:%d".formatted(address.getHostString(), address.getPort()));
    }

    private void nextSteps(Dataset dataset, PrintStream out) {
        out.println("""

            The stream is still there. Look at it by either protocol:
              ./braid stream describe %1$s
              ./braid stream tail %1$s
              aws --endpoint-url http://%2$s kinesis describe-stream-summary --stream-name %1$s
              kcat -b %3$s -t %1$s -C -e -f '%%p %%o %%k %%s\\n' | head\
            """.formatted(dataset.stream(), http.orElseThrow(), kafka.orElseThrow()));
    }

    private static void nextStepsAfterOwnServer(PrintStream out) {
        out.println("""

            That server has stopped, its data is deleted. With one that stays:
              ./braid server
            and in another terminal
              ./braid demo --kafka 127.0.0.1:9092 --http 127.0.0.1:4566
              ./braid stream describe flights\
            """);
    }
}
