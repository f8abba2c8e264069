package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.CatalogOutcome;
import io.braid.broker.NewStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData.ReadStateData;
import org.apache.kafka.common.message.ReadShareGroupStateResponseData.StateBatch;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartitionCollection;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopicCollection;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartitionCollection;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopicCollection;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorResponse;
import org.apache.kafka.common.requests.ReadShareGroupStateResponse;
import org.apache.kafka.common.requests.ShareAcknowledgeResponse;
import org.apache.kafka.common.requests.ShareFetchResponse;
import org.apache.kafka.common.requests.ShareGroupHeartbeatResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// ShareFetch and ShareAcknowledge as they are on the wire: sessions, and every way to be refused.
@Timeout(120)
class ShareWireTest {
    private static final String GROUP = "g";
    private static final byte ACCEPT = 1;
    private static final byte RENEW = 4;
    private static final int ASKS_MAX = 100;

    @TempDir
    Path directory;

    private GroupServer server;
    private Wire wire;
    private Uuid orders;
    private String member;

    @BeforeEach
    void start() throws Exception {
        server = new GroupServer(directory, ShareGroup.QUICK);
        ShareGroup.fromTheFirst(server, GROUP);
        if (!(server.broker().create(NewStream.of("orders", 1)) instanceof CatalogOutcome.Done(var stream)))
            throw new AssertionError("not created");
        orders = Ids.of(stream.id());
        server.produce("orders", 1, 3);
        wire = wire();
        member = join(wire);
    }

