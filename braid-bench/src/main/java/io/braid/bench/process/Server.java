package io.braid.bench.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/// A server under measurement.
public sealed interface Server extends AutoCloseable {

    /// What it is called in results.
    String name();

    /// What it has used since its start.
    Usage usage() throws IOException;

    /// Stops it.
    @Override
    void close();

    /// A server that Kafka clients can use.
    sealed interface ForKafka extends Server permits Braid, Kafka {
        /// `host:port`, as Kafka's clients want it.
        String bootstrap();

        /// The directory that holds its records.
        Path data();
    }

    /// A server that Kinesis clients can use.
    sealed interface ForKinesis extends Server permits Braid, KinesisEmulator {
        /// Where it listens for HTTP without TLS.
        InetSocketAddress http();
    }
}
