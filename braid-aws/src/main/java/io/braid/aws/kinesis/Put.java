package io.braid.aws.kinesis;

import io.braid.aws.kinesis.Placement.Code;
import io.braid.aws.kinesis.Placement.Failed;
import io.braid.aws.kinesis.Placement.Stored;
import io.braid.aws.kinesis.Placement.Target;
import io.braid.aws.wire.AwsFault;
import io.braid.broker.Broker;
import io.braid.broker.HashKey;
import io.braid.broker.Shard;
import io.braid.broker.ShardHold;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.log.AppendOutcome;
import io.braid.log.BatchBuilder;
import io.braid.log.Header;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// The records of one request on their way into the log: one batch per shard (more only where a partition takes no
/// batch that large), all appended before the first is waited for. One thread.
///
/// A shard may be closed between the look at the catalog and the append. If its partition went with it, the log
/// refuses and the records are routed once more; if the partition goes on with a child, the record is the child's,
/// and is answered as such, because its offset is.
final class Put {
    /// The name under which a record keeps its explicit hash key.
    static final String EXPLICIT_HASH_KEY_HEADER = "kinesis.explicit-hash-key";

    /// Looks at a changing catalog before the client has to try again.
    private static final int ROUNDS_MAX = 4;
    /// An append is answered in milliseconds; this only bounds the wait for a disk that hangs.
    private static final int ANSWER_SECONDS_MAX = 60;
    /// What a batch and a record have around keys and data; generous.
    private static final int BATCH_OVERHEAD_BYTES = 128;

    private static final int RECORD_OVERHEAD_BYTES = 160;
    private static final Header[] NO_HEADERS = {};

    private final Broker broker;
    private final String account;
    private final long nowMillis;
    private final List<PutRequest.Entry> entries;
    private final Placement[] placements;
    private final MessageDigest md5;
    private final byte[] hash = new byte[16];

    /// Records that go to one partition together.
    private static final class Group {
        final Shard shard;
        final BatchBuilder builder;
        final List<Integer> members = new ArrayList<>();
        CompletableFuture<AppendOutcome> answer = new CompletableFuture<>();

        Group(Shard shard, long nowMillis) {
            this.shard = shard;
            this.builder = new BatchBuilder(nowMillis);
        }
    }

    Put(Broker broker, String account, long nowMillis, List<PutRequest.Entry> entries) {
        this.broker = broker;
        this.account = account;
        this.nowMillis = nowMillis;
        this.entries = entries;
        this.placements = new Placement[entries.size()];
        try {
            this.md5 = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has MD5", e);
        }
    }

    /// Puts all records and answers where each went, in the order of the request.
    ///
    /// @throws AwsFault an explicit hash key is out of range: nothing was put
    Placement[] run(Stream stream) {
        var keys = new HashKey[entries.size()];
        for (int i = 0; i < keys.length; i++) keys[i] = hashKey(entries.get(i));
        List<Integer> waiting = new ArrayList<>(keys.length);
        for (int i = 0; i < keys.length; i++) waiting.add(i);
        for (int round = 1; !waiting.isEmpty(); round++) {
            var held = round > ROUNDS_MAX ? Optional.<ShardHold>empty() : broker.hold(stream.id());
            if (held.isEmpty()) {
                for (int i : waiting) placements[i] = new Failed(Code.INTERNAL, "The stream is changing: try again.");
                break;
            }
            try (var hold = held.get()) { // no shard closes between choosing it and the answer of the log
                waiting = round(hold.stream(), keys, waiting);
            }
        }
        return placements;
    }

    private HashKey hashKey(PutRequest.Entry entry) {
        if (entry.explicitHashKey().isPresent()) {
            var decimal = entry.explicitHashKey().get();
            var value = new BigInteger(decimal);
            if (value.bitLength() > 128)
                throw AwsFault.invalidArgument(
                        "Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value"
                                + " was "
                                + decimal);
            return HashKey.of(value);
        }
        try {
            md5.update(entry.key().asByteBuffer());
            md5.digest(hash, 0, hash.length);
        } catch (DigestException e) {
            throw new IllegalStateException("an MD5 has 16 bytes", e);
        }
        var halves = ByteBuffer.wrap(hash);
        return new HashKey(halves.getLong(), halves.getLong());
    }

