package io.braid.bench.load;

import io.braid.bench.process.Peers;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Kafka's own load generators, each run in a JVM of its own with the heap its start script gives it.
///
/// @param classPath  the tools' jars
public record KafkaTools(Workplace workplace, String classPath) {
    private static final Duration RUN_MAX = Duration.ofMinutes(10);
    private static final Pattern RATE = Pattern.compile(", ([0-9.]+) records/sec ");

    /// Records whose rate is not counted, while the tool's JVM and the connection get going.
    private static final double WARM_UP = 0.1;

    public static KafkaTools fetched(Workplace workplace, Peers peers) throws IOException, InterruptedException {
        return new KafkaTools(workplace, peers.kafkaTools());
    }

    /// Produces without compression.
    public double produce(String bootstrap, String topic, long records, int recordBytes)
            throws IOException, InterruptedException {
        return produce(bootstrap, topic, records, recordBytes, "none");
    }

    /// Produces records as fast as it goes, every one acknowledged by `acks=all`, and gives the steady records/s.
    ///
    /// @param compression  the client's `compression.type`
    public double produce(String bootstrap, String topic, long records, int recordBytes, String compression)
            throws IOException, InterruptedException {
        var lines = run(
                "org.apache.kafka.tools.ProducerPerformance",
                "--bootstrap-server",
                bootstrap,
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--record-size",
                Integer.toString(recordBytes),
                "--throughput",
                "-1",
                "--warmup-records",
                Long.toString((long) (records * WARM_UP)),
                "--command-property",
                "acks=all",
                "compression.type=" + compression);
        return steadyRate(lines);
    }

    /// Consumes records with a new group, and gives the records/s of the fetching alone, without the group's joining.
    public double consume(String bootstrap, String topic, long records) throws IOException, InterruptedException {
        var lines = run(
                "org.apache.kafka.tools.ConsumerPerformance",
                "--bootstrap-server",
                bootstrap,
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--timeout",
                "60000",
                "--hide-header");
        return fetchRate(lines);
    }

    /// The last summary: the one without the warm-up.
    static double steadyRate(List<String> lines) {
        var rates = lines.stream().filter(line -> line.contains("99.9th")).toList();
        var last = RATE.matcher(rates.isEmpty() ? "" : rates.getLast());
        if (!last.find()) {
            throw new IllegalStateException("expected a summary with records/sec, found: " + lines);
        }
        return Double.parseDouble(last.group(1));
    }

    /// The last column of the only line that is numbers: `fetch.nMsg.sec`.
    static double fetchRate(List<String> lines) {
        var columns = lines.stream()
                .map(line -> line.split(","))
                .filter(all -> all.length == 10)
                .toList();
        if (columns.isEmpty()) {
            throw new IllegalStateException("expected a line of 10 columns, found: " + lines);
        }
        return Double.parseDouble(columns.getLast()[9].strip());
    }

    private List<String> run(String mainClass, String... arguments) throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var command = new ArrayList<>(List.of(java, "-Xmx512m", "-cp", classPath, mainClass));
        command.addAll(List.of(arguments));
        var name = mainClass.substring(mainClass.lastIndexOf('.') + 1);
        return workplace.run(name, command, RUN_MAX);
    }
}
