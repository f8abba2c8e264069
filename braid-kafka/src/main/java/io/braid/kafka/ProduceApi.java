package io.braid.kafka;

import io.braid.broker.Admission;
import io.braid.broker.BatchFault;
import io.braid.broker.Broker;
import io.braid.broker.Partition;
import io.braid.broker.Stream;
import io.braid.kafka.Answer.Reply;
import io.braid.log.AppendOutcome;
import io.braid.log.AppendOutcome.Appended;
import io.braid.log.AppendOutcome.Duplicate;
import io.braid.log.Batch;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.ProduceResponse;

/// Produce: the reader thread submits every batch where the socket put it, so that the next request is appended
/// while this one waits for the disk; the writer thread waits for the outcomes and says them.
///
/// `acks=1` and `acks=all` mean the same here, as there is one copy: the stream's durability decides.
final class ProduceApi implements Handler {
    private static final Logger LOG = System.getLogger(ProduceApi.class.getName());
    private static final int NO_ACKS = 0;
    private static final int FIRST_VERSION_WITH_TOPIC_IDS = 13;
    private static final int MAGIC_OFFSET = 16; // within a batch
    private static final int MAGIC = 2;

    /// One partition's part of a request: refused at once, submitted, too late, or waiting for its transaction's
    /// coordinator.
    private sealed interface Part {}

    private record Refused(int index, Errors error, String detail, List<BatchFault.OfRecord> records) implements Part {}

    /// @param batch belongs to the log until the outcome is there, and then says what the log has stamped into it
    private record Submitted(int index, Partition partition, Batch batch, CompletableFuture<AppendOutcome> outcome)
            implements Part {}

    /// To a partition that takes no more. It may have come before, and only its answer was lost.
    private record Late(int index, Partition partition, Batch batch, CompletableFuture<AppendOutcome> found)
            implements Part {}

    private record Waiting(
            int index, Partition partition, Batch batch, CompletableFuture<TransactionalAppends.Entry> entry)
            implements Part {}

    /// @param name the topic's, which version 13 has no use for
    private record Topic(String name, Uuid id, List<Part> parts) {}

    private final Broker broker;
    private final TransactionalAppends transactions;
    private final InstantSource clock;

    ProduceApi(Broker broker, TransactionalAppends transactions, InstantSource clock) {
        this.broker = broker;
        this.transactions = transactions;
        this.clock = clock;
    }

    @Override
    public Answer handle(Request request) {
        var body = (ProduceRequest) request.body();
        var fault = fault(body);
        var round = transactions.round(body.data().transactionalId(), PartitionEntry.ofProduce(request.version()));
        var topics = new ArrayList<Topic>(body.data().topicData().size());
        try {
            for (var topic : body.data().topicData()) {
                var parts = new ArrayList<Part>(topic.partitionData().size());
                for (var partition : topic.partitionData())
                    parts.add(
                            fault.isPresent()
                                    ? refused(
                                            partition, fault.get(), fault.get().message())
                                    : submit(topic, partition, request.version(), round));
                topics.add(new Topic(topic.name(), topic.topicId(), parts));
            }
        } finally {
            round.ask(); // or those who wait would wait for ever
        }
        short version = request.version();
        if (body.acks() == NO_ACKS) return new Answer.None(() -> awaitAll(topics, version));
        return new Answer.Turn(() -> Reply.of(new ProduceResponse(response(topics, version))));
    }

    /// What is wrong with the request as a whole.
    private static Optional<Errors> fault(ProduceRequest body) {
        if (body.acks() < -1 || body.acks() > 1) return Optional.of(Errors.INVALID_REQUIRED_ACKS);
        return Optional.empty();
    }

    // ---- reader thread

