package io.braid.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A test ends a life of the server without closing the meter, as a crash does.
class UsageMeterTest {
    private static final LocalDate DAY = LocalDate.parse("2026-11-23"); // TestServer begins at 10:00:00.250
    private static final long HOUR = Duration.ofHours(1).toMillis();

    @TempDir
    Path directory;

    private final List<UsageMeter.Written> written = new ArrayList<>();
    private int consumers;

    private UsageMeter meter(TestServer server) {
        return new UsageMeter(server.broker, server.clock, Duration.ofDays(400), new UsageMeter.Front() {
            @Override
            public UsageMeter.Facts facts(Stream stream) {
                return new UsageMeter.Facts(new UsageRow.Owner("000000000000", "us-east-1", stream.name()), consumers);
            }

            @Override
            public void written(UsageMeter.Written more) {
                written.add(more);
            }
        });
    }

    /// One that keeps records for a day.
    private static Stream create(TestServer server, String name, int partitions) {
        return server.create(new NewStream(
                name,
                Stream.Kind.USER,
                Stream.Mode.PROVISIONED,
                partitions,
                Map.of("retention.ms", Long.toString(24 * HOUR))));
    }

    private static String report(UsageMeter meter, LocalDate first, LocalDate last) throws Exception {
        var lines = new StringBuilder();
        for (var row : meter.report(first, last, Optional.empty()))
            lines.append("%s %s %s: %s\n"
                    .formatted(
                            row.from().toString().substring(0, 10), row.owner().name(), row.mode(), row.usage()));
        return lines.toString();
    }

    private static long of(UsageMeter meter, UsageUnit unit) throws Exception {
        return meter.report(DAY, DAY.plusYears(1), Optional.empty()).stream()
                .mapToLong(row -> row.usage().of(unit))
                .sum();
    }

    @Test
    void timeIsCountedByShapeAndPutsInTheirUnits() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var stream = create(server, "s", 2);
            consumers = 3;
            meter.look();

            server.clock.move(Duration.ofMinutes(90));
            meter.put(stream, 2, 25_601, UsageUnit.payloadUnits(25_600) + UsageUnit.payloadUnits(1), 26 << 10);
            meter.got(stream, 500, 100);
            meter.fannedOut(stream, 7);

