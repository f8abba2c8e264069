package io.braid.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;

/// Writes no ends, but remembers them; answers at once what it is told to, or not before [#turn]. Any thread.
final class FakeEnds implements EndWriter {
    private final List<String> written = new ArrayList<>();
    private final Queue<Errors> answers = new ArrayDeque<>();
    private final Queue<CompletableFuture<Errors>> waiting = new ArrayDeque<>();
    private final Set<TopicPartition> open = new HashSet<>();
    private boolean holding;

    /// Ends wait for [#turn] from now on.
    synchronized FakeEnds hold() {
        holding = true;
        return this;
    }

    /// What the next ends are answered, one after the other; further ones are written.
    synchronized void answerNext(Errors... next) {
        answers.addAll(List.of(next));
    }

    @Override
    public synchronized CompletableFuture<Errors> write(TopicPartition partition, EndOfTransaction end) {
        written.add("%s of %d/%d in %s"
                .formatted(end.isCommit() ? "commit" : "abort", end.producerId(), end.epoch(), partition));
        var answer = new CompletableFuture<Errors>();
        if (holding) waiting.add(answer);
        else answer.complete(answers.isEmpty() ? Errors.NONE : answers.remove());
        return answer;
    }

    /// The partitions that say they have something open.
    synchronized void open(TopicPartition... partitions) {
        open.addAll(List.of(partitions));
    }

    @Override
    public synchronized boolean isOpen(TopicPartition partition, long producerId) {
        return open.contains(partition);
    }

    /// Answers all that wait.
    void turn() {
        List<CompletableFuture<Errors>> all;
        synchronized (this) {
            all = List.copyOf(waiting);
            waiting.clear();
            holding = false;
        }
        for (var each : all) each.complete(Errors.NONE);
    }

    synchronized int waiting() {
        return waiting.size();
    }

    synchronized List<String> written() {
        return List.copyOf(written);
    }
}
