package io.braid.kafka;

import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.kafka.common.errors.ConcurrentTransactionsException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRuntime;

/// What Kafka's coordinator runtime may call an error. It does so whatever kept records from being written, also where
/// [TransactionGuards] tells a client that it comes too late. The client is told, and comes again or gives up; nobody
/// has to look at the server for it. Such lines are for debugging. Any thread.
final class CoordinatorLog {
    /// Held, as loggers that nobody holds are forgotten together with their filter.
    private static final Logger RUNTIME = Logger.getLogger(CoordinatorRuntime.class.getName());

    private CoordinatorLog() {}

    /// Takes effect for all coordinators of the process; more than once is as good as once.
    static void install() {
        RUNTIME.setFilter(CoordinatorLog::isWritten);
    }

    private static boolean isWritten(LogRecord line) {
        if (!isForClient(line.getThrown())) return true;
        line.setLevel(Level.FINE);
        return RUNTIME.isLoggable(Level.FINE);
    }

    private static boolean isForClient(Throwable thrown) {
        return thrown instanceof ConcurrentTransactionsException
                || thrown instanceof InvalidProducerEpochException
                || thrown instanceof InvalidTxnStateException;
    }
}