    private Part submit(
            TopicProduceData topic, PartitionProduceData data, short version, TransactionalAppends.Round round) {
        boolean byId = version >= FIRST_VERSION_WITH_TOPIC_IDS;
        var found = byId
                ? broker.partition(Ids.of(topic.topicId()), data.index())
                : broker.partition(topic.name(), data.index());
        if (found.isEmpty()) return unknown(topic, data, byId);
        var partition = found.get();
        if (partition.stream().kind() == Stream.Kind.INTERNAL)
            return refused(
                    data, Errors.INVALID_TOPIC_EXCEPTION, "the server's own topics cannot be produced to by clients");
        if (!(data.records() instanceof MemoryRecords records))
            return refused(data, Errors.INVALID_RECORD, "no records");
        var bytes = records.buffer();
        var fault = fault(bytes);
        if (fault.isPresent()) return refused(data, Errors.INVALID_RECORD, fault.get());
        var batch = new Batch(MemorySegment.ofBuffer(bytes));
        if (batch.isControl()) return refused(data, Errors.INVALID_RECORD, "clients may not write control batches");
        if (!partition.isWritable())
            return new Late(data.index(), partition, batch, partition.log().find(batch));
        return switch (partition.admit(batch, clock.millis())) {
            case Admission.Out(var broken) -> refused(data, broken);
            case Admission.In(var admitted) -> append(data, partition, admitted, round);
        };
    }

    private static Part append(
            PartitionProduceData data, Partition partition, Batch batch, TransactionalAppends.Round round) {
        if (!batch.isTransactional())
            return new Submitted(data.index(), partition, batch, partition.log().append(batch));
        if (!round.hasTransactionalId())
            return refused(
                    data,
                    Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, // as Kafka says
                    "a batch that belongs to a transaction, in a request without transactional id");
        return new Waiting(data.index(), partition, batch, round.append(partition, batch));
    }

    private Part unknown(TopicProduceData topic, PartitionProduceData data, boolean byId) {
        boolean idKnown =
                !byId || broker.catalog().stream(Ids.of(topic.topicId())).isPresent();
        var error = idKnown ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.UNKNOWN_TOPIC_ID;
        return refused(data, error, error.message());
    }

    /// A client sends exactly one batch for each partition, since Kafka 0.11. Its checksum is the log's business.
    private static Optional<String> fault(ByteBuffer bytes) {
        if (bytes.remaining() < Batch.HEADER_BYTES)
            return Optional.of("%d bytes of records: shorter than a batch's header".formatted(bytes.remaining()));
        int magic = bytes.get(bytes.position() + MAGIC_OFFSET);
        if (magic != MAGIC)
            return Optional.of(
                    "records of format %d: produce requests of this version carry format 2".formatted(magic));
        long length = Batch.PREFIX_BYTES + (long) bytes.getInt(bytes.position() + Batch.PREFIX_BYTES - Integer.BYTES);
        if (length != bytes.remaining())
            return Optional.of("a batch of %d bytes in %d bytes of records: should be exactly one batch"
                    .formatted(length, bytes.remaining()));
        return Optional.empty();
    }

    private static Refused refused(PartitionProduceData data, Errors error, String detail) {
        return new Refused(data.index(), error, detail, List.of());
    }

    private static Refused refused(PartitionProduceData data, BatchFault fault) {
        return new Refused(data.index(), ProduceErrors.of(fault), ProduceErrors.detail(fault), fault.records());
    }

    // ---- writer thread

    private static ProduceResponseData response(List<Topic> topics, short version) {
        var data = new ProduceResponseData();
        for (var topic : topics) {
            var responses =
                    new ArrayList<PartitionProduceResponse>(topic.parts().size());
            for (var part : topic.parts()) responses.add(response(part, version));
            data.responses()
                    .add(new TopicProduceResponse()
                            .setName(topic.name())
                            .setTopicId(topic.id())
                            .setPartitionResponses(responses));
        }
        return data;
    }

