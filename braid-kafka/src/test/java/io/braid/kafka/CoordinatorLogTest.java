package io.braid.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CoordinatorLogTest {
    private final Logger logger = Logger.getLogger(CoordinatorRuntime.class.getName());
    private final List<String> written = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            written.add(line.getLevel() + " " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        CoordinatorLog.install();
        handler.setLevel(Level.ALL);
        logger.addHandler(handler);
    }

    @AfterEach
    void listenNoMore() {
        logger.removeHandler(handler);
        logger.setLevel(null);
    }

    @Test
    void whatAClientIsToldIsNoErrorOfTheServers() {
        logger.log(Level.SEVERE, "ended", new ConcurrentTransactionsException("ended"));
        logger.log(Level.SEVERE, "fenced", new InvalidProducerEpochException("fenced"));
        logger.log(Level.SEVERE, "not asked", new InvalidTxnStateException("not asked"));

        assertEquals(List.of(), written);
    }

    @Test
    void butWhoDebugsClientsMaySeeIt() {
        logger.setLevel(Level.FINE);

        logger.log(Level.SEVERE, "ended", new ConcurrentTransactionsException("ended"));

        assertEquals(List.of("FINE ended"), written);
    }

    @Test
    void anErrorStaysOne() {
        logger.log(Level.SEVERE, "the disk", new KafkaStorageException("the disk"));
        logger.log(Level.SEVERE, "a bug", new IllegalStateException());
        logger.log(Level.SEVERE, "no exception");

        assertEquals(List.of("SEVERE the disk", "SEVERE a bug", "SEVERE no exception"), written);
    }
}