    /// Routes, appends and waits once; answers the records that have to be routed again.
    private List<Integer> round(Stream stream, HashKey[] keys, List<Integer> members) {
        var groups = group(stream, keys, members);
        for (var group : groups) append(stream, group);
        var again = new ArrayList<Integer>();
        for (var group : groups) settle(stream, group, again);
        again.sort(null); // records keep the order of the request
        return again;
    }

    private List<Group> group(Stream stream, HashKey[] keys, List<Integer> members) {
        int batchBytesMax = Integer.parseInt(broker.setting(stream, StreamSettings.MAX_MESSAGE_BYTES));
        var groups = new ArrayList<Group>();
        Map<Integer, Group> filling = new HashMap<>();
        for (int i : members) {
            var entry = entries.get(i);
            var shard = stream.shardFor(keys[i]);
            var group = filling.get(shard.index());
            if (group == null || isTooSmallFor(group, entry, batchBytesMax)) {
                group = new Group(shard, nowMillis);
                filling.put(shard.index(), group);
                groups.add(group);
            }
            group.builder.add(nowMillis, entry.key(), entry.data(), headers(entry));
            group.members.add(i);
        }
        return groups;
    }

    private static boolean isTooSmallFor(Group group, PutRequest.Entry entry, int batchBytesMax) {
        long size = group.builder.byteSize() + entry.byteSize() + RECORD_OVERHEAD_BYTES + BATCH_OVERHEAD_BYTES;
        return size > batchBytesMax && !group.members.isEmpty();
    }

    private static Header[] headers(PutRequest.Entry entry) {
        if (entry.explicitHashKey().isEmpty()) return NO_HEADERS;
        var value = entry.explicitHashKey().get().getBytes(StandardCharsets.US_ASCII);
        return new Header[] {new Header(EXPLICIT_HASH_KEY_HEADER, MemorySegment.ofArray(value))};
    }

    private void append(Stream stream, Group group) {
        var partition = broker.partition(stream.id(), group.shard.partition());
        if (partition.isPresent() && partition.get().isWritable())
            group.answer = partition.get().log().append(group.builder.build());
        else
            group.answer.complete(new AppendOutcome.Refused(
                    AppendOutcome.Reason.NOT_OWNER, "the partition takes no records any more"));
    }

    private void settle(Stream stream, Group group, List<Integer> again) {
        switch (outcome(group)) {
            case AppendOutcome.Appended(long first, long _) -> stored(stream, group, first);
            case AppendOutcome.Duplicate(long first, long _) -> stored(stream, group, first);
            case AppendOutcome.Refused(var reason, String detail) -> {
                switch (reason) {
                    case NOT_OWNER -> again.addAll(group.members);
                    case OVERLOADED -> failed(group, new Failed(Code.THROTTLED, rateExceeded(stream, group.shard)));
                    case CORRUPT, TOO_LARGE, OUT_OF_SEQUENCE, FENCED, NOT_NEXT ->
                        failed(group, new Failed(Code.INTERNAL, detail));
                }
            }
            case AppendOutcome.Unknown _ -> failed(group, new Failed(Code.INTERNAL, "Internal service failure."));
        }
    }

    private String rateExceeded(Stream stream, Shard shard) {
        return "Rate exceeded for shard %s in stream %s under account %s."
                .formatted(Lookup.shardId(shard.index()), stream.name(), account);
    }

    private static AppendOutcome outcome(Group group) {
        try {
            return group.answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return new AppendOutcome.Unknown(new IOException("no answer from the log", e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server is stopping
            return new AppendOutcome.Unknown(new IOException("interrupted", e));
        } catch (ExecutionException e) {
            throw new IllegalStateException("an append is answered, never failed", e);
        }
    }

    private void stored(Stream stream, Group group, long first) {
        var target = Target.of(shardOf(stream, group, first), nowMillis);
        for (int place = 0; place < group.members.size(); place++)
            placements[group.members.get(place)] = new Stored(target, first + place);
    }

    /// The shard whose offsets the batch got: another than it was meant for if that was closed in between.
    private Shard shardOf(Stream stream, Group group, long first) {
        var now = broker.catalog().stream(stream.id()).orElse(stream);
        return now == stream
                ? group.shard
                : Lookup.shardAt(now, group.shard.partition(), first).orElse(group.shard);
    }

    private void failed(Group group, Failed failed) {
        for (int i : group.members) placements[i] = failed;
    }
}
