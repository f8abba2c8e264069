package io.braid.it;

import io.braid.testkit.history.Operation;
import io.braid.testkit.history.Operation.Kind;
import io.braid.testkit.history.Operation.Outcome;
import io.braid.testkit.history.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/// A process of [HistoryTest]: sends, polls, and does both in transactions, as chance has it, and writes down what it
/// did and was told. Now and then it forgets its clients and opens new ones, as after a crash.
///
/// Has a thread of its own; its methods are for any thread.
final class HistoryClient {
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /// Of producers that give up before a server that was killed is back.
    private static final Map<String, String> IMPATIENT =
            Map.of("max.block.ms", "300", "request.timeout.ms", "250", "delivery.timeout.ms", "300");

    private static final int ABORTED_PERCENT = 25;
    private static final int TOGETHER_MAX = 4; // steps of a transaction, records sent one behind the other

    /// @param group    `group.id`, empty for one that is assigned all partitions
    /// @param protocol `group.protocol`
    /// @param isolation `isolation.level`
    /// @param givesUp   its producers wait for less time than the server needs to come back, so that it does not
    ///     always know what became of what it has sent or committed
    record Role(String group, String protocol, String isolation, boolean givesUp) {
        boolean isMember() {
            return !group.isEmpty();
        }
    }

    private final int process;
    private final Thread thread;
    private final OldestClient client;
    private final List<TopicPartition> partitions;
    private final Role role;
    private final AtomicLong values; // of all processes
    private final Random random;
    private final List<Operation> history = new ArrayList<>(); // bounded by the time of the test
    private final Map<TopicPartition, Long> next = new HashMap<>(); // where one that is no member reads on
    private List<Step> steps = new ArrayList<>(); // of the operation that goes on
    private Consumer<byte[], byte[]> consumer;
    private Producer<byte[], byte[]> plain;
    private Producer<byte[], byte[]> transactional;
    private final AtomicLong operations = new AtomicLong();
    private volatile boolean stopping;
    private volatile Throwable failure;

    HistoryClient(
            int process,
            OldestClient client,
            List<TopicPartition> partitions,
            Role role,
            AtomicLong values,
            Random random) {
        this.process = process;
        this.thread = Thread.ofPlatform().name("history-" + process).unstarted(this::run);
        this.client = client;
        this.partitions = partitions;
        this.role = role;
        this.values = values;
        this.random = random;
    }

    long operations() {
        return operations.get();
    }

    void start() {
        thread.start();
    }

    void stop() {
        stopping = true;
    }

    void join() throws InterruptedException {
        thread.join();
    }

    /// @throws IllegalStateException it has ended for a reason of its own
    void check() {
        if (failure != null) throw new IllegalStateException("process " + process + " failed", failure);
    }

    /// What to throw where it does not get on: tells what it is about.
    AssertionError stuck() {
        var error = new AssertionError("process %d does not get on, %s".formatted(process, role));
        error.setStackTrace(thread.getStackTrace());
        return error;
    }

    /// What it did. After its thread has ended.
    ///
    /// @throws IllegalStateException it ended for a reason of its own
    List<Operation> done() {
        check();
        return history;
    }

    private void run() {
        try {
            openConsumer();
            openProducers();
            while (!stopping) {
                int chance = random.nextInt(100);
                if (chance < 30) send();
                else if (chance < 60) poll();
                else if (chance < 96) transaction();
                else if (chance < 98) reopenConsumer();
                else reopenProducers();
                operations.incrementAndGet();
            }
            reopenProducers(); // which ends what a transaction has left open
        } catch (Throwable e) {
            failure = e;
        } finally {
            close();
        }
    }

    // Alone.

    private void send() throws InterruptedException {
        var sent = new ArrayList<Step.Sent>();
        var answers = new ArrayList<Future<RecordMetadata>>();
        boolean isWhole = true;
        for (int i = random.nextInt(TOGETHER_MAX); i >= 0; i--) {
            var step = next();
            sent.add(step.sent());
            answers.add(plain.send(step.record()));
        }
        for (int i = 0; i < sent.size(); i++) {
            var step = withOffset(sent.get(i), answers.get(i));
            steps.add(step);
            end(Kind.ALONE, step.offset().isPresent() ? Outcome.DONE : Outcome.UNKNOWN);
            isWhole &= step.offset().isPresent();
        }
        if (!isWhole) reopenProducers(); // no order binds what follows to what was given up
    }

    private void poll() {
        pollSteps();
        end(Kind.ALONE, Outcome.DONE);
    }

    private void pollSteps() {
        try {
            for (var record : AsyncConsumer.poll(consumer, POLL)) {
                steps.add(polled(client, record));
                next.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
            }
        } catch (KafkaException _) {
            reopenConsumer(); // it could not tell where to go on
        }
    }

    static Step.Polled polled(OldestClient client, ConsumerRecord<byte[], byte[]> record) {
        return new Step.Polled(
                record.topic() + "-" + record.partition(),
                record.offset(),
                Long.parseLong(client.text(record.value())));
    }

    // In a transaction.

