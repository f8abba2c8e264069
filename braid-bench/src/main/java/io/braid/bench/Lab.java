package io.braid.bench;

import io.braid.bench.load.KafkaTools;
import io.braid.bench.process.Braid;
import io.braid.bench.process.Home;
import io.braid.bench.process.Kafka;
import io.braid.bench.process.KinesisEmulator;
import io.braid.bench.process.Peers;
import io.braid.bench.process.Workplace;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/// Where the servers of a measurement come from.
///
/// @param launcher  what comes before `server` on Braid's command line
/// @param out       progress, and in the end the result
record Lab(Workplace workplace, List<String> launcher, Peers peers, PrintStream out) {

    static Lab at(Home home, Workplace workplace, List<String> launcher, PrintStream out) {
        return new Lab(workplace, launcher, new Peers(home, workplace, out), out);
    }

    Braid braid() throws IOException, InterruptedException {
        return braid(List.of());
    }

    /// @param settings  `key=value`, as `--set` takes them
    Braid braid(List<String> settings) throws IOException, InterruptedException {
        return Braid.start(workplace, launcher, settings);
    }

    /// On a directory that a server before it has left.
    Braid braid(Path data) throws IOException, InterruptedException {
        return Braid.start(workplace, launcher, data, List.of());
    }

    /// @param settings  lines added to the stock configuration
    Kafka kafka(List<String> settings) throws IOException, InterruptedException {
        return Kafka.format(workplace, peers, settings).start();
    }

    KinesisEmulator kinesalite() throws IOException, InterruptedException {
        return KinesisEmulator.kinesalite(workplace, peers);
    }

    KinesisEmulator kinesisLocal() throws IOException, InterruptedException {
        return KinesisEmulator.kinesisLocal(workplace, peers);
    }

    KafkaTools kafkaTools() throws IOException, InterruptedException {
        return KafkaTools.fetched(workplace, peers);
    }
}
