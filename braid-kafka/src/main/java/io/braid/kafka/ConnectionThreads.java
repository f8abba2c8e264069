package io.braid.kafka;

import java.util.concurrent.Semaphore;

/// What connections run on: some have platform threads, all others virtual ones. Any thread.
///
/// A virtual thread costs next to nothing while its client is silent, but each time it waits for its socket the JDK
/// asks the kernel to watch the socket, and two more threads hand the answer on. With few busy clients that is a fifth
/// of the server's processor time. So those that come first, and many more than the processors could run at once,
/// have threads that wait in the kernel themselves (docs/decisions/0106).
final class ConnectionThreads {
    private static final int CONNECTIONS_PER_PROCESSOR = 8;

    private final Semaphore platform;

    ConnectionThreads() {
        this(CONNECTIONS_PER_PROCESSOR * Runtime.getRuntime().availableProcessors());
    }

    /// @param platform so many connections at once have platform threads
    ConnectionThreads(int platform) {
        this.platform = new Semaphore(platform);
    }

    /// Starts what serves a connection; whatever [#startBeside] starts from there is of the same kind.
    Thread start(String name, Runnable serve) {
        boolean hasPlace = platform.tryAcquire();
        return start(hasPlace, name, () -> {
            try {
                serve.run();
            } finally {
                if (hasPlace) platform.release();
            }
        });
    }

    /// Starts another thread of the kind that this is called on.
    static Thread startBeside(String name, Runnable task) {
        return start(!Thread.currentThread().isVirtual(), name, task);
    }

    private static Thread start(boolean onPlatform, String name, Runnable task) {
        if (onPlatform)
            try {
                return Thread.ofPlatform().daemon().name(name).start(task);
            } catch (OutOfMemoryError _) {
                // The system gives no more threads: a virtual one needs none of its own.
            }
        return Thread.ofVirtual().name(name).start(task);
    }
}
