package io.braid.it;

import java.util.concurrent.atomic.AtomicInteger;

/// Names of streams and groups that no other test of this JVM uses.
final class Names {
    private static final AtomicInteger NEXT = new AtomicInteger();

    private Names() {}

    static String fresh(String prefix) {
        return prefix + "-" + NEXT.incrementAndGet();
    }
}