    private static PartitionProduceResponse response(Part part, short version) {
        return switch (part) {
            case Refused(int index, Errors error, String detail, var records) ->
                failure(index, error, detail).setRecordErrors(errors(records));
            case Submitted(int index, Partition partition, Batch batch, var pending) ->
                response(index, partition, batch, pending.join(), version);
            case Late(int index, Partition partition, Batch batch, var found) ->
                isNotThere(found.join())
                        ? failure(index, Errors.POLICY_VIOLATION, whyLate(index, partition))
                        : response(index, partition, batch, found.join(), version);
            case Waiting(int index, Partition partition, Batch batch, var entry) ->
                switch (entry.join()) {
                    case TransactionalAppends.Entry.In(var pending) ->
                        response(index, partition, batch, pending.join(), version);
                    case TransactionalAppends.Entry.Out(Errors error, String detail) -> failure(index, error, detail);
                };
        };
    }

    private static PartitionProduceResponse response(
            int index, Partition partition, Batch batch, AppendOutcome outcome, short version) {
        return switch (outcome) {
            case Appended(long first, long _) -> success(index, first, partition, appendTime(batch));
            case Duplicate(long first, long _) ->
                success(index, first, partition, appendTimeAt(partition.log(), first));
            case AppendOutcome.Refused _, AppendOutcome.Unknown _ ->
                failure(index, error(batch, outcome, version), ProduceErrors.detail(outcome));
        };
    }

    private static boolean isNotThere(AppendOutcome outcome) {
        return outcome instanceof AppendOutcome.Refused(AppendOutcome.Reason reason, String _)
                && reason == AppendOutcome.Reason.NOT_OWNER;
    }

    private static String whyLate(int index, Partition partition) {
        return "partition %d of %s was merged into another and takes no more records; produce to another partition"
                .formatted(index, partition.stream().name());
    }

    private static Errors error(Batch batch, AppendOutcome outcome, short version) {
        return batch.isTransactional()
                ? ProduceErrors.ofTransactional(outcome, version)
                : ProduceErrors.of(outcome, version);
    }

    private static long appendTime(Batch batch) {
        return batch.hasAppendTime() ? batch.maxTimestamp() : RecordBatch.NO_TIMESTAMP;
    }

    /// That of the first attempt, which the bytes of a further one do not tell.
    private static long appendTimeAt(PartitionLog log, long offset) {
        if (!log.config().hasAppendTime()) return RecordBatch.NO_TIMESTAMP;
        try {
            return BatchHead.at(log, offset).map(ProduceApi::appendTime).orElse(RecordBatch.NO_TIMESTAMP);
        } catch (IOException e) { // the records are there all the same, and that is what the client must know
            LOG.log(Level.WARNING, "cannot read when " + log.id() + " at " + offset + " was appended", e);
            return RecordBatch.NO_TIMESTAMP;
        }
    }

    private static PartitionProduceResponse success(
            int index, long firstOffset, Partition partition, long appendTimeMillis) {
        return new PartitionProduceResponse()
                .setIndex(index)
                .setBaseOffset(firstOffset)
                .setLogAppendTimeMs(appendTimeMillis)
                .setLogStartOffset(partition.log().start());
    }

    private static PartitionProduceResponse failure(int index, Errors error, String detail) {
        return new PartitionProduceResponse()
                .setIndex(index)
                .setErrorCode(error.code())
                .setBaseOffset(-1)
                .setErrorMessage(detail);
    }

    /// A client fails these records with what is said of each, and the others of the batch because of these.
    private static List<BatchIndexAndErrorMessage> errors(List<BatchFault.OfRecord> records) {
        return records.stream()
                .map(record -> new BatchIndexAndErrorMessage()
                        .setBatchIndex(record.index())
                        .setBatchIndexErrorMessage(record.detail()))
                .toList();
    }

    /// With `acks=0` nobody is told what failed; the connection ends instead, upon which the client asks for
    /// metadata anew, as with Kafka.
    private static void awaitAll(List<Topic> topics, short version) throws IOException {
        for (var topic : topics) {
            for (var part : topic.parts()) {
                var response = response(part, version);
                if (response.errorCode() != Errors.NONE.code())
                    throw new IOException("produce with acks=0 to %s-%d failed: %s"
                            .formatted(topic.name(), response.index(), response.errorMessage()));
            }
        }
    }
}
