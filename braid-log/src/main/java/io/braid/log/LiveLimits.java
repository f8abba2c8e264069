package io.braid.log;

/// What may be changed while a log is open. Whoever obeys one of these limits asks for it each time it is needed, so
/// that a change counts from its next use on. Any thread may look; whoever changes is alone, or the last one wins.
public final class LiveLimits {
    private volatile Values values;

    LiveLimits(LogConfig config) {
        values = new Values(config.producerMillis(), config.compaction());
    }

    /// @param producerMillis a producer that has not written for this long is forgotten, at least 1
    /// @param compaction     what compaction may take from the rest
    public record Values(long producerMillis, CompactionLimits compaction) {
        public Values {
            new Problems()
                    .require(producerMillis >= 1, "log.producer-millis", producerMillis, "must be at least 1")
                    .raise();
        }
    }

    public Values now() {
        return values;
    }

    public void change(Values changed) {
        values = changed;
    }
}
