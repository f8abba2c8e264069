package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// kcat, and so librdkafka: what most clients that are not Java are made of. Debian's package `kcat`.
@ExtendWith(OneServer.class)
class KcatTest {
    private static final Duration LIMIT = Duration.ofSeconds(40);

    private String bootstrap;

    @BeforeEach
    void find(RunningServer server) {
        assumeTrue(Programs.exist("kcat"), "kcat is not installed (Debian: apt-get install kcat)");
        bootstrap = server.kafka();
    }

    @Test
    void itListsTheBrokerAndTheTopics() throws IOException {
        var topic = Names.fresh("kcat-list");
        kcat("one\n", "-P", "-t", topic);

        var list = kcat("", "-L");

        assertTrue(list.out().contains(" 1 brokers:"), list::toString);
        assertTrue(list.out().contains(" at " + bootstrap), list::toString);
        assertTrue(list.out().contains("topic \"" + topic + "\" with 1 partitions"), list::toString);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void itConsumesWhatItProducedWithEveryCodec(String codec) throws IOException {
        var topic = Names.fresh("kcat-" + codec);
        var lines = IntStream.range(0, 500)
                .mapToObj(i -> "k%d:some value that compresses, value that compresses %d".formatted(i, i))
                .toList();

        kcat(String.join("\n", lines) + "\n", "-P", "-t", topic, "-K:", "-z", codec, "-X", "linger.ms=50");

        assertEquals(lines, consume(topic, "beginning", "-K:"));
    }

    @Test
    void itsIdempotentProducerIsServed() throws IOException {
        var topic = Names.fresh("kcat-idempotent");

        kcat("a\nb\nc\n", "-P", "-t", topic, "-X", "enable.idempotence=true");

        assertEquals(List.of("a", "b", "c"), consume(topic, "beginning"));
    }

    @Test
    void itStartsAtOffsetsFromTheEndAndAtTimes() throws IOException {
        var topic = Names.fresh("kcat-offsets");
        kcat("a\nb\nc\n", "-P", "-t", topic);

        assertEquals(List.of("b", "c"), consume(topic, "1"));
        assertEquals(List.of("c"), consume(topic, "-1"));
        assertEquals(List.of("a", "b", "c"), consume(topic, "s@1"));
        assertEquals(
                List.of(topic + " [0] offset 3"),
                kcat("", "-Q", "-t", topic + ":0:-1").lines());
    }

    @Test
    void headersAndMissingValuesComeBack() throws IOException {
        var topic = Names.fresh("kcat-headers");

        kcat("key:\n", "-P", "-t", topic, "-K:", "-Z", "-H", "colour=blue");

        assertEquals(List.of("key|-1|colour=blue"), consume(topic, "beginning", "-f", "%k|%S|%h\\n"));
    }

    @Test
    void aGroupGoesOnWhereItStopped() throws IOException {
        var topic = Names.fresh("kcat-group");
        var group = Names.fresh("kcat-group");
        kcat("a\nb\nc\n", "-P", "-t", topic);

        assertEquals(List.of("a", "b", "c"), group(group, topic, 3));
        kcat("d\ne\n", "-P", "-t", topic);

        assertEquals(List.of("d", "e"), group(group, topic, 2));
    }

    private List<String> group(String group, String topic, int records) throws IOException {
        return kcat("", "-G", group, "-c", "" + records, "-X", "auto.offset.reset=earliest", topic)
                .lines();
    }

    private List<String> consume(String topic, String offset, String... more) throws IOException {
        var arguments = new ArrayList<>(List.of("-C", "-t", topic, "-p", "0", "-o", offset, "-e"));
        arguments.addAll(List.of(more));
        return kcat("", arguments.toArray(String[]::new)).lines();
    }

    private Finished kcat(String input, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of("kcat", "-b", bootstrap, "-q", "-m", "20"));
        command.addAll(List.of(arguments));
        return Finished.run(command, input, LIMIT).successfully();
    }
}
