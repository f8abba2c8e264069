package io.braid.kafka;

import static java.lang.System.Logger.Level.WARNING;

import io.braid.broker.Admission;
import io.braid.broker.Broker;
import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.broker.Partition;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.Batch;
import io.braid.log.ReadOutcome;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.internal.DefaultRecord;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.server.share.dlq.ShareGroupDLQManager;
import org.apache.kafka.server.share.dlq.ShareGroupDLQRecordParameter;

/// Where records go that a share group could not deliver, if it has set a topic for them (KIP-1191): one record for
/// each, with headers that say where it came from and why, and a copy of it if the group wants one.
///
/// Each call is carried out on a virtual thread of its own, which tries again for some seconds where that can help.
/// What cannot be kept is said in the log, with the offsets: the group goes on without it, as with Kafka.
final class ShareDeadLetters implements ShareGroupDLQManager {
    private static final System.Logger LOG = System.getLogger(ShareDeadLetters.class.getName());

    /// Calls under way; a further one fails.
    private static final int CALLS_MAX = 10_000;

    private static final int ATTEMPTS_MAX = 5;
    private static final Duration FIRST_WAIT = Duration.ofMillis(200); // each further one is twice as long

    private static final int READ_BYTES = 1 << 20;

    private final Broker broker;
    private final GroupConfigManager configs;
    private final GroupCoordinatorConfig server;
    private final InstantSource clock;
    private final Semaphore calls = new Semaphore(CALLS_MAX);
    private final CountDownLatch stopping = new CountDownLatch(1);

    ShareDeadLetters(Broker broker, GroupConfigManager configs, GroupCoordinatorConfig server, InstantSource clock) {
        this.broker = broker;
        this.configs = configs;
        this.server = server;
        this.clock = clock;
    }

    /// Called under the lock of a share partition; does not wait.
    @Override
    public CompletableFuture<Void> enqueue(ShareGroupDLQRecordParameter letter) {
        var topic = configs.groupConfig(letter.groupId())
                .map(GroupConfig::errorsDLQTopicName)
                .filter(name -> !name.isBlank());
        if (topic.isEmpty()) return CompletableFuture.completedFuture(null);
        var kept = new CompletableFuture<Void>();
        if (!calls.tryAcquire()) {
            lost(letter, topic.get(), CALLS_MAX + " are being kept already");
            kept.completeExceptionally(new IOException("too much to keep"));
            return kept;
        }
        Thread.ofVirtual().name("share-dead-letters").start(() -> {
            try {
                keep(letter, topic.get());
                kept.complete(null);
            } catch (IOException | InterruptedException | RuntimeException e) {
                lost(letter, topic.get(), e.getMessage());
                kept.completeExceptionally(e);
            } finally {
                calls.release();
            }
        });
        return kept;
    }

    private static void lost(ShareGroupDLQRecordParameter letter, String topic, String why) {
        LOG.log(
                WARNING,
                "records that could not be delivered are not kept: group={0} partition={1} offsets={2}-{3} topic={4}"
                        + " cause={5}",
                letter.groupId(),
                letter.topicIdPartition(),
                letter.firstOffset(),
                letter.lastOffset(),
                topic,
                why);
    }

    private void keep(ShareGroupDLQRecordParameter letter, String topic) throws IOException, InterruptedException {
        var stream = stream(topic);
        var target = broker.partition(stream.id(), letter.topicIdPartition().partition() % stream.partitions())
                .orElseThrow(() -> new IOException("the topic was deleted just now"));
        var copies = copies(letter);
        int bytesMax = target.log().config().batchBytesMax();
        long next = letter.firstOffset();
        while (next <= letter.lastOffset()) {
            var records = records(letter, next, copies, bytesMax);
            append(target, records);
            next += records.size();
        }
    }

    // ---- where to

    private Stream stream(String topic) throws IOException {
        var prefix = server.errorsDLQTopicNamePrefix();
        if (topic.startsWith("__")) throw new IOException("its name begins with __, as the server's own topics do");
        if (!topic.startsWith(prefix))
            throw new IOException("its name does not begin with '%s', as errors.deadletterqueue.topic.name.prefix wants"
                    .formatted(prefix));
        var known = broker.catalog().stream(topic);
        var stream = known.isPresent() ? known.get() : created(topic);
        if (!Boolean.parseBoolean(broker.setting(stream, TopicConfig.ERRORS_DEADLETTERQUEUE_GROUP_ENABLE_CONFIG)))
            throw new IOException("the topic's setting %s is false"
                    .formatted(TopicConfig.ERRORS_DEADLETTERQUEUE_GROUP_ENABLE_CONFIG));
        return stream;
    }

