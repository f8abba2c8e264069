package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.HashKey;
import io.braid.broker.HashRange;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.log.AppendOutcome.Reason;
import io.braid.log.AppendOutcome.Refused;
import io.braid.log.AppendOutcome.Unknown;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.coordinator.group.GroupConfigManager;
import org.apache.kafka.server.share.persister.NoOpStatePersister;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Kafka's coordinator over logs that lose and fail, asked without a network.
@Timeout(60)
class GroupServiceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long NONE = -1;

    private final FakeStateLog log = new FakeStateLog();
    private final Stream orders = stream("orders", 1);
    private GroupService service = start(List.of(orders));

    @AfterEach
    void close() {
        service.close();
    }

    @Test
    void committedOffsetsAreThereAfterARestart() {
        assertEquals(Errors.NONE, commit(orders, 41));
        assertEquals(Errors.NONE, commit(orders, 42));

        restart(List.of(orders));

        assertEquals(42, committed(orders));
    }

    @Test
    void aCommitIsAnsweredOnlyWhenItIsOnDisk() throws Exception {
        log.hold();
        var answer = commitLater(orders, 41);
        while (log.waiting() == 0) Thread.onSpinWait();
        assertFalse(answer.isDone());

        log.turn();

        assertEquals(Errors.NONE, answer.get(10, TimeUnit.SECONDS));
    }

    @Test
    void aFailedAppendIsForgottenAndThePartitionLoadedAgain() {
        commit(orders, 41);
        log.failNext(new Unknown(new IOException("injected")));

        assertEquals(Errors.NOT_COORDINATOR, commit(orders, 99));

        assertEquals(41, committed(orders));
        assertEquals(Errors.NONE, commit(orders, 42));
        assertEquals(42, committed(orders));
    }

    @Test
    void anAppendThatIsRefusedForWantOfRoomIsTakenBackAndCanBeTriedAgain() {
        commit(orders, 41);
        log.failNext(new Refused(Reason.OVERLOADED, "full"));

        assertEquals(Errors.COORDINATOR_NOT_AVAILABLE, commit(orders, 42));

        assertEquals(41, committed(orders));
        assertEquals(Errors.NONE, commit(orders, 42));
    }

    @Test
    void aPartitionThatCannotBeReadIsNotServed() {
        commit(orders, 41);
        log.damage("injected");

        restart(List.of(orders));

        assertEquals(Errors.NOT_COORDINATOR, commit(orders, 42));
    }

    @Test
    void offsetsOfADeletedTopicAreDeletedWithIt() {
        commit(orders, 41);
        var before = log.end();

        service.follow(List.of());

        assertTrue(log.end() > before, "no tombstone was written");
        assertEquals(NONE, committed(orders));
    }

    @Test
    void offsetsOfATopicDeletedWhileNobodyFollowedAreDeletedAtTheNextStart() {
        commit(orders, 41);
        var again = stream("orders", 2);

        restart(List.of(again));

        assertEquals(NONE, committed(again));
    }

    @Test
    void aStartFindsNoOrphansWhereNoneAre() {
        commit(orders, 41);
        var before = log.end();

        restart(List.of(orders));

        assertEquals(before, log.end());
        assertEquals(41, committed(orders));
    }

    @Test
    void closingEndsEveryThread() throws Exception {
        commit(orders, 41);

        service.close();

        ThreadsLeft.none("group");
    }

    private GroupService start(List<Stream> streams) {
        var settings = new GroupSettings(Map.of());
        var config = settings.kafka();
        var started = new GroupService(
                1,
                List.of(log),
                1 << 20,
                _ -> OptionalLong.empty(),
                StateWriter.Verification.NONE,
                config,
                new GroupConfigManager(config, settings.shares()),
                new NoOpStatePersister(),
                Features::newest,
                InstantSource.system());
        started.follow(streams);
        started.load();
        try {
            started.awaitLoaded(PATIENCE);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return started;
    }

    private void restart(List<Stream> streams) {
        service.close();
        service = start(streams);
    }

    private Errors commit(Stream stream, long offset) {
        return commitLater(stream, offset).orTimeout(20, TimeUnit.SECONDS).join();
    }

    private CompletableFuture<Errors> commitLater(Stream stream, long offset) {
        var topic = new OffsetCommitRequestTopic()
                .setName(stream.name())
                .setTopicId(Ids.of(stream.id()))
                .setPartitions(List.of(
                        new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset)));
        var request = new OffsetCommitRequestData().setGroupId("group").setTopics(List.of(topic));
        return service.kafka()
                .commitOffsets(context(ApiKeys.OFFSET_COMMIT), request, BufferSupplier.NO_CACHING)
                .thenApply(answer -> Errors.forCode(
                        answer.topics().getFirst().partitions().getFirst().errorCode()));
    }

    /// Asks as an old client does, by name; again while the partition is being loaded.
    private long committed(Stream stream) {
        var topic = new OffsetFetchRequestTopics().setName(stream.name()).setPartitionIndexes(List.of(0));
        var request = new OffsetFetchRequestGroup().setGroupId("group").setTopics(List.of(topic));
        while (true) {
            var answer = service.kafka()
                    .fetchOffsets(context(ApiKeys.OFFSET_FETCH), request, true)
                    .orTimeout(20, TimeUnit.SECONDS)
                    .join();
            switch (Errors.forCode(answer.errorCode())) {
                case NONE -> {
                    return answer.topics().getFirst().partitions().getFirst().committedOffset();
                }
                case COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR -> Thread.onSpinWait();
                default -> throw new AssertionError(answer);
            }
        }
    }

    private static RequestContext context(ApiKeys api) {
        return Contexts.of(new RequestHeader(api, (short) 9, "test", 1));
    }

    private static Stream stream(String name, int id) {
        return new Stream(
                new UUID(7, id),
                name,
                Stream.Kind.USER,
                Stream.Mode.PROVISIONED,
                Instant.EPOCH,
                Map.of(),
                List.of(new Shard(
                        0, 0, 0, new Shard.Open(), new HashRange(HashKey.MIN, HashKey.MAX), List.of(), Instant.EPOCH)),
                1);
    }
}
