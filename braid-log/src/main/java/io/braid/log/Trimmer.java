package io.braid.log;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Makes retention by time exact to the batch: a segment goes when its newest record is too old, which in a slow
/// stream can be days after its oldest was. One thread at a time; it reads, so that the writers need not.
final class Trimmer {
    private static final System.Logger LOG = System.getLogger(Trimmer.class.getName());

    private final Collection<PartitionLog> partitions;
    private final InstantSource clock;

    /// @param partitions those there are whenever it takes a turn
    Trimmer(Collection<PartitionLog> partitions, InstantSource clock) {
        this.partitions = partitions;
        this.clock = clock;
    }

    /// Looks at every partition once. The answers come when the records are gone.
    List<CompletableFuture<Long>> turn() {
        long now = clock.millis();
        var answers = new ArrayList<CompletableFuture<Long>>();
        for (var partition : partitions) {
            try {
                var answer = partition.trim(now);
                if (!answer.isDone()) answers.add(answer);
            } catch (IOException e) { // it is tried again, and who reads there is told
                LOG.log(System.Logger.Level.WARNING, "cannot look for old records in " + partition.id(), e);
            }
        }
        return answers;
    }
}