    private Wire wire() throws Exception {
        var address = server.address().split(":");
        return new Wire(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
    }

    @AfterEach
    void stop() throws Exception {
        wire.close();
        server.close();
    }

    @Test
    void aMemberThatTheGroupDoesNotKnowIsToldSo() throws Exception {
        var answer = wire.ask(
                ShareGroupHeartbeatResponse.class,
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                1,
                new ShareGroupHeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(Uuid.randomUuid().toString())
                        .setMemberEpoch(7));

        assertEquals(Errors.UNKNOWN_MEMBER_ID.code(), answer.data().errorCode());
    }

    @Test
    void aMemberOfAnotherEpochIsFenced() throws Exception {
        var answer = wire.ask(
                ShareGroupHeartbeatResponse.class,
                ApiKeys.SHARE_GROUP_HEARTBEAT,
                1,
                new ShareGroupHeartbeatRequestData()
                        .setGroupId(GROUP)
                        .setMemberId(member)
                        .setMemberEpoch(99));

        assertEquals(Errors.FENCED_MEMBER_EPOCH.code(), answer.data().errorCode());
    }

    @Test
    void aSessionBeginsGoesOnAndEnds() throws Exception {
        assertEquals(Errors.SHARE_SESSION_NOT_FOUND, error(fetch(1)));
        var acquired = untilAcquired();
        assertEquals(0, acquired.firstOffset());
        assertEquals(2, acquired.lastOffset());
        int next = epoch;
        assertEquals(Errors.INVALID_SHARE_SESSION_EPOCH, error(fetch(next + 1)));
        assertEquals(Errors.NONE, error(fetch(next)));

        assertEquals(Errors.NONE, error(fetch(-1)));

        assertEquals(Errors.SHARE_SESSION_NOT_FOUND, error(fetch(next + 1)));
        assertEquals(Errors.SHARE_SESSION_NOT_FOUND, error(fetch(-1)));
    }

    @Test
    void acknowledgementsBelongToASession() throws Exception {
        assertEquals(Errors.INVALID_SHARE_SESSION_EPOCH, error(acknowledge(0, 0, 2, ACCEPT)));
        assertEquals(Errors.SHARE_SESSION_NOT_FOUND, error(acknowledge(1, 0, 2, ACCEPT)));
        untilAcquired();
        assertEquals(Errors.INVALID_SHARE_SESSION_EPOCH, error(acknowledge(epoch + 1, 0, 2, ACCEPT)));

        assertEquals(Errors.NONE, ofPartition(acknowledge(epoch++, 1, 1, ACCEPT)));

        assertEquals(Errors.INVALID_RECORD_STATE, ofPartition(acknowledge(epoch++, 1, 1, ACCEPT)));
    }

    @Test
    void howLongRecordsAreHeldIsToldWithRecordsAndWithAcknowledgements() throws Exception {
        untilAcquired();
        int told = fetch(epoch++).acquisitionLockTimeoutMs();

        assertTrue(told > 0, () -> "told " + told);
        assertEquals(told, acknowledge(epoch++, 0, 2, ACCEPT).data().acquisitionLockTimeoutMs());
    }

    @Test
    void whatSomebodyElseHasCannotBeAcknowledged() throws Exception {
        untilAcquired();
        var mine = member;
        int mineNext = epoch;
        try (var other = wire()) {
            var first = wire;
            wire = other;
            member = Uuid.randomUuid().toString();
            epoch = 0;
            assertEquals(Errors.NONE, error(fetch(epoch++)));
            epoch = 1;

            assertEquals(Errors.INVALID_RECORD_STATE, ofPartition(acknowledge(epoch++, 0, 2, ACCEPT)));

            wire = first;
        }
        member = mine;
        epoch = mineNext;
        assertEquals(Errors.NONE, ofPartition(acknowledge(epoch++, 0, 2, ACCEPT)));
    }

    @Test
    void acknowledgementsThatMakeNoSenseAreRefused() throws Exception {
        untilAcquired();

        assertEquals(Errors.INVALID_REQUEST, ofPartition(acknowledge(epoch++, 2, 0, ACCEPT)));
        assertEquals(Errors.INVALID_REQUEST, ofPartition(acknowledge(epoch++, 0, 2)));
        assertEquals(Errors.INVALID_REQUEST, ofPartition(acknowledge(epoch++, 0, 2, ACCEPT, ACCEPT)));
        assertEquals(Errors.INVALID_REQUEST, ofPartition(acknowledge(epoch++, 0, 2, (byte) 5)));
        assertEquals(Errors.INVALID_REQUEST, ofPartition(acknowledge(epoch++, 0, 2, RENEW)));
        assertEquals(Errors.NONE, ofPartition(acknowledge(epoch++, 0, 2, ACCEPT, (byte) 2, (byte) 3)));
    }

    @Test
    void requestsThatMakeNoSenseAreRefused() throws Exception {
        assertEquals(Errors.INVALID_REQUEST, error(ask(request(0).setMemberId(""))));
        assertEquals(Errors.INVALID_REQUEST, error(ask(request(0).setMemberId("m".repeat(37)))));
        assertEquals(Errors.INVALID_REQUEST, error(ask(request(0).setGroupId(null))));
        assertEquals(Errors.INVALID_REQUEST, error(ask(request(0).setShareAcquireMode((byte) 9))));
        assertEquals(Errors.INVALID_REQUEST, error(ask(request(0).setIsRenewAck(true))));
    }

    @Test
    void aTopicThatIsNotThereIsSaidOfThePartition() throws Exception {
        orders = Uuid.randomUuid();

        var answer = fetch(0);

        assertEquals(
                Errors.UNKNOWN_TOPIC_ID.code(),
                answer.responses().iterator().next().partitions().getFirst().errorCode());
    }

    @Test
    void theRecordsOfAConnectionThatBreaksAreDeliveredToOthers() throws Exception {
        untilAcquired();
        wire.close();
        wire = wire();
        member = Uuid.randomUuid().toString();
        epoch = 0;

        var again = untilAcquired(); // long before their time is up

        assertEquals(0, again.firstOffset());
        assertEquals(2, again.deliveryCount());
    }

    @Test
    void whoAsksForTheCoordinatorOfAPartitionIsSentHere() throws Exception {
        var asked = new FindCoordinatorRequestData()
                .setKeyType((byte) 2)
                .setCoordinatorKeys(List.of("g:" + orders + ":0", "g"));

        var found = wire.ask(FindCoordinatorResponse.class, ApiKeys.FIND_COORDINATOR, 6, asked)
                .data()
                .coordinators();

        assertEquals(Errors.NONE.code(), found.getFirst().errorCode());
        assertEquals(Errors.INVALID_REQUEST.code(), found.getLast().errorCode());
    }

    @Test
    void whatIsKeptCanBeReadAsBrokersDo() throws Exception {
        untilAcquired();
        assertEquals(Errors.NONE, ofPartition(acknowledge(epoch++, 0, 1, ACCEPT)));
        var asked = new ReadShareGroupStateRequestData()
                .setGroupId(GROUP)
                .setTopics(List.of(new ReadStateData()
                        .setTopicId(orders)
                        .setPartitions(List.of(new ReadShareGroupStateRequestData.PartitionData()
                                .setPartition(0)
                                .setLeaderEpoch(1_000))))); // as the next leader would

        var kept = wire.ask(ReadShareGroupStateResponse.class, ApiKeys.READ_SHARE_GROUP_STATE, 0, asked)
                .data()
                .results()
                .getFirst()
                .partitions()
                .getFirst();

        assertEquals(Errors.NONE.code(), kept.errorCode());
        assertEquals(
                List.of(new StateBatch()
                        .setFirstOffset(0)
                        .setLastOffset(1)
                        .setDeliveryState((byte) 2)
                        .setDeliveryCount((short) 1)),
                kept.stateBatches());
    }

    // ---- asking

    private int epoch;

    private static String join(Wire wire) throws Exception {
        var member = Uuid.randomUuid().toString();
        var asked = new ShareGroupHeartbeatRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setMemberEpoch(0)
                .setSubscribedTopicNames(List.of("orders"));
        for (int i = 0; i < ASKS_MAX; i++) {
            var answer = wire.ask(ShareGroupHeartbeatResponse.class, ApiKeys.SHARE_GROUP_HEARTBEAT, 1, asked)
                    .data();
            if (answer.errorCode() != Errors.NONE.code()) throw new AssertionError(Errors.forCode(answer.errorCode()));
            asked.setMemberEpoch(answer.memberEpoch()).setSubscribedTopicNames(null);
            if (answer.assignment() != null
                    && !answer.assignment().topicPartitions().isEmpty()) return member;
        }
        throw new AssertionError("nothing was assigned");
    }

    private AcquiredRecords untilAcquired() throws Exception {
        for (int i = 0; i < ASKS_MAX; i++) {
            var answer = fetch(epoch++);
            assertEquals(Errors.NONE, error(answer));
            for (var topic : answer.responses())
                for (var partition : topic.partitions())
                    if (!partition.acquiredRecords().isEmpty())
                        return partition.acquiredRecords().getFirst();
        }
        throw new AssertionError("nothing was acquired");
    }

    private ShareFetchRequestData request(int epoch) {
        var partitions = new FetchPartitionCollection();
        partitions.add(new FetchPartition().setPartitionIndex(0));
        var topics = new FetchTopicCollection();
        if (epoch == 0) topics.add(new FetchTopic().setTopicId(orders).setPartitions(partitions));
        return new ShareFetchRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setShareSessionEpoch(epoch)
                .setMaxWaitMs(200)
                .setMinBytes(1)
                .setMaxBytes(1 << 20)
                .setMaxRecords(500)
                .setBatchSize(500)
                .setTopics(topics);
    }

    private ShareFetchResponseData fetch(int epoch) throws Exception {
        return ask(request(epoch));
    }

    private ShareFetchResponseData ask(ShareFetchRequestData asked) throws Exception {
        return wire.ask(ShareFetchResponse.class, ApiKeys.SHARE_FETCH, 2, asked).data();
    }

    private ShareAcknowledgeResponse acknowledge(int epoch, long first, long last, Byte... types) throws Exception {
        var partitions = new AcknowledgePartitionCollection();
        partitions.add(new AcknowledgePartition()
                .setPartitionIndex(0)
                .setAcknowledgementBatches(List.of(new ShareAcknowledgeRequestData.AcknowledgementBatch()
                        .setFirstOffset(first)
                        .setLastOffset(last)
                        .setAcknowledgeTypes(List.of(types)))));
        var topics = new AcknowledgeTopicCollection();
        topics.add(new AcknowledgeTopic().setTopicId(orders).setPartitions(partitions));
        var asked = new ShareAcknowledgeRequestData()
                .setGroupId(GROUP)
                .setMemberId(member)
                .setShareSessionEpoch(epoch)
                .setTopics(topics);
        return wire.ask(ShareAcknowledgeResponse.class, ApiKeys.SHARE_ACKNOWLEDGE, 2, asked);
    }

    private static Errors error(ShareFetchResponseData answer) {
        return Errors.forCode(answer.errorCode());
    }

    private static Errors error(ShareAcknowledgeResponse answer) {
        return answer.error();
    }

    private static Errors ofPartition(ShareAcknowledgeResponse answer) {
        assertEquals(Errors.NONE, answer.error());
        return Errors.forCode(answer.data()
                .responses()
                .iterator()
                .next()
                .partitions()
                .getFirst()
                .errorCode());
    }
}
