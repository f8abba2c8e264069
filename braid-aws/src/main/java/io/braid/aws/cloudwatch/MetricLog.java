package io.braid.aws.cloudwatch;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Broker;
import io.braid.broker.ServerStream;
import io.braid.broker.StreamSettings;
import io.braid.log.BatchBuilder;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/// Keeps metrics in an internal stream for as long as the store keeps them in memory: what was put since the last turn,
/// once a minute. What an earlier life has kept is read when somebody asks for metrics first. Any thread.
///
/// A record has no key; its value is a version (i8), then, deflated: the number of samples (i32), and of each its
/// metric's home, namespace, name, number of dimensions (i8) and their names and values, its unit (all UTF), minute
/// (i64),
/// count, sum, least and greatest (f64 each), big-endian. Samples of one minute are added up, wherever they stand.
public final class MetricLog {
    static final String STREAM = "__metrics";

    private static final System.Logger LOG = System.getLogger(MetricLog.class.getName());
    private static final byte VERSION = 1;
    private static final int SAMPLES_IN_RECORD_MAX = 1000;
    private static final int RECORD_BYTES_MAX = 16 << 20; // all names that the store keeps, three bytes a character

    private final ServerStream stream;
    private final MetricStore store;
    private final InstantSource clock;
    private final long retentionMillis;
    private final long earlierEnd; // what lies before this is of earlier lives
    private final ReentrantLock reading = new ReentrantLock(); // guards the reading of those, once
    private volatile boolean hasEarlier;
    private boolean isFailing; // one turn at a time

    /// @param retention of the store
    public MetricLog(Broker broker, MetricStore store, InstantSource clock, Duration retention) {
        this.store = store;
        this.clock = clock;
        this.retentionMillis = retention.toMillis();
        stream = new ServerStream(
                broker,
                STREAM,
                Map.of(
                        StreamSettings.CLEANUP_POLICY, "delete",
                        StreamSettings.RETENTION_MS,
                                Long.toString(Math.max(
                                        retentionMillis, Duration.ofHours(1).toMillis())),
                        StreamSettings.MAX_MESSAGE_BYTES, Integer.toString(RECORD_BYTES_MAX),
                        StreamSettings.SEGMENT_BYTES, Integer.toString(16 << 20)));
        earlierEnd = stream.end();
        hasEarlier = earlierEnd == 0;
    }

    /// Writes what was put since the last turn. One thread at a time.
    public void turn() {
        var samples = store.take();
        int written = 0;
        try {
            while (written < samples.size()) {
                int next = Math.min(samples.size(), written + SAMPLES_IN_RECORD_MAX);
                write(samples.subList(written, next));
                written = next;
            }
            isFailing = false;
        } catch (IOException e) {
            store.giveBack(samples.subList(written, samples.size()));
            if (!isFailing) LOG.log(WARNING, "metrics cannot be kept, tried again each minute: {0}", e.getMessage());
            isFailing = true;
        }
    }

    /// A batch for each record: what has gathered while the disk took nothing may be more than one batch holds.
    private void write(List<MetricStore.Sample> samples) throws IOException {
        long now = clock.millis();
        stream.append(new BatchBuilder(now)
                .add(now, BatchBuilder.ABSENT, MemorySegment.ofArray(encode(samples)))
                .build());
    }

    /// Brings what earlier lives have kept into the store, once.
    public void restore() {
        if (hasEarlier) return;
        reading.lock();
        try {
            if (hasEarlier) return;
            stream.read(
                    clock.millis() - retentionMillis,
                    earlierEnd,
                    record -> store.restore(decode(record.value().toArray(ValueLayout.JAVA_BYTE))));
        } catch (IOException e) {
            LOG.log(WARNING, "metrics of before the start are not known", e);
        } finally {
            hasEarlier = true;
            reading.unlock();
        }
    }

    static byte[] encode(List<MetricStore.Sample> samples) {
        var bytes = new ByteArrayOutputStream();
        bytes.write(VERSION);
        try (var out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
            out.writeInt(samples.size());
            for (var sample : samples) write(out, sample);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, MetricStore.Sample sample) throws IOException {
        var metric = sample.metric();
        out.writeUTF(metric.home());
        out.writeUTF(metric.namespace());
        out.writeUTF(metric.name());
        out.writeByte(metric.dimensions().size());
        for (var dimension : metric.dimensions()) {
            out.writeUTF(dimension.name());
            out.writeUTF(dimension.value());
        }
        out.writeUTF(sample.unit());
        out.writeLong(sample.minute());
        out.writeDouble(sample.statistics().count());
        out.writeDouble(sample.statistics().sum());
        out.writeDouble(sample.statistics().least());
        out.writeDouble(sample.statistics().greatest());
    }

    /// @throws IOException it is damaged, or a later release has written it
    static List<MetricStore.Sample> decode(byte[] value) throws IOException {
        if (value.length == 0 || value[0] != VERSION)
            throw new IOException("version %d of metrics: this release reads version %d"
                    .formatted(value.length == 0 ? -1 : value[0], VERSION));
        var metrics = new HashMap<Metric, Metric>(); // the same again and again
        try (var in =
                new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(value, 1, value.length - 1)))) {
            int count = in.readInt();
            var samples = new ArrayList<MetricStore.Sample>();
            for (int i = 0; i < count; i++) {
                var read = metric(in);
                var metric = metrics.computeIfAbsent(read, same -> same);
                samples.add(new MetricStore.Sample(
                        metric,
                        in.readUTF(),
                        in.readLong(),
                        new Statistics(in.readDouble(), in.readDouble(), in.readDouble(), in.readDouble())));
            }
            return samples;
        }
    }

    private static Metric metric(DataInputStream in) throws IOException {
        var home = in.readUTF();
        var namespace = in.readUTF();
        var name = in.readUTF();
        var dimensions = new ArrayList<Metric.Dimension>();
        for (int left = in.readByte(); left > 0; left--)
            dimensions.add(new Metric.Dimension(in.readUTF(), in.readUTF()));
        return new Metric(home, namespace, name, dimensions);
    }
}
