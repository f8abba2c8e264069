package io.braid.broker;

import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;

/// A log and a broker in one directory, with a clock that moves when told to and chance from a seed. Opening the
/// directory again is opening another one of these.
final class TestServer implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-23T10:00:00.250Z");

    final Clock clock = new Clock();
    final Log log;
    final Broker broker;

    TestServer(Path directory) throws IOException {
        this(directory, BrokerConfig.DEFAULT, 1);
    }

    TestServer(Path directory, BrokerConfig config, long seed) throws IOException {
        log = Log.open(new LogConfig(directory), clock);
        try {
            broker = Broker.open(log, config, clock, new Random(seed));
        } catch (IOException | RuntimeException e) {
            log.close();
            throw e;
        }
    }

    static final class Clock implements InstantSource {
        private volatile Instant now = START;

        @Override
        public Instant instant() {
            return now;
        }

        void move(Duration by) {
            now = now.plus(by);
        }
    }

    Stream create(NewStream stream) {
        return ((CatalogOutcome.Done) broker.create(stream)).stream();
    }

    @Override
    public void close() throws IOException {
        broker.close();
        log.close();
    }
}
