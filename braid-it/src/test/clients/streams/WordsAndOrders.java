import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.StreamJoined;

/// A Kafka Streams application: counts the words of `lines`, and joins `orders` with `payments`, exactly once, until
/// its standard input ends or it is killed.
///
///     java WordsAndOrders.java BOOTSTRAP APPLICATION PROTOCOL STATE
///
/// It writes `APPLICATION-counts`, a record for every word that comes, and `APPLICATION-paid`, one for every order
/// that is paid.
public final class WordsAndOrders {
    private WordsAndOrders() {}

    public static void main(String[] arguments) throws IOException {
        var streams = new KafkaStreams(topology(arguments[1]), settings(arguments));
        streams.setUncaughtExceptionHandler(failure -> {
            failure.printStackTrace();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.start();
        while (System.in.read() >= 0) {}
        streams.close(Duration.ofSeconds(30));
    }

    private static Topology topology(String application) {
        var builder = new StreamsBuilder();
        builder.<String, String>stream("lines")
                .flatMapValues(line -> List.of(line.split(" ")))
                .groupBy((_, word) -> word)
                .count(Materialized.as("counts"))
                .toStream()
                .mapValues(count -> Long.toString(count))
                .to(application + "-counts");
        builder.<String, String>stream("orders")
                .join(
                        builder.<String, String>stream("payments"),
                        (order, payment) -> order + " " + payment,
                        JoinWindows.ofTimeDifferenceAndGrace(Duration.ofHours(1), Duration.ofDays(1)),
                        StreamJoined.with(Serdes.String(), Serdes.String(), Serdes.String()))
                .to(application + "-paid");
        return builder.build();
    }

    private static Properties settings(String[] arguments) {
        var settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("application.id", arguments[1]);
        settings.put("group.protocol", arguments[2]);
        settings.put("state.dir", arguments[3]);
        settings.put("processing.guarantee", "exactly_once_v2");
        settings.put("default.key.serde", Serdes.StringSerde.class.getName());
        settings.put("default.value.serde", Serdes.StringSerde.class.getName());
        settings.put("commit.interval.ms", "100");
        settings.put("statestore.cache.max.bytes", "0"); // or counts would skip numbers
        if (arguments[2].equals("classic")) {
            settings.put("consumer.session.timeout.ms", "3000");
            settings.put("consumer.heartbeat.interval.ms", "300");
        }
        return settings;
    }
}
