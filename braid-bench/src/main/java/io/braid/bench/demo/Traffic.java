package io.braid.bench.demo;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/// How far the demo is: written by the feed and the readers, read by the progress line.
final class Traffic {
    private final List<AtomicLong> in;
    private final List<AtomicLong> out;
    private volatile String time = "";

    /// @param shards  of the stream; shard number n is partition n
    Traffic(int shards) {
        in = Stream.generate(AtomicLong::new).limit(shards).toList();
        out = Stream.generate(AtomicLong::new).limit(shards).toList();
    }

    /// A record was acknowledged.
    void put(int shard) {
        in.get(shard).incrementAndGet();
    }

    /// A record was received by the group.
    void received(int partition) {
        out.get(partition).incrementAndGet();
    }

    /// The feed has come to the events of this time.
    void reached(String eventTime) {
        time = eventTime;
    }

    long in() {
        return sum(in);
    }

    long out() {
        return sum(out);
    }

    /// One line: where we are, how fast, how far the readers are behind, and what each shard has taken.
    ///
    /// @param rate  records received per second, lately
    String line(double rate) {
        long received = out();
        long put = Math.max(in(), received); // a consumer may be quicker than the answer to the put
        return "%s  in %,d  out %,d  %,.0f/s  lag %,d  shards %s"
                .formatted(
                        time,
                        put,
                        received,
                        rate,
                        put - received,
                        String.join(
                                " ",
                                in.stream()
                                        .map(shard -> "%,d".formatted(shard.get()))
                                        .toList()));
    }

    private static long sum(List<AtomicLong> counters) {
        return counters.stream().mapToLong(AtomicLong::get).sum();
    }
}
