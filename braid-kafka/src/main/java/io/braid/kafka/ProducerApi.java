package io.braid.kafka;

import io.braid.broker.Broker;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.InitProducerIdResponse;

/// InitProducerId without a transactional id: identities for idempotent producers.
final class ProducerApi {
    private static final Logger LOG = System.getLogger(ProducerApi.class.getName());

    private final Broker broker;

    ProducerApi(Broker broker) {
        this.broker = broker;
    }

    /// A new id each time: without a transactional id there is nothing that a producer could go on with; the
    /// epochs it counts up by itself (KIP-360) are checked by the log.
    Answer initProducerId() {
        try {
            return answer(new InitProducerIdResponseData()
                    .setProducerId(broker.newProducerId())
                    .setProducerEpoch((short) 0));
        } catch (IOException e) {
            LOG.log(Level.ERROR, "no producer id could be reserved: {0}", e.getMessage());
            return answer(new InitProducerIdResponseData().setErrorCode(Errors.COORDINATOR_NOT_AVAILABLE.code()));
        }
    }

    private static Answer answer(InitProducerIdResponseData data) {
        return Answer.of(new InitProducerIdResponse(data));
    }
}
