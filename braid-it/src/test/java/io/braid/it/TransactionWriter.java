package io.braid.it;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;

/// Writes numbered transactions over all partitions of a topic, one after the other, for as long as the
/// server is away, and remembers what became of each. Some are aborted; some are left open, and a new
/// producer takes over.
///
/// The thread that runs it; the rest is for any thread.
final class TransactionWriter implements TransactionLoad.Writer {
    private static final int RECORDS_MAX = 12;
    private static final int ABORTED_PERCENT = 20;
    private static final int ABANDONED_PERCENT = 10;

    /// One transaction.
    ///
    /// @param records how many it has
    record Told(boolean isCommitted, int records) {}

    private final OldestClient client;
    private final String topic;
    private final int partitions;
    private final String id;
    private final Random random;
    private final NavigableMap<Long, Told> told = new ConcurrentSkipListMap<>(); // bounded by the time of the test
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean stopping;
    private volatile Throwable failure;

    TransactionWriter(OldestClient client, String topic, int partitions, String id, Random random) {
        this.client = client;
        this.topic = topic;
        this.partitions = partitions;
        this.id = id;
        this.random = random;
    }

    @Override
    public void run() {
        var producer = producer(client, id);
        try {
            producer.initTransactions();
            for (long number = 0; !stopping; number++) {
                int chance = random.nextInt(100);
                int count = 1 + random.nextInt(RECORDS_MAX);
                producer.beginTransaction();
                send(producer, number, count);
                if (chance < ABANDONED_PERCENT) {
                    producer.flush();
                    producer = succeed(producer);
                } else if (chance < ABANDONED_PERCENT + ABORTED_PERCENT) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
                boolean isCommitted = chance >= ABANDONED_PERCENT + ABORTED_PERCENT;
                told.put(number, new Told(isCommitted, count));
                if (isCommitted) committed.incrementAndGet();
            }
        } catch (RuntimeException | AssertionError e) {
            failure = e;
        } finally {
            producer.close(Duration.ZERO);
        }
    }

    private void send(Producer<byte[], byte[]> producer, long number, int count) {
        for (int i = 0; i < count; i++)
            producer.send(new ProducerRecord<>(
                    topic, (int) ((number + i) % partitions), null, client.bytes(value(number, i))));
    }

    /// A producer that does not give up for as long as the server is away.
    static Producer<byte[], byte[]> producer(OldestClient client, String id) {
        return client.producer(Map.of(
                "transactional.id", id,
                "max.block.ms", "120000",
                "delivery.timeout.ms", "120000",
                "request.timeout.ms", "10000",
                "transaction.timeout.ms", "120000",
                "retry.backoff.ms", "20",
                "retry.backoff.max.ms", "100",
                "reconnect.backoff.ms", "20",
                "reconnect.backoff.max.ms", "100"));
    }

    private String value(long number, int index) {
        return "%s %d %d".formatted(id, number, index);
    }

    /// A new producer with the same id, after which the old one can do nothing any more.
    private Producer<byte[], byte[]> succeed(Producer<byte[], byte[]> zombie) {
        var successor = producer(client, id);
        try (zombie) {
            successor.initTransactions();
            zombie.commitTransaction();
            throw new AssertionError("a fenced producer has committed: " + id);
        } catch (ProducerFencedException fenced) {
            return successor;
        } catch (InvalidProducerEpochException fenced) { // not in one clause: what both are, older clients do not have
            return successor;
        } catch (RuntimeException | AssertionError e) {
            successor.close(Duration.ZERO);
            throw e;
        }
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public long committed() {
        if (failure != null) throw new AssertionError(this.toString(), failure);
        return committed.get();
    }

    @Override
    public boolean hasWritten(String value) {
        return value.startsWith(id + " ");
    }

    @Override
    public List<String> expected(int partition) {
        return told.entrySet().stream()
                .filter(each -> each.getValue().isCommitted())
                .flatMap(each -> IntStream.range(0, each.getValue().records())
                        .filter(i -> (each.getKey() + i) % partitions == partition)
                        .mapToObj(i -> value(each.getKey(), i)))
                .toList();
    }

    @Override
    public String toString() {
        return "%s: %d committed of %d, failure %s".formatted(id, committed.get(), told.size(), failure);
    }
}