            assertEquals(
                    "2026-11-23 s PROVISIONED: records=2 bytes_in=25601 payload_units=2 rounded_bytes_in=26624"
                            + " bytes_out=500 old_bytes_out=100 fan_out_bytes=7 stream_millis=%d shard_millis=%d"
                                    .formatted(HOUR * 3 / 2, HOUR * 3)
                            + " consumer_shard_millis=%d\n".formatted(HOUR * 9),
                    report(meter, DAY, DAY));
        }
    }

    @Test
    void unitsAreRoundedUpForEachRecord() {
        assertEquals(1, UsageUnit.payloadUnits(25 << 10));
        assertEquals(2, UsageUnit.payloadUnits((25 << 10) + 1));
        assertEquals(1, UsageUnit.payloadUnits(0));
        assertEquals(5 << 10, UsageUnit.rounded(4_608));
        assertEquals(4 << 10, UsageUnit.rounded(4_096));
    }

    @Test
    void aCrashLosesWhatWasNotWrittenAndNothingElse() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var stream = create(server, "s", 1);
            meter.put(stream, 1, 10, 1, 1024);
            server.clock.move(Duration.ofMinutes(1));
            meter.turn();
            meter.put(stream, 1, 20, 1, 1024);
            server.clock.move(Duration.ofMinutes(1));
            meter.turn(); // the same hour again: the newer row counts
            meter.put(stream, 1, 40, 1, 1024);
        }

        try (var server = new TestServer(directory)) {
            server.clock.move(Duration.ofMinutes(3));
            var meter = meter(server);
            var stream = server.broker.catalog().stream("s").orElseThrow();
            meter.put(stream, 1, 80, 1, 1024); // in the same hour: added up
            meter.turn();

            assertEquals(110, of(meter, UsageUnit.BYTES_IN));
            assertEquals(Duration.ofMinutes(2).toMillis(), of(meter, UsageUnit.STREAM_MILLIS));
        }
    }

    @Test
    void daysAndStreamsAreReportedApart() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var one = create(server, "one", 1);
            var two = create(server, "two", 1);
            meter.put(one, 1, 1, 1, 1024);
            server.clock.move(Duration.ofDays(1));
            meter.turn();
            meter.put(one, 1, 2, 1, 1024);
            meter.put(two, 1, 4, 1, 1024);
            server.broker.delete("two");
            meter.turn();

            var days = meter.report(DAY, DAY.plusDays(1), Optional.empty());
            var two2 = meter.report(DAY.plusDays(1), DAY.plusDays(1), Optional.of("two"));

            assertEquals(
                    List.of("one 1", "two 0", "one 2", "two 4"),
                    days.stream()
                            .map(row -> row.owner().name() + " " + row.usage().of(UsageUnit.BYTES_IN))
                            .toList());
            assertEquals(14 * HOUR - 250, days.getFirst().usage().of(UsageUnit.STREAM_MILLIS));
            assertEquals(1, two2.size());
        }
    }

    @Test
    void kafkasProducersAreSeenByHowFarPartitionsHaveGrown() throws Exception {
        try (var server = new TestServer(directory)) {
            var old = create(server, "old", 1);
            append(server, old, 1);
            var meter = meter(server);
            var stream = create(server, "s", 2);

            int bytes = append(server, stream, 3);
            meter.announce(stream, 0, 3, bytes); // as if Kinesis had put these three
            meter.look();
            assertEquals(List.of(), written);

            int more = append(server, stream, 4);
            meter.announce(stream, 0, 2, 100); // on their way, and then refused
            meter.look();
            meter.announce(stream, 0, -2, -100);
            meter.look();

            assertEquals(
                    4, written.stream().mapToLong(UsageMeter.Written::records).sum());
            assertEquals(
                    more, written.stream().mapToLong(UsageMeter.Written::bytes).sum());
            assertEquals(4, of(meter, UsageUnit.KAFKA_RECORDS));
            assertEquals(4, of(meter, UsageUnit.PAYLOAD_UNITS));
            assertEquals(4 << 10, of(meter, UsageUnit.ROUNDED_BYTES_IN));
        }
    }

    @Test
    void whatKafkasConsumersFetchIsRetrieved() throws Exception {
        try (var server = new TestServer(directory)) {
            var stream = create(server, "s", 1);
            var meter = meter(server);
            server.broker.partition(stream.id(), 0).orElseThrow().log().countFetched(300);
            meter.look();
            meter.got(stream, 50, 0);

            assertEquals(350, of(meter, UsageUnit.BYTES_OUT));
            assertEquals(300, of(meter, UsageUnit.KAFKA_BYTES_OUT));
        }
    }

    /// Appends so many records to partition 0; answers the bytes of their batch.
    private static int append(TestServer server, Stream stream, int records) {
        var batch = KafkaBatches.of(
                CompressionType.NONE,
                java.util.Collections.nCopies(records, new SimpleRecord(1, "k".getBytes(), "value".getBytes())));
        server.broker
                .partition(stream.id(), 0)
                .orElseThrow()
                .log()
                .append(batch)
                .join();
        return batch.byteSize();
    }

    @Test
    void keepingRecordsForLongerThanADayIsBilledByTheirAge() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var stream = server.create(new NewStream(
                    "s",
                    Stream.Kind.USER,
                    Stream.Mode.ON_DEMAND,
                    1,
                    Map.of("retention.ms", Long.toString(9 * 24 * HOUR))));
            meter.put(stream, 1, 1000, 1, 1024);
            server.clock.move(Duration.ofHours(24));
            meter.turn();
            assertEquals(0, of(meter, UsageUnit.EXTENDED_BYTE_SECONDS));
        }

        try (var server = new TestServer(directory)) {
            server.clock.move(Duration.ofHours(24));
            var meter = meter(server);
            meter.turn(); // knows what came in before
            for (int i = 0; i < 4; i++) {
                server.clock.move(Duration.ofDays(5));
                meter.turn();
            }

            long extended = of(meter, UsageUnit.EXTENDED_BYTE_SECONDS);
            long longTerm = of(meter, UsageUnit.LONG_TERM_BYTE_SECONDS);
            assertEquals(6 * 24 * 3600 * 1000L, extended, 3600 * 1000L); // less the rest of an hour
            assertEquals(2 * 24 * 3600 * 1000L, longTerm, 3600 * 1000L);
            assertEquals(21 * 24 * HOUR, of(meter, UsageUnit.EXTENDED_SHARD_MILLIS));
        }
    }

    @Test
    void anHourInTwoModesHasTwoRows() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var stream = create(server, "s", 1);
            server.clock.move(Duration.ofMinutes(10));
            for (var mode : List.of(Stream.Mode.ON_DEMAND, Stream.Mode.PROVISIONED)) {
                meter.look();
                server.broker.describe(stream.id(), now -> new StreamDescription(mode, Map.of()));
                meter.look();
                server.clock.move(Duration.ofMinutes(20));
            }

            assertEquals(
                    "2026-11-23 s PROVISIONED: stream_millis=1800000 shard_millis=1800000\n"
                            + "2026-11-23 s ON_DEMAND: stream_millis=1200000 shard_millis=1200000\n",
                    report(meter, DAY, DAY));
        }
    }

    @Test
    void whatCannotBeWrittenIsKeptAndWrittenLater() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var stream = create(server, "s", 1);
            server.create(NewStream.of(UsageLedger.STREAM, 1)); // a user has taken the name
            meter.put(stream, 1, 10, 1, 1024);
            server.clock.move(Duration.ofHours(3));
            meter.turn();
            server.broker.delete(UsageLedger.STREAM);
            meter.turn();
        }

        try (var server = new TestServer(directory)) {
            assertEquals(10, of(meter(server), UsageUnit.BYTES_IN));
        }
    }

    @Test
    void aRunInWhichNobodyDidAnythingLeavesNothing() throws Exception {
        try (var server = new TestServer(directory)) {
            var meter = meter(server);
            var stream = create(server, "s", 1);
            server.clock.move(Duration.ofMinutes(1));
            meter.close();
            assertFalse(server.broker.catalog().stream(UsageLedger.STREAM).isPresent());

            meter.put(stream, 1, 10, 1, 1024);
            meter.close();
            assertTrue(server.broker.catalog().stream(UsageLedger.STREAM).isPresent());
        }
    }

    @Test
    void whatIsStoredOfAYearIsKeptByTheDay() {
        var stored = new StoredBytes();
        for (long hour = 0; hour < UsageHours.YEAR; hour++) stored.add(hour, 1);

        stored.forget(5, UsageHours.YEAR - UsageHours.WEEK);

        assertEquals(UsageHours.YEAR - 5, stored.between(0, UsageHours.YEAR));
        assertEquals(UsageHours.WEEK, stored.between(UsageHours.YEAR - UsageHours.WEEK, UsageHours.YEAR));
    }
}