    private Stream created(String topic) throws IOException {
        if (!server.errorsDLQAutoCreateTopicsEnable())
            throw new IOException(
                    "there is no such topic, and errors.deadletterqueue.auto.create.topics.enable is false");
        var asked = new NewStream(
                topic,
                Stream.Kind.USER,
                Stream.Mode.PROVISIONED,
                0, // the server's default
                Map.of(
                        TopicConfig.ERRORS_DEADLETTERQUEUE_GROUP_ENABLE_CONFIG,
                        "true",
                        StreamSettings.TIMESTAMP_TYPE,
                        "CreateTime"));
        return switch (broker.create(asked)) {
            case CatalogOutcome.Done(var stream) -> stream;
            case CatalogOutcome.AlreadyExists(var stream) -> stream;
            case CatalogOutcome.Invalid(var field, var detail) -> throw new IOException(field + ": " + detail);
            case CatalogOutcome.NotFound(var missing) -> throw new IOException(missing + " was not found");
            case CatalogOutcome.Unknown(var cause) -> throw cause;
        };
    }

    // ---- what

    /// As many as fit into a batch, but at least one.
    private List<SimpleRecord> records(
            ShareGroupDLQRecordParameter letter, long from, NavigableMap<Long, Record> copies, int bytesMax) {
        var records = new ArrayList<SimpleRecord>();
        long now = clock.millis();
        int bytes = DefaultRecordBatch.RECORD_BATCH_OVERHEAD;
        for (long offset = from; offset <= letter.lastOffset(); offset++) {
            var copy = Optional.ofNullable(copies.get(offset));
            var key = copy.filter(Record::hasKey).map(Record::key).orElse(null);
            var value = copy.filter(Record::hasValue).map(Record::value).orElse(null);
            var headers = headers(letter, offset);
            bytes += DefaultRecord.sizeInBytes(records.size(), 0, key, value, headers);
            if (bytes > bytesMax && !records.isEmpty()) break;
            records.add(new SimpleRecord(now, key, value, headers));
        }
        return records;
    }

    private static Header[] headers(ShareGroupDLQRecordParameter letter, long offset) {
        var headers = new ArrayList<Header>();
        headers.add(header("topic", letter.topicIdPartition().topic()));
        headers.add(
                header("partition", Integer.toString(letter.topicIdPartition().partition())));
        headers.add(header("offset", Long.toString(offset)));
        headers.add(header("group", letter.groupId()));
        letter.deliveryCount().ifPresent(count -> headers.add(header("delivery.count", count.toString())));
        letter.cause().map(Throwable::getMessage).ifPresent(message -> headers.add(header("message", message)));
        return headers.toArray(Header[]::new);
    }

    private static Header header(String name, String value) {
        return new RecordHeader("__dlq.errors." + name, value.getBytes(StandardCharsets.UTF_8));
    }

    /// The records themselves, by offset; none if the group wants no copies. One that is no longer held is left out.
    private NavigableMap<Long, Record> copies(ShareGroupDLQRecordParameter letter) throws IOException {
        var copies = new TreeMap<Long, Record>();
        boolean isWanted = configs.groupConfig(letter.groupId())
                .map(GroupConfig::errorsDLQCopyRecordEnable)
                .orElse(false);
        if (!isWanted) return copies;
        var part = letter.topicIdPartition();
        var source = broker.partition(Ids.of(part.topicId()), part.partition());
        if (source.isEmpty()) return copies;
        var log = source.get().log();
        long next = letter.firstOffset();
        while (next <= letter.lastOffset()) {
            if (!(log.read(next, log.end(), READ_BYTES) instanceof ReadOutcome.Found(var slice))) return copies;
            try (slice) {
                if (slice.isEmpty()) return copies;
                for (var record : MemoryRecords.readableRecords(slice.load().asByteBuffer())
                        .records())
                    if (record.offset() >= letter.firstOffset() && record.offset() <= letter.lastOffset())
                        copies.put(record.offset(), record);
                next = slice.nextOffset();
            }
        }
        return copies;
    }

    private void append(Partition target, List<SimpleRecord> records) throws IOException, InterruptedException {
        var wait = FIRST_WAIT;
        for (int attempt = 1; true; attempt++) {
            var outcome = append(target, bytes(records));
            switch (outcome) {
                case AppendOutcome.Appended _, AppendOutcome.Duplicate _ -> {
                    return;
                }
                case AppendOutcome.Unknown(var cause) -> throw cause;
                case Refused(var reason, var detail) -> {
                    boolean mayPass = reason == Reason.OVERLOADED || reason == Reason.DISK_FULL;
                    boolean isLast = !mayPass || attempt == ATTEMPTS_MAX;
                    if (isLast || stopping.await(wait.toMillis(), TimeUnit.MILLISECONDS))
                        throw new IOException(reason + ": " + detail);
                    wait = wait.multipliedBy(2);
                }
            }
        }
    }

    private AppendOutcome append(Partition target, Batch batch) {
        return switch (target.admit(batch, clock.millis())) {
            case Admission.In(var admitted) -> target.log().append(admitted).join();
            case Admission.Out(var fault) -> new Refused(Reason.CORRUPT, fault.detail());
        };
    }

    private static Batch bytes(List<SimpleRecord> records) {
        ByteBuffer written = MemoryRecords.withRecords(Compression.NONE, records.toArray(SimpleRecord[]::new))
                .buffer();
        var bytes = new byte[written.remaining()];
        written.get(bytes);
        return new Batch(MemorySegment.ofArray(bytes));
    }

    @Override
    public void stop() {
        stopping.countDown();
    }
}
