package io.braid.kafka;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/// What clients have pushed last, as Prometheus reads it. Any thread, under one lock that is held
/// shortly.
///
/// A push replaces what the client pushed before, so what a client has no more is no more shown;
/// only counters that it pushes in parts (delta temporality) are added up and stay. What a client
/// has pushed stays for three intervals after it has left, so that its last numbers are read.
///
/// The page is bounded ([Limits]). Of clients, the one that is silent for longest goes; a series
/// that finds no place is left out, and counted in `braid_kafka_telemetry_refused_total`.
final class ClientMetrics {
    private static final String INFO = "kafka_client_info";
    private static final String TYPE = "# TYPE %s %s\n";

    /// @param clients         whose metrics are shown
    /// @param series          of all clients
    /// @param seriesPerClient of one client
    /// @param seriesChars     of one series, its name and the names and values of its labels
    record Limits(int clients, int series, int seriesPerClient, int seriesChars) {
        static final Limits DEFAULT = new Limits(ClientInstances.INSTANCES_MAX, 50_000, 2_000, 1024);
    }

    /// Why a point is not shown.
    private enum Refusal {
        /// A kind of point, value or attribute that Prometheus' format does not have here.
        FOREIGN,
        /// A name that others use for another type.
        TYPE,
        TOO_LONG,
        TOO_MANY
    }

    /// @param labels as written between the braces
    private record Key(String name, String labels) {}

    private record Value(boolean adds, double number) {}

    private static final class Client {
        final Map<Key, Value> series = new HashMap<>(); // at most limits.seriesPerClient
        Instant until = Instant.MIN;
        String about = ""; // the labels of its line of kafka_client_info; empty if they are too long
    }

    /// A name and what it is for all clients that use it.
    private static final class Family {
        final String type;
        int series;

        Family(String type) {
            this.type = type;
        }
    }

    private record Line(String labels, double number) {}

    private record Shown(String type, List<Line> lines) {}

    private final Limits limits;
    private final InstantSource clock;
    private final Map<Uuid, Client> clients = new LinkedHashMap<>(16, 0.75f, true); // silent for longest first
    private final Map<String, Family> families = new HashMap<>(); // at most one for each series
    private final Map<Refusal, Long> refused = new EnumMap<>(Refusal.class);
    private int seriesTotal;
    private long pushes;

    ClientMetrics(Limits limits, InstantSource clock) {
        this.limits = limits;
        this.clock = clock;
        for (var refusal : Refusal.values()) refused.put(refusal, 0L);
        families.put(INFO, new Family("ours")); // so that no client has a metric of that name
    }

    /// Takes what a client has pushed.
    ///
    /// @param about who it is, as labels of `kafka_client_info`
    /// @param stay  how long this is shown without another push
    void push(Uuid id, String clientId, SortedMap<String, String> about, OtlpMetrics pushed, Duration stay) {
        var who = new TreeMap<String, String>();
        who.put("client_id", clientId);
        who.put("client_instance_id", id.toString());
        var info = new TreeMap<>(pushed.resource());
        info.putAll(about);
        info.putAll(who);
        var points = new LinkedHashMap<Key, ClientPoint>(); // written before the lock is taken
        int tooLong = 0;
        int tooMany = 0;
        for (var point : pushed.points()) {
            var labels = new TreeMap<>(point.labels());
            labels.putAll(who);
            if (!isShort(point.name(), labels)) tooLong++;
            else if (points.size() >= limits.seriesPerClient()) tooMany++;
            else points.put(new Key(point.name(), written(labels)), point);
        }
        var line = isShort(INFO, info) ? written(info) : "";
        synchronized (this) {
            pushes++;
            refuse(Refusal.FOREIGN, pushed.foreign());
            refuse(Refusal.TOO_LONG, tooLong);
            refuse(Refusal.TOO_MANY, tooMany);
            var now = clock.instant();
            var client = client(id, now);
            client.until = now.plus(stay);
            client.about = line;
            replace(client, points);
        }
    }

    /// Asked before anything is written: a long client id would be in each of many lines.
    private boolean isShort(String name, Map<String, String> labels) {
        long chars = name.length();
        for (var label : labels.entrySet())
            chars += label.getKey().length() + label.getValue().length();
        return chars <= limits.seriesChars();
    }

