package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import io.braid.log.PartitionLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransaction;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTransactionCollection;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.ListTransactionsRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceDataCollection;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarkerTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AddOffsetsToTxnResponse;
import org.apache.kafka.common.requests.AddPartitionsToTxnResponse;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.DescribeProducersResponse;
import org.apache.kafka.common.requests.EndTxnResponse;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.InitProducerIdResponse;
import org.apache.kafka.common.requests.ListTransactionsResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.TxnOffsetCommitResponse;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Transactions on the wire: every version of every request, and what no client of Kafka's would send.
@Timeout(120)
class TransactionWireTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private static final TopicPartition T1 = new TopicPartition("t", 1);
    private static final TopicPartition NONE = new TopicPartition("t", 9);

    @TempDir
    private Path directory;

    private TestServer server;
    private Wire wire;
    private UUID topic;

    @BeforeEach
    void start() throws IOException {
        var standard = TestServer.config(KafkaListener.Limits.DEFAULT, true);
        server = TestServer.start(
                directory,
                new KafkaListener.Config(
                        standard.host(),
                        standard.port(),
                        standard.advertised(),
                        standard.topics().autoCreate(),
                        standard.limits(),
                        Map.of(
                                "transaction.abort.timed.out.transaction.cleanup.interval.ms", "20",
                                "add.partitions.to.txn.retry.backoff.max.ms", "20000")));
        wire = new Wire(server.listener().address());
        var created = (CatalogOutcome.Done) server.broker().create(NewStream.of("t", 2));
        topic = created.stream().id();
    }

    @AfterEach
    void stop() throws IOException {
        wire.close();
        server.close();
    }

    // ---- versions

    @Test
    void transactionsOfVersionTwoAreAdvertised() throws IOException {
        var answer = wire.ask(
                        ApiVersionsResponse.class,
                        ApiKeys.API_VERSIONS,
                        4,
                        new org.apache.kafka.common.message.ApiVersionsRequestData()
                                .setClientSoftwareName("wire")
                                .setClientSoftwareVersion("1"))
                .data();

        assertEquals(2, answer.finalizedFeatures().find("transaction.version").maxVersionLevel());
        assertEquals(2, answer.supportedFeatures().find("transaction.version").maxVersion());
        assertEquals(5, answer.apiKeys().find(ApiKeys.INIT_PRODUCER_ID.id).maxVersion());
    }

    @Test
    void aTransactionIsMadeInAllVersionsOfOlderClients() throws IOException {
        for (int version = 0; version <= 4; version++) {
            var id = "old-" + version;
            var producer = init(id, version, none());
            int adding = Math.min(version, 3);
            assertEquals(Map.of(T0, Errors.NONE, T1, Errors.NONE), add(id, producer, adding, T0, T1));
            assertEquals(Errors.NONE, produce(id, producer, 3 + 2 * version, T0, 0));
            assertEquals(Errors.NONE, addOffsets(id, producer, version));
            assertEquals(Errors.NONE, commitOffset(id, producer, version, version));
            assertEquals(Errors.NONE, end(id, producer, version, true));
            assertEquals(Map.of(T0, Errors.NONE), add(id, producer, adding, T0), "the next one");
            assertEquals(Errors.NONE, produce(id, producer, 3 + 2 * version, T0, 1));
            assertEquals(Errors.NONE, end(id, producer, version, false));
            awaitStable(0);
        }
    }

    @Test
    void aTransactionIsMadeInAllVersionsOfNewerClients() throws IOException {
        for (int version = 12; version <= 13; version++) {
            var id = "new-" + version;
            var producer = init(id, 5, none());
            assertEquals(Errors.NONE, produce(id, producer, version, T0, 0));
            assertEquals(Errors.NONE, produce(id, producer, version, T1, 0));
            assertEquals(Errors.NONE, commitOffset(id, producer, version - 7, 7));
            var ended = endAsked(id, producer, 5, true);
            assertEquals(Errors.NONE, ended.error());
            assertEquals(producer.id(), ended.data().producerId());
            assertEquals(producer.epoch() + 1, ended.data().producerEpoch());

            var next = new Producer(producer.id(), ended.data().producerEpoch());
            assertEquals(Errors.NONE, eventually(() -> produce(id, next, 13, T0, 0), Errors.NOT_ENOUGH_REPLICAS));
            assertEquals(Errors.NONE, end(id, next, 5, false));
            awaitStable(0);
            awaitStable(1);
        }
    }

    @Test
    void clientsAreFencedInTheWordsTheyKnow() throws IOException {
        var zombie = init("x", 4, none());
        init("x", 4, none());

        assertEquals(Errors.INVALID_PRODUCER_EPOCH, initError("x", 3, zombie));
        assertEquals(Errors.PRODUCER_FENCED, initError("x", 4, zombie));
        assertEquals(Map.of(T0, Errors.INVALID_PRODUCER_EPOCH), add("x", zombie, 1, T0));
        assertEquals(Map.of(T0, Errors.PRODUCER_FENCED), add("x", zombie, 2, T0));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, addOffsets("x", zombie, 1));
        assertEquals(Errors.PRODUCER_FENCED, addOffsets("x", zombie, 2));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, end("x", zombie, 1, true));
        assertEquals(Errors.PRODUCER_FENCED, end("x", zombie, 2, true));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, produce("x", zombie, 9, T0, 0));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, commitOffset("x", zombie, 3, 1));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, commitOffset("x", zombie, 5, 1));
        assertEquals(0, log(0).end());
    }

    // ---- what is refused

    @Test
    void identitiesThatMakeNoSenseAreRefused() throws IOException {
        assertEquals(Errors.INVALID_REQUEST, initError("", 4, none()));
        assertEquals(Errors.INVALID_REQUEST, initError("x", 4, new Producer(5, (short) -1)));
        assertEquals(
                Errors.INVALID_TRANSACTION_TIMEOUT,
                wire.ask(
                                InitProducerIdResponse.class,
                                ApiKeys.INIT_PRODUCER_ID,
                                4,
                                initAsked("x", none()).setTransactionTimeoutMs(0))
                        .error());
        var producer = init("x", 4, none());
        assertEquals(Errors.INVALID_PRODUCER_ID_MAPPING, end("y", producer, 4, true));
        assertEquals(
                Map.of(T0, Errors.INVALID_PRODUCER_ID_MAPPING),
                add("x", new Producer(producer.id() + 1, (short) 0), 3, T0));
        assertEquals(Errors.INVALID_REQUEST, end("", producer, 4, true));
        assertEquals(Errors.INVALID_TXN_STATE, end("x", producer, 4, true));
    }

    @Test
    void aPartitionThatWasNotAddedIsNotWrittenTo() throws IOException {
        var producer = init("x", 4, none());
        add("x", producer, 3, T1);

        assertEquals(Errors.INVALID_TXN_STATE, produce("x", producer, 10, T0, 0));
        assertEquals(Errors.TRANSACTION_ABORTABLE, produce("x", producer, 11, T0, 0));
        assertEquals(Errors.INVALID_TXN_STATE, commitOffset("x", producer, 3, 1));
        assertEquals(Errors.TRANSACTION_ABORTABLE, commitOffset("x", producer, 4, 1));
        assertEquals(Errors.INVALID_PRODUCER_ID_MAPPING, produce("y", producer, 11, T0, 0));
        assertEquals(0, log(0).end());
    }

    @Test
    void ifOnePartitionIsMissingNoneIsAdded() throws IOException {
        var producer = init("x", 4, none());

        assertEquals(
                Map.of(T0, Errors.OPERATION_NOT_ATTEMPTED, NONE, Errors.UNKNOWN_TOPIC_OR_PARTITION),
                add("x", producer, 3, T0, NONE));
        assertEquals(Errors.TRANSACTION_ABORTABLE, produce("x", producer, 11, T0, 0));
    }

    @Test
    void brokersAskAboutManyTransactionsAtOnce() throws IOException {
        var one = init("one", 4, none());
        var two = init("two", 4, none());
        add("one", one, 3, T0);
        for (int version = 4; version <= 5; version++) {
            var transactions = new AddPartitionsToTxnTransactionCollection();
            transactions.add(transaction("one", one, true, T0, T1));
            transactions.add(transaction("two", two, false, T1));

            var answer = wire.ask(
                    AddPartitionsToTxnResponse.class,
                    ApiKeys.ADD_PARTITIONS_TO_TXN,
                    version,
                    new AddPartitionsToTxnRequestData().setTransactions(transactions));

            assertEquals(
                    Map.of(
                            "one", Map.of(T0, Errors.NONE, T1, Errors.TRANSACTION_ABORTABLE),
                            "two", Map.of(T1, Errors.NONE)),
                    answer.errors());
        }
    }

    @Test
    void aLateBatchBehindATimeoutIsRefusedAndNothingHangs() throws IOException {
        var asked = initAsked("x", none()).setTransactionTimeoutMs(1_500);
        var data = wire.ask(InitProducerIdResponse.class, ApiKeys.INIT_PRODUCER_ID, 4, asked)
                .data();
        var producer = new Producer(data.producerId(), data.producerEpoch());
        add("x", producer, 3, T0, T1);
        assertEquals(Errors.NONE, produce("x", producer, 11, T0, 0));
        while (log(1).end() == 0) Thread.onSpinWait(); // the abort's end is in both
        awaitStable(0);

        assertEquals(Errors.INVALID_PRODUCER_EPOCH, produce("x", producer, 11, T0, 1));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, produce("x", producer, 11, T1, 0));
        assertEquals(Errors.INVALID_PRODUCER_EPOCH, produce("x", producer, 13, T1, 0));
        assertEquals(Errors.PRODUCER_FENCED, end("x", producer, 4, true));
        awaitStable(0);
        awaitStable(1);
    }

    @Test
    void aLateBatchOfAnOlderClientsEndedTransactionIsRefused() throws IOException {
        var producer = init("x", 4, none());
        add("x", producer, 3, T0);
        assertEquals(Errors.NONE, produce("x", producer, 11, T0, 0));
        assertEquals(Errors.NONE, end("x", producer, 4, true));
        while (log(0).end() < 2) Thread.onSpinWait();

        var refused = eventually(() -> produce("x", producer, 11, T0, 1), Errors.NOT_ENOUGH_REPLICAS);

        assertEquals(Errors.TRANSACTION_ABORTABLE, refused);
        awaitStable(0);
    }

    // ---- order

    @Test
    void requestsBehindOneThatBeginsATransactionAreTakenInOrder() throws IOException {
        var producer = init("x", 5, none());
        var sent = new ArrayList<RequestHeader>();
        for (int sequence = 0; sequence < 20; sequence++)
            sent.add(wire.send(
                    ApiKeys.PRODUCE, 13, produceAsked("x", producer, 13, sequence % 2 == 0 ? T0 : T1, sequence / 2)));

        for (int i = 0; i < sent.size(); i++) {
            var answer = only((ProduceResponse) wire.receive(sent.get(i)));
            assertEquals("NONE " + i / 2, Errors.forCode(answer.errorCode()) + " " + answer.baseOffset());
        }
        assertEquals(Errors.NONE, end("x", producer, 5, true));
    }

    // ---- readers

    @Test
    void readersAreToldWhatWasAborted() throws IOException {
        var producer = init("x", 5, none());
        produce("x", producer, 13, T0, 0);
        produce("x", producer, 13, T0, 1);
        end("x", producer, 5, false);
        awaitStable(0);

        for (int version = 4; version <= 18; version++) {
            var committed = fetch(version, (byte) 1);
            assertEquals(
                    List.of(new AbortedTransaction()
                            .setProducerId(producer.id())
                            .setFirstOffset(0)),
                    committed.abortedTransactions(),
                    "version " + version);
            assertEquals(3, committed.lastStableOffset());
            assertEquals(List.of(), fetch(version, (byte) 0).abortedTransactions());
        }
    }

    // ---- administrators

    @Test
    void endsAreWrittenByHandWhereTransactionsMayBe() throws IOException {
        var producer = init("x", 5, none());
        produce("x", producer, 13, T0, 0);
        for (int version = 1; version <= 2; version++) {
            var marker = new WritableTxnMarker()
                    .setProducerId(producer.id())
                    .setProducerEpoch((short) version)
                    .setTransactionResult(false)
                    .setTopics(List.of(
                            new WritableTxnMarkerTopic().setName("t").setPartitionIndexes(List.of(0, 9)),
                            new WritableTxnMarkerTopic()
                                    .setName(TransactionCoordination.STREAM)
                                    .setPartitionIndexes(List.of(0))));

            var answer = wire.ask(
                    WriteTxnMarkersResponse.class,
                    ApiKeys.WRITE_TXN_MARKERS,
                    version,
                    new WriteTxnMarkersRequestData().setMarkers(List.of(marker)));

            assertEquals(
                    Map.of(
                            T0,
                            Errors.NONE,
                            NONE,
                            Errors.UNKNOWN_TOPIC_OR_PARTITION,
                            new TopicPartition(TransactionCoordination.STREAM, 0),
                            Errors.INVALID_TOPIC_EXCEPTION),
                    answer.errorsByProducerId().get(producer.id()));
            awaitStable(0);
        }
    }

    @Test
    void listingSaysWhichFiltersItDoesNotKnow() throws IOException {
        assertEquals(
                List.of(), list(2, new ListTransactionsRequestData()).data().transactionStates());
        init("x", 5, none());
        for (int version = 0; version <= 2; version++) {
            var unknown = list(version, new ListTransactionsRequestData().setStateFilters(List.of("Nosuch", "Empty")));
            assertEquals(List.of("Nosuch"), unknown.data().unknownStateFilters());
            assertEquals(1, unknown.data().transactionStates().size());
        }
        var bad = list(2, new ListTransactionsRequestData().setTransactionalIdPattern("("));
        assertEquals(Errors.INVALID_REGULAR_EXPRESSION.code(), bad.data().errorCode());
        var of = new ListTransactionsRequestData().setProducerIdFilters(List.of(12345L));
        assertEquals(List.of(), list(0, of).data().transactionStates());
    }

    @Test
    void producersOfTopicsThatAreNotThereAreNotDescribed() throws IOException {
        var asked = new DescribeProducersRequestData();
        asked.topics().add(new TopicRequest().setName("t").setPartitionIndexes(List.of(0, 9)));
        asked.topics().add(new TopicRequest().setName("no/name").setPartitionIndexes(List.of(0)));

        var answer = wire.ask(DescribeProducersResponse.class, ApiKeys.DESCRIBE_PRODUCERS, 0, asked);

        var topics = List.copyOf(answer.data().topics());
        assertEquals(Errors.NONE.code(), topics.get(0).partitions().get(0).errorCode());
        assertEquals(
                Errors.UNKNOWN_TOPIC_OR_PARTITION.code(),
                topics.get(0).partitions().get(1).errorCode());
        assertEquals(
                Errors.INVALID_TOPIC_EXCEPTION.code(),
                topics.get(1).partitions().get(0).errorCode());
    }

    // ---- helpers

    private static Producer none() {
        return new Producer(-1, (short) -1);
    }

    private static InitProducerIdRequestData initAsked(String id, Producer expected) {
        return new InitProducerIdRequestData()
                .setTransactionalId(id)
                .setTransactionTimeoutMs(60_000)
                .setProducerId(expected.id())
                .setProducerEpoch(expected.epoch());
    }

    private Producer init(String id, int version, Producer expected) throws IOException {
        var answer = wire.ask(InitProducerIdResponse.class, ApiKeys.INIT_PRODUCER_ID, version, initAsked(id, expected))
                .data();
        assertEquals(Errors.NONE.code(), answer.errorCode());
        assertNotEquals(-1, answer.producerId());
        return new Producer(answer.producerId(), answer.producerEpoch());
    }

    private Errors initError(String id, int version, Producer expected) throws IOException {
        return wire.ask(InitProducerIdResponse.class, ApiKeys.INIT_PRODUCER_ID, version, initAsked(id, expected))
                .error();
    }

    private Map<TopicPartition, Errors> add(String id, Producer producer, int version, TopicPartition... partitions)
            throws IOException {
        var answer = wire.ask(
                AddPartitionsToTxnResponse.class,
                ApiKeys.ADD_PARTITIONS_TO_TXN,
                version,
                new AddPartitionsToTxnRequestData()
                        .setV3AndBelowTransactionalId(id)
                        .setV3AndBelowProducerId(producer.id())
                        .setV3AndBelowProducerEpoch(producer.epoch())
                        .setV3AndBelowTopics(topics(partitions)));
        return answer.errors().get(AddPartitionsToTxnResponse.V3_AND_BELOW_TXN_ID);
    }

    private static AddPartitionsToTxnTransaction transaction(
            String id, Producer producer, boolean verifyOnly, TopicPartition... partitions) {
        return new AddPartitionsToTxnTransaction()
                .setTransactionalId(id)
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setVerifyOnly(verifyOnly)
                .setTopics(topics(partitions));
    }

    private static AddPartitionsToTxnTopicCollection topics(TopicPartition... partitions) {
        var byName = new HashMap<String, AddPartitionsToTxnTopic>();
        for (var partition : partitions)
            byName.computeIfAbsent(
                            partition.topic(),
                            name -> new AddPartitionsToTxnTopic().setName(name).setPartitions(new ArrayList<>()))
                    .partitions()
                    .add(partition.partition());
        return new AddPartitionsToTxnTopicCollection(byName.values().iterator());
    }

    private Errors addOffsets(String id, Producer producer, int version) throws IOException {
        var asked = new AddOffsetsToTxnRequestData()
                .setTransactionalId(id)
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setGroupId("g");
        return Errors.forCode(wire.ask(AddOffsetsToTxnResponse.class, ApiKeys.ADD_OFFSETS_TO_TXN, version, asked)
                .data()
                .errorCode());
    }

    private Errors commitOffset(String id, Producer producer, int version, long offset) throws IOException {
        var asked = new TxnOffsetCommitRequestData()
                .setTransactionalId(id)
                .setGroupId("g")
                .setProducerId(producer.id())
                .setProducerEpoch(producer.epoch())
                .setTopics(List.of(new TxnOffsetCommitRequestTopic()
                        .setName(version < 6 ? "t" : "")
                        .setTopicId(version < 6 ? Uuid.ZERO_UUID : Ids.of(topic))
                        .setPartitions(List.of(new TxnOffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)))));
        var answer = wire.ask(TxnOffsetCommitResponse.class, ApiKeys.TXN_OFFSET_COMMIT, version, asked);
        return Errors.forCode(
                answer.data().topics().getFirst().partitions().getFirst().errorCode());
    }

    private ProduceRequestData produceAsked(
            String id, Producer producer, int version, TopicPartition partition, int sequence) {
        var records = MemoryRecords.withTransactionalRecords(
                Compression.NONE, producer.id(), producer.epoch(), sequence, new SimpleRecord(1, new byte[10]));
        var topics = new TopicProduceDataCollection();
        topics.add(new TopicProduceData()
                .setName(version < 13 ? "t" : "")
                .setTopicId(version < 13 ? Uuid.ZERO_UUID : Ids.of(topic))
                .setPartitionData(List.of(new PartitionProduceData()
                        .setIndex(partition.partition())
                        .setRecords(records))));
        return new ProduceRequestData()
                .setTransactionalId(id)
                .setAcks((short) -1)
                .setTimeoutMs(1000)
                .setTopicData(topics);
    }

    private Errors produce(String id, Producer producer, int version, TopicPartition partition, int sequence)
            throws IOException {
        var asked = produceAsked(id, producer, version, partition, sequence);
        return Errors.forCode(only(wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, version, asked))
                .errorCode());
    }

    private static org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse only(
            ProduceResponse response) {
        return response.data()
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .getFirst();
    }

    private EndTxnResponse endAsked(String id, Producer producer, int version, boolean committed) throws IOException {
        return wire.ask(
                EndTxnResponse.class,
                ApiKeys.END_TXN,
                version,
                new EndTxnRequestData()
                        .setTransactionalId(id)
                        .setProducerId(producer.id())
                        .setProducerEpoch(producer.epoch())
                        .setCommitted(committed));
    }

    private Errors end(String id, Producer producer, int version, boolean committed) throws IOException {
        return endAsked(id, producer, version, committed).error();
    }

    private org.apache.kafka.common.message.FetchResponseData.PartitionData fetch(int version, byte isolation)
            throws IOException {
        var asked = new FetchRequestData()
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(1 << 20)
                .setIsolationLevel(isolation)
                .setSessionEpoch(-1)
                .setTopics(List.of(new FetchTopic()
                        .setTopic(version < 13 ? "t" : "")
                        .setTopicId(version < 13 ? Uuid.ZERO_UUID : Ids.of(topic))
                        .setPartitions(
                                List.of(new FetchPartition().setPartition(0).setPartitionMaxBytes(1 << 20)))));
        return wire.ask(FetchResponse.class, ApiKeys.FETCH, version, asked)
                .data()
                .responses()
                .getFirst()
                .partitions()
                .getFirst();
    }

    private ListTransactionsResponse list(int version, ListTransactionsRequestData asked) throws IOException {
        return wire.ask(ListTransactionsResponse.class, ApiKeys.LIST_TRANSACTIONS, version, asked);
    }

    private PartitionLog log(int partition) {
        return server.broker().partition("t", partition).orElseThrow().log();
    }

    /// The end is answered before it is carried out.
    private void awaitStable(int partition) {
        var log = log(partition);
        while (log.lastStable() < log.end()) Thread.onSpinWait();
        assertTrue(log.end() > 0);
    }

    private interface Question {
        Errors ask() throws IOException;
    }

    private static Errors eventually(Question question, Errors notYet) throws IOException {
        var answer = question.ask();
        while (answer == notYet) answer = question.ask();
        return answer;
    }
}
