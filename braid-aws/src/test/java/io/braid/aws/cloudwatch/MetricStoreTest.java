package io.braid.aws.cloudwatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MetricStoreTest {
    private static final long NOW = Instant.parse("2026-11-23T01:02:03.004Z").toEpochMilli() / Period.MINUTE_MILLIS;

    private long minute = NOW;
    private MetricStore store = store(MetricStore.Maxima.DEFAULT);

    private MetricStore store(MetricStore.Maxima maxima) {
        return new MetricStore(() -> Instant.ofEpochMilli(minute * Period.MINUTE_MILLIS), Duration.ofHours(24), maxima);
    }

    private static final Homes HOMES = new Homes("home", "everywhere");

    private static Metric metric(String name) {
        return new Metric("home", "App", name, List.of());
    }

    private static MetricStore.Sample sample(String name, long minute, double value) {
        return new MetricStore.Sample(metric(name), "Count", minute, Statistics.of(value, 1));
    }

    private Map<Long, Statistics> minutes(String name, long first, long end) {
        var period = new Period(first * Period.MINUTE_MILLIS, end * Period.MINUTE_MILLIS, 60);
        var found = store.ask(metric(name), Optional.of("Count"), period);
        var byMinute = new TreeMap<Long, Statistics>();
        if (found.containsKey("Count"))
            found.get("Count").byStart().forEach((start, of) -> byMinute.put(start / Period.MINUTE_MILLIS, of));
        return byMinute;
    }

    @Test
    void valuesOfAMinuteBecomeCountSumLeastAndGreatest() {
        store.put(List.of(sample("m", NOW, 3), sample("m", NOW, -1), sample("m", NOW - 1, 5)));

        assertEquals(
                Map.of(NOW, new Statistics(2, 2, -1, 3), NOW - 1, new Statistics(1, 5, 5, 5)),
                minutes("m", NOW - 5, NOW + 1));
    }

    @Test
    void anyOrderOfMinutesIsKeptAsAMapWouldKeepIt() {
        var random = new Random(7);
        var expected = new HashMap<Long, Statistics>();
        for (int i = 0; i < 2000; i++) {
            long at = NOW - random.nextInt(300);
            double value = random.nextInt(100);
            store.put(List.of(sample("m", at, value)));
            expected.merge(at, Statistics.of(value, 1), Statistics::and);
            if (i % 500 == 0) {
                minute++;
                expected.keySet().removeIf(old -> old < minute - 24 * 60);
            }
        }

        assertEquals(expected, minutes("m", NOW - 500, NOW + 10));
        assertEquals(expected.size(), store.size().points());
    }

    @Test
    void bucketsBeginWhereTheQuestionBegins() {
        for (long at = NOW; at < NOW + 7; at++) store.put(List.of(sample("m", at, 1)));
        var period = new Period((NOW + 1) * Period.MINUTE_MILLIS + 999, (NOW + 7) * Period.MINUTE_MILLIS, 180);

        var buckets =
                store.ask(metric("m"), Optional.empty(), period).get("Count").byStart();

        assertEquals(
                Map.of(
                        (NOW + 1) * Period.MINUTE_MILLIS, new Statistics(3, 3, 1, 1),
                        (NOW + 4) * Period.MINUTE_MILLIS, new Statistics(3, 3, 1, 1)),
                buckets);
        assertEquals(2, period.buckets());
    }

    @Test
    void whatIsOlderThanTheRetentionIsForgotten() {
        store.put(List.of(sample("old", NOW, 1), sample("both", NOW, 1)));
        minute = NOW + 24 * 60 + 1;
        store.put(List.of(sample("both", minute, 2), sample("late", NOW, 3)));

        assertEquals(Set.of(metric("both")), store.list(HOMES, Optional.empty(), 0));
        assertEquals(new MetricStore.Size(1, 1, 0, 0, 0), store.size());
    }

    @Test
    void oneMetricTooManyIsRefusedWithAllThatCameWithIt() {
        store = store(new MetricStore.Maxima(2, 1000, 1000));
        assertEquals(Optional.empty(), store.put(List.of(sample("a", NOW, 1), sample("b", NOW, 1))));

        var refusal = store.put(List.of(sample("a", NOW, 1), sample("c", NOW, 1)));

        assertTrue(refusal.orElseThrow().contains("keeps 2 metrics"), refusal::toString);
        assertEquals(Map.of(NOW, Statistics.of(1, 1)), minutes("a", NOW, NOW + 1));
        assertEquals(Optional.empty(), store.put(List.of(sample("a", NOW, 1))));
        assertEquals(new MetricStore.Size(2, 2, 0, 2, 0), store.size());
    }

    @Test
    void namesTooLongTogetherAreRefused() {
        store = store(new MetricStore.Maxima(100, 12, 1000));
        assertEquals(Optional.empty(), store.put(List.of(sample("12345", NOW, 1)))); // and App

        var refusal = store.put(List.of(sample("12", NOW, 1)));

        assertTrue(refusal.orElseThrow().contains("12 characters"), refusal::toString);
        assertEquals(Optional.empty(), store.put(List.of(sample("1", NOW, 1))));
    }

    @Test
    void tooManyMinutesMakeTheOldestHourGo() {
        store = store(new MetricStore.Maxima(2, 1000, 300));
        for (long at = NOW - 151; at < NOW; at++) store.put(List.of(sample("a", at, 1), sample("b", at, 1)));

        assertEquals(new MetricStore.Size(2, 182, 120, 0, 0), store.size());
        assertEquals(NOW - 91, minutes("a", NOW - 151, NOW).keySet().iterator().next());
    }

    @Test
    void whatWasPutIsHandedOutOnce() {
        store.put(List.of(sample("m", NOW, 3)));
        store.put(List.of(sample("m", NOW, 1)));

        var taken = store.take();
        assertEquals(List.of(new MetricStore.Sample(metric("m"), "Count", NOW, new Statistics(2, 4, 1, 3))), taken);
        assertEquals(List.of(), store.take());

        store.put(List.of(sample("m", NOW, 5)));
        store.giveBack(taken);
        assertEquals(
                List.of(new MetricStore.Sample(metric("m"), "Count", NOW, new Statistics(3, 9, 1, 5))), store.take());
    }

    @Test
    void whatIsRestoredIsAddedAndNotHandedOutAgain() {
        store.put(List.of(sample("m", NOW, 3)));
        store.take();

        store.restore(List.of(sample("m", NOW, 1), sample("m", NOW - 10_000, 1)));

        assertEquals(Map.of(NOW, new Statistics(2, 4, 1, 3)), minutes("m", NOW - 20_000, NOW + 1));
        assertEquals(List.of(), store.take());
    }

    @Test
    void homesDoNotSeeEachOthersMetrics() {
        var elsewhere = new Homes("elsewhere", "everywhere");
        var all = new Metric("everywhere", "App", "all", List.of());
        store.put(List.of(sample("m", NOW, 3), new MetricStore.Sample(all, "Count", NOW, Statistics.of(1, 1))));

        assertEquals(Set.of(metric("m"), metric("all")), store.list(HOMES, Optional.empty(), 0));
        assertEquals(Set.of(all.in("elsewhere")), store.list(elsewhere, Optional.empty(), 0));
        var period = new Period(NOW * Period.MINUTE_MILLIS, (NOW + 1) * Period.MINUTE_MILLIS, 60);
        assertEquals(
                Set.of(),
                store.ask(elsewhere, metric("m"), Optional.empty(), period).keySet());
        assertEquals(
                Set.of("Count"),
                store.ask(elsewhere, metric("all"), Optional.empty(), period).keySet());
    }

    @Test
    void samplesAreReadAsTheyWereWritten() throws Exception {
        var metric = new Metric("home", "App", "m", List.of(new Metric.Dimension("Host", "ä")));
        var samples = List.of(
                new MetricStore.Sample(metric, "Count", NOW, new Statistics(2, 4, 1, 3)),
                new MetricStore.Sample(metric, "None", NOW - 1, new Statistics(0.5, -1, -2, 7)));

        assertEquals(samples, MetricLog.decode(MetricLog.encode(samples)));
        assertThrows(java.io.IOException.class, () -> MetricLog.decode(new byte[] {2, 0}));
    }
}
