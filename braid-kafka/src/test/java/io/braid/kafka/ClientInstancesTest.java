package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.braid.broker.ResourceConfigs;
import io.braid.kafka.ClientInstances.Client;
import io.braid.kafka.ClientInstances.Push;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class ClientInstancesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Uuid ID = new Uuid(7, 7);
    private static final Client CLIENT =
            new Client("connection", Map.of("client_id", "app-1", "client_software_name", "librdkafka"));

    private final TestClock clock = new TestClock();
    private ResourceConfigs configs = configs(Map.of("all", Map.of("metrics", "*", "interval.ms", "1000")));
    private final ClientInstances instances =
            new ClientInstances(() -> configs, 100, 3, clock, new SplittableRandom(1));

    @Test
    void whoMatchesSeveralSubscriptionsIsAskedForAllAtTheShortestInterval() {
        configs = configs(Map.of(
                "one", Map.of("metrics", "b,a", "interval.ms", "5000", "match", "client_id=app-.*"),
                "two", Map.of("metrics", "a,c", "match", "client_software_name=librdkafka,client_id=app.*"),
                "three", Map.of("metrics", "d", "interval.ms", "100", "match", "client_id=app"),
                "four", Map.of("metrics", "e", "match", "client_source_port=1")));

        var wanted = instances.ask(ID, CLIENT).wanted();

        assertEquals(List.of("a", "b", "c"), wanted.metrics());
        assertEquals(5000, wanted.intervalMillis());
    }

    @Test
    void whoMatchesNoSubscriptionIsAskedForNothing() {
        configs = configs(Map.of());

        var wanted = instances.ask(ID, CLIENT).wanted();

        assertEquals(List.of(), wanted.metrics());
        assertEquals(300_000, wanted.intervalMillis());
    }

    @Test
    void allIsAllWhateverElseIsAskedFor() {
        configs = configs(Map.of("one", Map.of("metrics", "a,*"), "two", Map.of("metrics", "b")));

        assertEquals(List.of("*"), instances.ask(ID, CLIENT).wanted().metrics());
    }

    @Test
    void aClientAsksAndPushesOnceInEachInterval() {
        assertEquals(Errors.NONE, ask());
        assertEquals(Errors.THROTTLING_QUOTA_EXCEEDED, ask());
        assertEquals(Errors.NONE, push(), "soon after it has asked");
        assertEquals(Errors.THROTTLING_QUOTA_EXCEEDED, push());
        clock.move(SECOND);
        assertEquals(Errors.NONE, push());
        assertEquals(Errors.THROTTLING_QUOTA_EXCEEDED, ask());
        clock.move(SECOND);
        assertEquals(Errors.NONE, ask());
        assertEquals(Errors.NONE, push());
    }

    @Test
    void theLastPushIsTakenAtAnyTimeAndIsTheLast() {
        push();

        assertEquals(Errors.NONE, push(new Push(id(), true, true, 1)));
        assertEquals(Errors.INVALID_REQUEST, push());
        assertEquals(Errors.INVALID_REQUEST, push());
    }

    @Test
    void aChangedSubscriptionIsAskedForAtOnce() {
        ask();
        int before = id();
        push();
        configs = configs(Map.of("all", Map.of("metrics", "a", "interval.ms", "1000")));

        assertEquals(Errors.UNKNOWN_SUBSCRIPTION_ID, push(new Push(before, false, true, 1)));
        assertEquals(Errors.NONE, ask());
        assertEquals(Errors.NONE, push());
    }

    @Test
    void theSameSubscriptionHasTheSameIdAfterARestart() {
        var another = new ClientInstances(() -> configs, 100, 3, clock, new SplittableRandom(2));

        assertEquals(id(), another.ask(ID, CLIENT).wanted().id());
        assertNotEquals(id(), another.ask(new Uuid(8, 9), CLIENT).wanted().id(), "another client");
    }

    @Test
    void badPushesAreNamed() {
        int id = id();
        assertEquals(Errors.UNSUPPORTED_COMPRESSION_TYPE, push(new Push(id, false, false, 1)));
        assertEquals(Errors.NONE, ask(), "with another codec");
        assertEquals(Errors.TELEMETRY_TOO_LARGE, push(new Push(id, false, true, 101)));
        assertEquals(Errors.THROTTLING_QUOTA_EXCEEDED, push());
        clock.move(SECOND);
        assertEquals(Errors.NONE, push(new Push(id, false, true, 100)));
    }

    @Test
    void theClientThatIsSilentForLongestIsForgottenFirst() {
        for (int i = 1; i <= 3; i++) instances.ask(new Uuid(i, i), CLIENT);
        instances.ask(new Uuid(1, 1), CLIENT);

        instances.ask(new Uuid(4, 4), CLIENT);

        assertEquals(3, instances.size());
        assertEquals(
                Errors.THROTTLING_QUOTA_EXCEEDED,
                instances.ask(new Uuid(1, 1), CLIENT).error());
        assertEquals(Errors.NONE, instances.ask(new Uuid(2, 2), CLIENT).error());
        assertEquals(3, instances.size());
    }

    @Test
    void aClientIsForgottenWithItsConnectionAndWhenItIsSilent() {
        ask();
        instances.disconnected("another");
        assertEquals(1, instances.size());
        instances.disconnected("connection");
        assertEquals(0, instances.size());

        push(new Push(id(), true, true, 1));
        clock.move(Duration.ofSeconds(61));
        assertEquals(Errors.NONE, push());
    }

    private static ResourceConfigs configs(Map<String, Map<String, String>> settings) {
        return new ResourceConfigs(settings);
    }

    private Errors ask() {
        return instances.ask(ID, CLIENT).error();
    }

    private int id() {
        return new TelemetrySubscriptions(configs).of(ID, CLIENT.attributes()).id();
    }

    private Errors push() {
        return push(new Push(id(), false, true, 1));
    }

    private Errors push(Push push) {
        return instances.push(ID, CLIENT, push).error();
    }
}
