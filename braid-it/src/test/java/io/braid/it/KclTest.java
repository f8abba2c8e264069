package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/// The Kinesis Client Library, unchanged, with all of its endpoints one Braid: of two workers, of which one
/// polls and one is pushed to over TLS, the second takes leases from the first, the first is killed while a
/// shard is split, and then the server is. Every record is processed, those of the Kinesis Producer Library
/// too, and what was checkpointed is not processed again. A consumer of Kafka's reads the same stream all the
/// while.
class KclTest {
    private static final int SHARDS = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(3); // a worker that begins waits for half a minute
    private static final int RECORDS = Integer.getInteger("kcl.records", 200); // per round, of which there are three

    @Test
    void everyRecordIsProcessedAlthoughAWorkerAndTheServerAreKilled() throws Exception {
        try (var server = RunningServer.startToBeKilledWithHttps("kcl");
                var kinesis = Kinesis.sync(server.endpoint())) {
            var stream = Kinesis.create(kinesis, "kcl", SHARDS);
            try (var kafka = new StreamReader(server, stream);
                    var one = worker(server.endpoint(), List.of(), stream, "one", "polling")) {
                await("the first worker has all leases", () -> holders(one) == SHARDS);
                if (Kpl.runs()) Kpl.put(server, stream, "1-", RECORDS);
                else put(kinesis, stream, 1);
                await("the first worker has all records", () -> processed(one).containsAll(round(1)));
                var trust = server.certificate().jvmFlags();
                try (var two = worker(server.secureEndpoint(), trust, stream, "two", "fan-out")) {
                    run(server, kinesis, stream, one, two);
                }
                kafka.assertReadsAllOf(kinesis);
            } catch (Throwable e) {
                server.keepEvidence();
                throw e;
            }
        }
    }

    private static void run(
            RunningServer server, KinesisClient kinesis, String stream, ClientProcess one, ClientProcess two)
            throws Exception {
        // The leader moves leases by the load that they carry, so there has to be some.
        var load = new AtomicInteger();
        await("the second worker has taken leases from the first, who lives", () -> {
            put(kinesis, stream, List.of("0-" + load.incrementAndGet(), "0-" + load.incrementAndGet()));
            return one.isAlive() && holders(two) > 0 && holders(one) + holders(two) == SHARDS;
        });
        var loaded =
                IntStream.rangeClosed(1, load.get()).mapToObj(i -> "0-" + i).toList();
        await("they have all records", () -> processed(one, two).containsAll(loaded));

        one.kill();
        kinesis.splitShard(r -> r.streamName(stream)
                .shardToSplit("shardId-000000000000")
                .newStartingHashKey(BigInteger.TWO.pow(125).toString())); // half of a quarter
        put(kinesis, stream, 2);
        await(
                "the other worker has the leases of all open shards, and all records",
                () -> holders(two) == SHARDS + 1 && processed(two).containsAll(round(2)));
        two.finish(); // in order: it checkpoints

        server.kill();
        server.live();
        put(kinesis, stream, 3);
        int before = records(two).size();
        two.live();
        await(
                "the next worker has all records of the next round",
                () -> processed(two).containsAll(round(3)));
        two.finish();

        var again = records(two).subList(before, records(two).size());
        assertEquals(
                List.of(),
                again.stream().filter(record -> !round(3).contains(record)).toList(),
                "checkpointed");
    }

    private static ClientProcess worker(URI endpoint, List<String> flags, String stream, String name, String retrieval)
            throws IOException {
        var command = new ArrayList<>(flags);
        command.addAll(List.of("-cp", Recipes.classPath("kcl"), Recipes.program("kcl/Worker")));
        command.addAll(List.of(endpoint.toString(), stream, "application", name, retrieval));
        return ClientProcess.start("kcl-" + name, command);
    }

    private static void put(KinesisClient kinesis, String stream, int round) {
        put(kinesis, stream, List.copyOf(round(round)));
    }

    private static void put(KinesisClient kinesis, String stream, List<String> texts) {
        var entries = texts.stream()
                .map(number -> PutRecordsRequestEntry.builder()
                        .partitionKey(number)
                        .data(SdkBytes.fromUtf8String(number))
                        .build())
                .toList();
        for (int from = 0; from < entries.size(); from += 500) {
            var some = entries.subList(from, Math.min(from + 500, entries.size()));
            var answer = kinesis.putRecords(r -> r.streamName(stream).records(some));
            assertEquals(0, answer.failedRecordCount());
        }
    }

    private static Set<String> round(int round) {
        return IntStream.range(0, RECORDS)
                .mapToObj(i -> "%d-%d".formatted(round, i))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// What the workers have printed as processed, each record as often as that.
    private static List<String> records(ClientProcess worker) {
        return words(worker, "record").stream().map(words -> words[2]).toList();
    }

    private static Set<String> processed(ClientProcess... workers) {
        var all = new TreeSet<String>();
        for (var worker : workers) all.addAll(records(worker));
        return all;
    }

    /// How many shards a worker has now, by what it has printed of getting and losing them.
    private static int holders(ClientProcess worker) {
        var held = new TreeSet<String>();
        for (var words : words(worker, "begins", "lost", "ended")) {
            if (words[0].equals("begins")) held.add(words[1]);
            else held.remove(words[1]);
        }
        return held.size();
    }

    private static List<String[]> words(ClientProcess worker, String... kinds) {
        var found = new ArrayList<String[]>();
        try {
            for (var line :
                    Files.readString(worker.log(), StandardCharsets.UTF_8).split("\n")) {
                var words = line.split(" ");
                if (List.of(kinds).contains(words[0]) && words.length > 1) found.add(words);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        Eventually.equal(what, PATIENCE, () -> condition.call() ? what : "not yet");
    }
}
