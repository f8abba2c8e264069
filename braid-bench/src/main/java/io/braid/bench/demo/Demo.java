package io.braid.bench.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;

/// Real events in by the Kinesis protocol, out by the Kafka protocol, and the proof that nothing was lost, doubled,
/// changed or put out of order on the way.
///
/// @param speed       records per second; 0 is as fast as it goes
/// @param recordsMax  only the first so many events, at least 1
/// @param shards      of the stream, 1 to [#SHARDS_MAX]
record Demo(Dataset dataset, int speed, int recordsMax, int shards, PrintStream out) {
    static final int SHARDS_MAX = 64;

    Demo {
        require(shards >= 1 && shards <= SHARDS_MAX, "--shards is %d; it must be from 1 to %d", shards, SHARDS_MAX);
        require(speed >= 0, "--speed is %d; it must be 0 or more", speed);
        require(recordsMax >= 1, "--records is %d; it must be at least 1", recordsMax);
    }

    /// Does it against a running server and leaves the stream there.
    ///
    /// @param bootstrap  the server's Kafka address, `host:port`
    /// @param endpoint   the same server's HTTP address
    /// @return whether what came out is what went in
    boolean run(String bootstrap, URI endpoint) throws IOException, InterruptedException {
        var all = dataset.events();
        var events = all.subList(0, Math.min(all.size(), recordsMax));
        var stream = dataset.stream();
        var traffic = new Traffic(shards);
        try (var feed = new Feed(endpoint, stream)) {
            create(feed, stream);
            out.println("data:   " + dataset.about());
            out.println("in:     AWS SDK for Java v2, PutRecords to %s, stream %s, %d shards, partition key = %s"
                    .formatted(endpoint, stream, shards, dataset.keyField()));
            out.println("out:    Kafka consumer group of two at %s, topic %s".formatted(bootstrap, stream));
            try (var readers = new Readers(bootstrap, stream, shards, traffic)) {
                readers.awaitAssigned();
                return judge(events, move(events, feed, readers, traffic));
            }
        }
    }

    private List<Arrival> move(List<Event> events, Feed feed, Readers readers, Traffic traffic)
            throws IOException, InterruptedException {
        try (var _ = new Progress(traffic, out, Progress.isTerminal())) {
            feed.put(events, speed, traffic);
            return readers.finish(events.size());
        }
    }

    private boolean judge(List<Event> sent, List<Arrival> arrivals) {
        var findings = Audit.compare(sent, arrivals);
        findings.forEach(
                finding -> out.println("%-7s %s".formatted(finding.isGood() ? "ok" : "WRONG", finding.sentence())));
        return findings.stream().allMatch(Audit.Finding::isGood);
    }

    private void create(Feed feed, String stream) throws IOException {
        try {
            feed.createStream(shards);
        } catch (ResourceInUseException e) {
            throw new IOException(
                    "stream %s exists already; delete it first: ./braid stream delete %s".formatted(stream, stream), e);
        }
    }

    private static void require(boolean holds, String rule, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(rule.formatted(values));
        }
    }
}
