package io.braid.delivery;

import java.util.concurrent.atomic.LongAdder;

/// What a channel has done since the server started. Any thread.
final class Counts {
    final LongAdder records = new LongAdder();
    final LongAdder bytes = new LongAdder(); // of records, before they are packed
    final LongAdder objects = new LongAdder();
    final LongAdder objectBytes = new LongAdder();
    final LongAdder deadLetters = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder damaged = new LongAdder();
    final LongAdder failures = new LongAdder(); // attempts that have to be made again
}
