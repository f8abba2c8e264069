package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterClientQuotasOptions;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaAlteration.Op;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.requests.MetadataResponse;
import org.apache.kafka.common.requests.ProduceResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Quotas, by Kafka's own admin client and on the wire (where the client calls itself `wire`).
@Timeout(120)
class QuotaTest {
    private static final ClientQuotaEntity WIRE = entity("client-id", "wire");
    private static final ClientQuotaEntity EACH_USER = entity("user", null);
    private static final ClientQuotaEntity EACH_HOST = entity("ip", null);
    private static final ClientQuotaEntity HOST = entity("ip", "10.0.0.1");
    private static final ClientQuotaEntity PAIR = new ClientQuotaEntity(Map.of("user", "ann", "client-id", "app"));

    @TempDir
    private Path directory;

    private TestServer server;
    private Admin admin;

    @BeforeEach
    void start() throws IOException {
        server = TestServer.start(directory);
        admin = server.admin();
    }

    @AfterEach
    void stop() throws IOException {
        admin.close();
        server.close();
    }

    @Test
    void quotasAreDescribedAsTheyWereSet() throws Exception {
        set(WIRE, new Op("producer_byte_rate", 1000.0), new Op("request_percentage", 12.5));
        set(EACH_USER, new Op("consumer_byte_rate", 2000.0));
        set(PAIR, new Op("consumer_byte_rate", 3000.0));

        assertEquals(
                Map.of(
                        WIRE, Map.of("producer_byte_rate", 1000.0, "request_percentage", 12.5),
                        EACH_USER, Map.of("consumer_byte_rate", 2000.0),
                        PAIR, Map.of("consumer_byte_rate", 3000.0)),
                described(ClientQuotaFilter.all()));
        assertEquals(
                Map.of(EACH_USER, Map.of("consumer_byte_rate", 2000.0)),
                described(ClientQuotaFilter.containsOnly(List.of(ClientQuotaFilterComponent.ofEntityType("user")))));
        assertEquals(
                Map.of(PAIR, Map.of("consumer_byte_rate", 3000.0)),
                described(ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntity("user", "ann")))));
        assertEquals(
                Map.of(EACH_USER, Map.of("consumer_byte_rate", 2000.0)),
                described(ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofDefaultEntity("user")))));
        assertEquals(
                Map.of(),
                described(ClientQuotaFilter.containsOnly(
                        List.of(ClientQuotaFilterComponent.ofEntity("client-id", "app")))));
    }

    @Test
    void quotasOfAddressesAreDescribedAsTheyWereSet() throws Exception {
        set(WIRE, new Op("controller_mutation_rate", 0.5));
        set(EACH_HOST, new Op("connection_creation_rate", 1000.0));
        set(HOST, new Op("connection_creation_rate", 10.0));

        var own = Map.of(HOST, Map.of("connection_creation_rate", 10.0));
        var byDefault = Map.of(EACH_HOST, Map.of("connection_creation_rate", 1000.0));
        var both = new HashMap<>(own);
        both.putAll(byDefault);
        var all = new HashMap<>(both);
        all.put(WIRE, Map.of("controller_mutation_rate", 0.5));
        assertEquals(all, described(ClientQuotaFilter.all()));
        assertEquals(
                both, described(ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("ip")))));
        assertEquals(
                own,
                described(ClientQuotaFilter.containsOnly(
                        List.of(ClientQuotaFilterComponent.ofEntity("ip", "10.0.0.1")))));
        assertEquals(
                byDefault,
                described(ClientQuotaFilter.containsOnly(List.of(ClientQuotaFilterComponent.ofDefaultEntity("ip")))));

        set(HOST, new Op("connection_creation_rate", null));
        assertEquals(
                byDefault,
                described(ClientQuotaFilter.contains(List.of(ClientQuotaFilterComponent.ofEntityType("ip")))));
    }

    @Test
    void whatIsTakenAwayIsGone() throws Exception {
        set(WIRE, new Op("producer_byte_rate", 1000.0), new Op("request_percentage", 12.5));

        set(WIRE, new Op("producer_byte_rate", null));
        assertEquals(Map.of(WIRE, Map.of("request_percentage", 12.5)), described(ClientQuotaFilter.all()));

        set(WIRE, new Op("request_percentage", null));
        assertEquals(Map.of(), described(ClientQuotaFilter.all()));
    }

    @Test
    void validationChangesNothing() throws Exception {
        admin.alterClientQuotas(
                        List.of(new ClientQuotaAlteration(WIRE, List.of(new Op("producer_byte_rate", 1.0)))),
                        new AlterClientQuotasOptions().validateOnly(true))
                .all()
                .get();

        assertEquals(Map.of(), described(ClientQuotaFilter.all()));
    }

    @Test
    void whatCannotBeKeptIsRefused() {
        assertRefused("Invalid configuration key speed", WIRE, new Op("speed", 1.0));
        assertRefused("Quota producer_byte_rate must be greater than 0", WIRE, new Op("producer_byte_rate", 0.0));
        assertRefused(
                "Quota request_percentage must be a finite number", WIRE, new Op("request_percentage", Double.NaN));
        assertRefused("producer_byte_rate cannot be a fractional value.", WIRE, new Op("producer_byte_rate", 1.5));
        assertRefused(
                "Quota controller_mutation_rate must be greater than 0", WIRE, new Op("controller_mutation_rate", 0.0));
        assertRefused(
                "Invalid configuration key connection_creation_rate", WIRE, new Op("connection_creation_rate", 1.0));
        assertRefused("Invalid configuration key producer_byte_rate", HOST, new Op("producer_byte_rate", 1.0));
        assertRefused(
                "connection_creation_rate cannot be a fractional value.",
                HOST,
                new Op("connection_creation_rate", 1.5));
        assertRefused(
                "Proposed value for connection_creation_rate is too large for an INT.",
                HOST,
                new Op("connection_creation_rate", 3e9));
        assertRefused(
                "no such host is not a valid IP or resolvable host.",
                entity("ip", "no such host"),
                new Op("connection_creation_rate", 1.0));
    }

    private void assertRefused(String message, ClientQuotaEntity entity, Op change) {
        var failure = assertThrows(ExecutionException.class, () -> set(entity, change))
                .getCause();
        assertInstanceOf(InvalidRequestException.class, failure);
        assertEquals(message, failure.getMessage());
    }

    @Test
    void aProducerOverItsQuotaIsToldToWaitAndNotReadFrom() throws Exception {
        admin.createTopics(List.of(new org.apache.kafka.clients.admin.NewTopic("t", 1, (short) 1)))
                .all()
                .get();
        set(WIRE, new Op("producer_byte_rate", 1000.0));

        try (var wire = new Wire(server.listener().address())) {
            long began = System.nanoTime();
            var first = wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(10_500));
            int wait = first.throttleTimeMs();
            wire.ask(MetadataResponse.class, ApiKeys.METADATA, 9, new MetadataRequestData());
            long waited = (System.nanoTime() - began) / 1_000_000;

            assertTrue(wait > 400 && wait < 1_000, () -> "told to wait for " + wait);
            assertTrue(waited >= wait, () -> "waited " + waited + " of " + wait);
        }
    }

    @Test
    void whoIsNotMeantIsNotThrottled() throws Exception {
        admin.createTopics(List.of(new org.apache.kafka.clients.admin.NewTopic("t", 1, (short) 1)))
                .all()
                .get();
        set(entity("client-id", "another"), new Op("producer_byte_rate", 1.0));

        try (var wire = new Wire(server.listener().address())) {
            assertEquals(
                    0,
                    wire.ask(ProduceResponse.class, ApiKeys.PRODUCE, 9, produce(10_500))
                            .throttleTimeMs());
        }
    }

    @Test
    void aConsumerOverItsQuotaGetsItsRecordsAndIsToldToWait() throws Exception {
        try (var producer = server.producer(Map.of("linger.ms", 0))) {
            for (int i = 0; i < 12; i++)
                producer.send(new ProducerRecord<>("t", new byte[1_000])).get();
        }
        set(WIRE, new Op("consumer_byte_rate", 1000.0));

        try (var wire = new Wire(server.listener().address())) {
            var one = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, fetch());
            var two = wire.ask(FetchResponse.class, ApiKeys.FETCH, 12, fetch());

            int bytes = FetchResponse.recordsSize(
                    one.data().responses().getFirst().partitions().getFirst());
            assertTrue(bytes > 8_000 && bytes <= 10_000, () -> bytes + " bytes at once");
            assertEquals(0, one.throttleTimeMs());
            assertTrue(two.throttleTimeMs() > 5_000, () -> "told to wait for " + two.throttleTimeMs());
        }
    }

    @Test
    void theClientsOwnMetersSeeTheWait() throws Exception {
        set(entity("client-id", "slow"), new Op("producer_byte_rate", 1000.0));

        try (var producer = server.producer(Map.of("client.id", "slow", "linger.ms", 0, "batch.size", 0))) {
            for (int i = 0; i < 11; i++)
                producer.send(new ProducerRecord<>("t", new byte[1_000])).get();

            var waited = producer.metrics().values().stream()
                    .filter(metric -> metric.metricName().name().equals("produce-throttle-time-max"))
                    .mapToDouble(metric -> (double) metric.metricValue())
                    .max();
            assertTrue(waited.orElseThrow() > 0);
        }
    }

    @Test
    void quotasOutliveTheServer() throws Exception {
        set(PAIR, new Op("consumer_byte_rate", 3000.0));

        admin.close();
        server.close();
        start();

        assertEquals(Map.of(PAIR, Map.of("consumer_byte_rate", 3000.0)), described(ClientQuotaFilter.all()));
    }

    private void set(ClientQuotaEntity entity, Op... changes) throws Exception {
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, Arrays.asList(changes))))
                .all()
                .get();
    }

    private Map<ClientQuotaEntity, Map<String, Double>> described(ClientQuotaFilter filter) throws Exception {
        return admin.describeClientQuotas(filter).entities().get();
    }

    private static ClientQuotaEntity entity(String type, String name) {
        var entries = new HashMap<String, String>();
        entries.put(type, name);
        return new ClientQuotaEntity(entries);
    }

    private static ProduceRequestData produce(int bytes) {
        var records = MemoryRecords.withRecords(Compression.NONE, new SimpleRecord(new byte[bytes]));
        var topics = new ProduceRequestData.TopicProduceDataCollection();
        topics.add(new ProduceRequestData.TopicProduceData()
                .setName("t")
                .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData().setRecords(records))));
        return new ProduceRequestData().setAcks((short) -1).setTimeoutMs(10_000).setTopicData(topics);
    }

    private static FetchRequestData fetch() {
        var partition = new FetchRequestData.FetchPartition()
                .setPartition(new TopicPartition("t", 0).partition())
                .setPartitionMaxBytes(1 << 20);
        return new FetchRequestData()
                .setMaxBytes(1 << 20)
                .setTopics(
                        List.of(new FetchRequestData.FetchTopic().setTopic("t").setPartitions(List.of(partition))));
    }
}
