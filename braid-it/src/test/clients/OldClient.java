import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/// Kafka's Java client as version 0.11 already had it, and 2.1 still has: produces, consumes in a group, transacts and
/// administers. It prints a line per thing that it has seen to work, and fails at the first that does not.
///
///     java OldClient.java BOOTSTRAP PREFIX
public final class OldClient {
    private static final int COUNT = 50; // records of each codec
    private static final int ROUNDS = 5;
    private static final String PADDING = " " + "-".repeat(200); // more than a batch is begun for
    private static final long PATIENCE_MILLIS = 30_000;

    private final String bootstrap;
    private final String prefix;

    private OldClient(String bootstrap, String prefix) {
        this.bootstrap = bootstrap;
        this.prefix = prefix;
    }

    public static void main(String[] arguments) throws Exception {
        OldClient client = new OldClient(arguments[0], arguments[1]);
        client.create();
        client.produce();
        client.consume();
        client.beginRefused();
        client.transact();
        client.transform();
        client.fence();
        client.delete();
    }

    private void create() throws Exception {
        try (AdminClient admin = admin()) {
            List<NewTopic> topics = new ArrayList<>();
            for (String name : List.of("in", "out", "transacted")) topics.add(new NewTopic(topic(name), 1, (short) 1));
            topics.add(new NewTopic(topic("strict"), 1, (short) 1)
                    .configs(Map.of("message.timestamp.before.max.ms", "3600000")));
            admin.createTopics(topics).all().get();
            check(admin.listTopics().names().get().contains(topic("in")), "listed");
            int partitions = admin.describeTopics(List.of(topic("in")))
                    .all()
                    .get()
                    .get(topic("in"))
                    .partitions()
                    .size();
            check(partitions == 1, partitions + " partitions");
            check(admin.describeCluster().nodes().get().size() == 1, "nodes");
        }
        System.out.println("created, listed and described");
    }

    private void produce() throws Exception {
        for (String codec : List.of("none", "gzip", "snappy", "lz4")) {
            try (KafkaProducer<String, String> producer = producer(
                    "compression.type", codec, "enable.idempotence", "true", "acks", "all", "linger.ms", "10")) {
                for (int i = 0; i < COUNT; i++)
                    producer.send(new ProducerRecord<>(topic("in"), 0, "key", codec + " " + i));
                producer.flush();
            }
            System.out.println("produced " + codec);
        }
    }

    private void consume() throws Exception {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer("group.id", prefix + "-group")) {
            consumer.subscribe(List.of(topic("in")));
            read(consumer, 4 * COUNT, records);
            consumer.commitSync();
            OffsetAndMetadata committed = consumer.committed(new TopicPartition(topic("in"), 0));
            check(committed.offset() == 4 * COUNT, "committed " + committed);
        }
        for (int i = 0; i < records.size(); i++) {
            ConsumerRecord<String, String> record = records.get(i);
            check(record.offset() == i, record + " at " + i);
            check(record.value().endsWith(" " + i % COUNT), record + " at " + i);
        }
        System.out.println("consumed " + records.size() + " records in a group, and committed");

