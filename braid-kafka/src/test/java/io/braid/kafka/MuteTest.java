package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.braid.broker.Quotas;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.CreateTopicsResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.junit.jupiter.api.Test;

class MuteTest {
    private static final short VERSION = 5;

    private final Mute mute = new Mute(
            new Throttles(() -> new Quotas(Map.of()), LimitSettings.DEFAULT, new TestClock()), new TestClock());

    @Test
    void whoGotAllThatWasAskedForWaitsAsItIsTold() {
        assertEquals(700, mute.end(request(), answer(700, Errors.NONE), 100, Duration.ZERO));
    }

    @Test
    void whoWasRefusedIsToldWhenToComeBackAndNotMadeToWait() {
        assertEquals(0, mute.end(request(), answer(700, Errors.THROTTLING_QUOTA_EXCEEDED), 100, Duration.ZERO));
    }

    @Test
    void whatTheAnswerSaysIsNotMadeShorter() {
        var response = new CreateTopicsResponse(new CreateTopicsResponseData().setThrottleTimeMs(700));

        mute.tell(request(), response, 300);
        assertEquals(700, response.throttleTimeMs());

        mute.tell(request(), response, 900);
        assertEquals(900, response.throttleTimeMs());
    }

    private static Answer answer(int throttleMillis, Errors error) {
        var data = new CreateTopicsResponseData().setThrottleTimeMs(throttleMillis);
        data.topics().add(new CreatableTopicResult().setName("t").setErrorCode(error.code()));
        return Answer.of(new CreateTopicsResponse(data));
    }

    private static Request request() {
        var context = Contexts.of(new RequestHeader(ApiKeys.CREATE_TOPICS, VERSION, "test", 1));
        var body = new CreateTopicsRequest.Builder(new CreateTopicsRequestData()).build(VERSION);
        return new Request(context, body, new InetSocketAddress(0), new Doorbell(() -> false));
    }
}