    private void transaction() throws InterruptedException {
        var outcome = Outcome.FAILED; // until its commit is asked for
        var answers = new HashMap<Step.Sent, Future<RecordMetadata>>();
        try {
            transactional.beginTransaction();
            for (int i = random.nextInt(TOGETHER_MAX); i >= 0; i--)
                if (random.nextBoolean()) pollSteps();
                else {
                    var step = next();
                    steps.add(step.sent());
                    answers.put(step.sent(), transactional.send(step.record()));
                }
            if (random.nextInt(100) < ABORTED_PERCENT) transactional.abortTransaction();
            else {
                if (role.isMember()) transactional.sendOffsetsToTransaction(positions(), consumer.groupMetadata());
                outcome = Outcome.UNKNOWN;
                transactional.commitTransaction();
                outcome = Outcome.DONE;
            }
        } catch (KafkaException _) {
            endTransaction(outcome, answers);
            reopenProducers();
            return;
        }
        endTransaction(outcome, answers);
    }

    private void endTransaction(Outcome outcome, Map<Step.Sent, Future<RecordMetadata>> answers)
            throws InterruptedException {
        for (int i = 0; i < steps.size(); i++)
            if (steps.get(i) instanceof Step.Sent sent) {
                var answer = answers.get(sent); // null where the producer threw at once
                if (answer != null && answer.isDone()) steps.set(i, withOffset(sent, answer));
            }
        end(Kind.TRANSACTION, outcome);
    }

    private Map<TopicPartition, OffsetAndMetadata> positions() {
        var positions = new HashMap<TopicPartition, OffsetAndMetadata>();
        for (var partition : consumer.assignment())
            positions.put(partition, new OffsetAndMetadata(consumer.position(partition)));
        return positions;
    }

    private void end(Kind kind, Outcome outcome) {
        history.add(new Operation(process, kind, outcome, steps));
        steps = new ArrayList<>();
    }

    // What is sent.

    private record Next(Step.Sent sent, ProducerRecord<byte[], byte[]> record) {}

    private Next next() {
        var partition = partitions.get(random.nextInt(partitions.size()));
        long value = values.getAndIncrement();
        return new Next(
                new Step.Sent(partition.toString(), value, OptionalLong.empty()),
                new ProducerRecord<>(
                        partition.topic(), partition.partition(), null, client.bytes(Long.toString(value))));
    }

    private static Step.Sent withOffset(Step.Sent sent, Future<RecordMetadata> answer) throws InterruptedException {
        try {
            return new Step.Sent(
                    sent.partition(), sent.value(), OptionalLong.of(answer.get().offset()));
        } catch (ExecutionException _) {
            return sent;
        }
    }

    // Clients.

    private void openConsumer() {
        var settings = new HashMap<>(Map.of("isolation.level", role.isolation()));
        if (role.isMember()) {
            settings.put("group.id", role.group());
            settings.put("group.protocol", role.protocol());
            settings.put("enable.auto.commit", "false");
            if (role.protocol().equals("classic"))
                settings.putAll(Map.of("session.timeout.ms", "2000", "heartbeat.interval.ms", "300"));
        }
        consumer = client.consumer(settings);
        if (role.isMember())
            consumer.subscribe(
                    partitions.stream().map(TopicPartition::topic).distinct().toList(), new Positions());
        else {
            consumer.assign(partitions);
            for (var partition : partitions) {
                long from = next.getOrDefault(partition, 0L);
                consumer.seek(partition, from);
                steps.add(new Step.Positioned(partition.toString(), from));
            }
        }
    }

    /// Writes down where the members of a group begin.
    private final class Positions implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            for (var partition : assigned)
                steps.add(new Step.Positioned(partition.toString(), consumer.position(partition)));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            // what it had is not compared with what it gets
        }
    }

    private void openProducers() {
        plain = client.producer(role.givesUp() ? IMPATIENT : Map.of());
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!openTransactional())
            if (System.nanoTime() > end) throw new IllegalStateException("no transactions within " + PATIENCE);
    }

    /// False if the server did not answer in time: then there is no such producer.
    private boolean openTransactional() {
        transactional = role.givesUp()
                ? client.producer(with(IMPATIENT, "transactional.id", "history-" + process))
                : TransactionWriter.producer(client, "history-" + process);
        try {
            transactional.initTransactions();
            return true;
        } catch (TimeoutException e) {
            transactional.close(Duration.ZERO);
            if (role.givesUp()) return false;
            throw e;
        }
    }

    private static Map<String, String> with(Map<String, String> settings, String name, String value) {
        var more = new HashMap<>(settings);
        more.put(name, value);
        return more;
    }

    private void reopenConsumer() {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
        openConsumer();
    }

    private void reopenProducers() {
        plain.close(Duration.ZERO);
        transactional.close(Duration.ZERO);
        openProducers();
    }

    private void close() {
        if (consumer != null) consumer.close(CloseOptions.timeout(Duration.ZERO));
        if (plain != null) plain.close(Duration.ZERO);
        if (transactional != null) transactional.close(Duration.ZERO);
    }
}