        try (KafkaProducer<String, String> producer = producer("acks", "1")) {
            producer.send(new ProducerRecord<>(topic("in"), 0, "key", "late")).get();
        }
        List<ConsumerRecord<String, String>> late = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer("group.id", prefix + "-group")) {
            consumer.subscribe(List.of(topic("in")));
            read(consumer, 1, late);
        }
        check(late.get(0).value().equals("late"), late.toString());
        System.out.println("went on after the commit");
    }

    /// From 1.0 on the first record is refused when others are under way already, one in each batch. These versions
    /// number them anew then, under the same producer.
    private void beginRefused() throws Exception {
        Map<Long, String> acknowledged = new HashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            try (KafkaProducer<String, String> producer =
                    producer("enable.idempotence", "true", "acks", "all", "batch.size", "1", "linger.ms", "0")) {
                producer.partitionsFor(topic("strict"));
                Future<RecordMetadata> tooOld =
                        producer.send(new ProducerRecord<>(topic("strict"), 0, 1L, "key", "too old" + PADDING));
                for (String when : List.of("behind", "later")) {
                    Map<String, Future<RecordMetadata>> sent = new HashMap<>();
                    for (int i = 0; i < 3; i++) {
                        String value = when + " " + round + " " + i + PADDING;
                        sent.put(value, producer.send(new ProducerRecord<>(topic("strict"), 0, "key", value)));
                    }
                    producer.flush();
                    for (Map.Entry<String, Future<RecordMetadata>> each : sent.entrySet())
                        acknowledged.put(each.getValue().get().offset(), each.getKey());
                }
                boolean isRefused = false;
                try {
                    tooOld.get();
                } catch (ExecutionException e) {
                    isRefused = e.getCause() instanceof InvalidTimestampException;
                }
                check(isRefused, "refused");
            }
        }
        check(acknowledged.size() == 6 * ROUNDS, "acknowledged at " + acknowledged.size() + " offsets");
        List<String> there = committed("strict", 6 * ROUNDS);
        for (int i = 0; i < there.size(); i++)
            check(there.get(i).equals(acknowledged.get((long) i)), there.get(i) + " at " + i);
        System.out.println("kept all that was acknowledged behind what was refused");
    }

    private void transact() {
        try (KafkaProducer<String, String> producer = producer("transactional.id", prefix + "-transact")) {
            producer.initTransactions();
            for (int i = 0; i < 6; i++) {
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic("transacted"), 0, "key", "transaction " + i));
                producer.flush();
                if (i % 2 == 0) producer.commitTransaction();
                else producer.abortTransaction();
            }
        }
        check(
                committed("transacted", 3).equals(List.of("transaction 0", "transaction 2", "transaction 4")),
                "only what was committed");
        System.out.println("committed 3 transactions and aborted 3");
    }

    private void transform() {
        TopicPartition from = new TopicPartition(topic("in"), 0);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                        consumer("group.id", prefix + "-transform", "isolation.level", "read_committed");
                KafkaProducer<String, String> producer = producer("transactional.id", prefix + "-transform")) {
            consumer.subscribe(List.of(topic("in")));
            read(consumer, 4 * COUNT + 1, records);
            producer.initTransactions();
            for (boolean isLast : new boolean[] {false, true}) {
                producer.beginTransaction();
                for (ConsumerRecord<String, String> record : records.subList(0, 10))
                    producer.send(new ProducerRecord<>(topic("out"), 0, "key", "made of " + record.value()));
                producer.sendOffsetsToTransaction(Map.of(from, new OffsetAndMetadata(10)), prefix + "-transform");
                if (isLast) producer.commitTransaction();
                else producer.abortTransaction();
                if (isLast) awaitCommitted(consumer, from, 10);
                else check(consumer.committed(from) == null, "committed although aborted");
            }
        }
        check(committed("out", 10).get(9).equals("made of none 9"), "made once");
        System.out.println("consumed and produced in one transaction");
    }

    /// A commit is answered before its offsets take effect, and these versions do not know how to wait for that.
    private static void awaitCommitted(KafkaConsumer<String, String> consumer, TopicPartition partition, long offset) {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        OffsetAndMetadata committed = consumer.committed(partition);
        while (committed == null && System.currentTimeMillis() < end) committed = consumer.committed(partition);
        check(committed != null && committed.offset() == offset, "committed " + committed);
    }

    private void fence() {
        try (KafkaProducer<String, String> zombie = producer("transactional.id", prefix + "-fence");
                KafkaProducer<String, String> successor = producer("transactional.id", prefix + "-fence")) {
            zombie.initTransactions();
            zombie.beginTransaction();
            zombie.send(new ProducerRecord<>(topic("transacted"), 0, "key", "of the zombie"));
            zombie.flush();
            successor.initTransactions();
            boolean isFenced = false;
            try {
                zombie.commitTransaction();
            } catch (ProducerFencedException e) {
                isFenced = true;
            }
            check(isFenced, "fenced");
        }
        check(committed("transacted", 3).size() == 3, "nothing of the zombie");
        System.out.println("fenced a predecessor");
    }

    private void delete() throws Exception {
        try (AdminClient admin = admin()) {
            admin.deleteTopics(List.of(topic("in"), topic("out"), topic("strict"), topic("transacted")))
                    .all()
                    .get();
            check(!admin.listTopics().names().get().contains(topic("in")), "gone");
        }
        System.out.println("deleted");
    }

    // ---- what all share

    private String topic(String name) {
        return prefix + "-" + name;
    }

    /// What a reader of committed records finds; fails if there is more.
    private List<String> committed(String name, int count) {
        TopicPartition partition = new TopicPartition(topic(name), 0);
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer("isolation.level", "read_committed")) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            read(consumer, count, records);
            consumer.poll(200).forEach(records::add);
        }
        check(records.size() == count, records.toString());
        List<String> values = new ArrayList<>();
        for (ConsumerRecord<String, String> record : records) values.add(record.value());
        return values;
    }

    private static void read(
            KafkaConsumer<String, String> consumer, int count, List<ConsumerRecord<String, String>> records) {
        long end = System.currentTimeMillis() + PATIENCE_MILLIS;
        while (records.size() < count && System.currentTimeMillis() < end)
            consumer.poll(100).forEach(records::add);
        check(records.size() == count, records.size() + " of " + count + " records");
    }

    private AdminClient admin() {
        return AdminClient.create(settings());
    }

    private KafkaProducer<String, String> producer(String... more) {
        return new KafkaProducer<>(settings(more), new StringSerializer(), new StringSerializer());
    }

    private KafkaConsumer<String, String> consumer(String... more) {
        Properties settings = settings(more);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("heartbeat.interval.ms", "300");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    private Properties settings(String... more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        for (int i = 0; i < more.length; i += 2) settings.put(more[i], more[i + 1]);
        return settings;
    }

    private static void check(boolean isTrue, String what) {
        if (!isTrue) throw new AssertionError(what);
    }
}