    private Client client(Uuid id, Instant now) {
        var known = clients.get(id);
        if (known != null) return known;
        if (clients.size() >= limits.clients() || seriesTotal >= limits.series()) forgetSilent(now);
        if (clients.size() >= limits.clients())
            forget(clients.keySet().iterator().next());
        var client = new Client();
        clients.put(id, client);
        return client;
    }

    private void replace(Client client, Map<Key, ClientPoint> points) {
        var gone = new ArrayList<Key>();
        client.series.forEach((key, value) -> {
            if (!value.adds() && !points.containsKey(key)) gone.add(key);
        });
        for (var key : gone) remove(client, key);
        points.forEach((key, point) -> put(client, key, point));
    }

    private void put(Client client, Key key, ClientPoint point) {
        var before = client.series.get(key);
        var family = families.get(key.name());
        if (family != null && !family.type.equals(point.kind().type)) refuse(Refusal.TYPE, 1);
        else if (before != null) client.series.put(key, value(point, before.number()));
        else if (client.series.size() >= limits.seriesPerClient() || seriesTotal >= limits.series())
            refuse(Refusal.TOO_MANY, 1);
        else {
            client.series.put(key, value(point, 0));
            families.computeIfAbsent(key.name(), _ -> new Family(point.kind().type)).series++;
            seriesTotal++;
        }
    }

    private static Value value(ClientPoint point, double before) {
        boolean adds = point.kind().adds;
        return new Value(adds, adds ? before + point.value() : point.value());
    }

    private void remove(Client client, Key key) {
        client.series.remove(key);
        seriesTotal--;
        if (--families.get(key.name()).series == 0) families.remove(key.name());
    }

    private void forgetSilent(Instant now) {
        var silent = new ArrayList<Uuid>();
        clients.forEach((id, client) -> {
            if (client.until.isBefore(now)) silent.add(id);
        });
        silent.forEach(this::forget);
    }

    private void forget(Uuid id) {
        var client = clients.remove(id);
        for (var key : List.copyOf(client.series.keySet())) remove(client, key);
    }

    private void refuse(Refusal why, int points) {
        refused.merge(why, (long) points, Long::sum);
    }

    // ---- the page

    /// Writes all of it, in Prometheus' text format.
    void writeTo(StringBuilder page) {
        var shown = new TreeMap<String, Shown>();
        var about = new ArrayList<String>();
        synchronized (this) {
            forgetSilent(clock.instant());
            for (var client : clients.values()) {
                if (!client.about.isEmpty()) about.add(client.about);
                client.series.forEach((key, value) -> shown.computeIfAbsent(
                                key.name(), name -> new Shown(families.get(name).type, new ArrayList<>()))
                        .lines()
                        .add(new Line(key.labels(), value.number())));
            }
            writeOwn(page);
        }
        if (!about.isEmpty()) page.append(TYPE.formatted(INFO, "gauge"));
        for (var labels : about) page.append(INFO).append('{').append(labels).append("} 1\n");
        shown.forEach((name, family) -> {
            page.append(TYPE.formatted(name, family.type()));
            for (var line : family.lines())
                page.append(name)
                        .append('{')
                        .append(line.labels())
                        .append("} ")
                        .append(written(line.number()))
                        .append('\n');
        });
    }

    private void writeOwn(StringBuilder page) {
        own(page, "braid_kafka_telemetry_clients", "gauge", clients.size());
        own(page, "braid_kafka_telemetry_series", "gauge", seriesTotal);
        own(page, "braid_kafka_telemetry_pushes_total", "counter", pushes);
        page.append(TYPE.formatted("braid_kafka_telemetry_refused_total", "counter"));
        refused.forEach((why, points) -> page.append("braid_kafka_telemetry_refused_total{reason=\"%s\"} %d\n"
                .formatted(why.name().toLowerCase(Locale.ROOT), points)));
    }

    private static void own(StringBuilder page, String name, String type, long value) {
        page.append(TYPE.formatted(name, type)).append("%s %d\n".formatted(name, value));
    }

    private static String written(double number) {
        if (Double.isInfinite(number)) return number > 0 ? "+Inf" : "-Inf";
        return Double.toString(number); // NaN is NaN there, too
    }

    private static String written(Map<String, String> labels) {
        var text = new StringBuilder();
        labels.forEach((name, value) -> {
            if (!text.isEmpty()) text.append(',');
            text.append(name).append("=\"").append(escaped(value)).append('"');
        });
        return text.toString();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
