package io.braid.aws.kinesis;

import io.braid.aws.kinesis.Placement.Code;
import io.braid.aws.kinesis.Placement.Failed;
import io.braid.aws.kinesis.Placement.Stored;
import io.braid.aws.kinesis.Placement.Target;
import io.braid.aws.wire.AwsFault;
import io.braid.broker.Broker;
import io.braid.broker.HashKey;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.broker.StreamSettings;
import io.braid.broker.UsageMeter;
import io.braid.log.AppendOutcome;
import io.braid.log.Batch;
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
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;

/// The records of one request on their way into the log: one batch per shard (more only where a partition takes no
/// batch that large), all appended before the first is waited for. One thread.
///
/// The stream's shards are held as they are from the choice of the shard until the last answer, so a record is
/// always in the shard that its key belongs to, and a split waits for the puts before it.
final class Put {
    /// The name under which a record keeps its explicit hash key.
    static final String EXPLICIT_HASH_KEY_HEADER = "kinesis.explicit-hash-key";

    /// An append is answered in milliseconds; this only bounds the wait for a disk that hangs.
    private static final int ANSWER_SECONDS_MAX = 60;
    /// What a batch has around its records, and a record around its key and data; a little generous.
    private static final int BATCH_OVERHEAD_BYTES = 64;

    private static final int RECORD_OVERHEAD_BYTES = 24;
    private static final int HASH_KEY_BYTES_MAX = 72;
    private static final Header[] NO_HEADERS = {};

    private final Broker broker;
    private final UsageMeter usage;
    private final String account;
    private final long nowMillis;
    private final List<PutRequest.Entry> entries;
    private final AtomicLong spread;
    private final Rates rates;
    private final Placement[] placements;
    private final int[] shards;
    private final MessageDigest md5;
    private final byte[] hash = new byte[16];

    /// Records that go to one partition together.
    private static final class Group {
        final Shard shard;
        final List<Integer> members = new ArrayList<>();
        long bytes = BATCH_OVERHEAD_BYTES; // at most, of the batch
        Optional<Batch> batch = Optional.empty(); // the log's until there is an answer
        CompletableFuture<AppendOutcome> answer = new CompletableFuture<>();

        Group(Shard shard) {
            this.shard = shard;
        }
    }

    /// @param spread counts the records that went to a stream's shards in turn, whatever their keys
    Put(
            Broker broker,
            UsageMeter usage,
            String account,
            long nowMillis,
            List<PutRequest.Entry> entries,
            AtomicLong spread,
            Rates rates) {
        this.spread = spread;
        this.rates = rates;
        this.broker = broker;
        this.usage = usage;
        this.account = account;
        this.nowMillis = nowMillis;
        this.entries = entries;
        this.placements = new Placement[entries.size()];
        this.shards = new int[entries.size()];
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
        boolean auto = StreamAttributes.of(stream).isAutoDistributed();
        var keys = new HashKey[auto ? 0 : entries.size()];
        for (int i = 0; i < keys.length; i++) keys[i] = hashKey(entries.get(i));
        var held = broker.hold(stream.id());
        if (held.isEmpty()) {
            Arrays.fill(placements, new Failed(Code.INTERNAL, "The stream was deleted."));
            return placements;
        }
        try (var hold = held.get()) {
            var groups = group(hold.stream(), auto ? inTurn(hold.stream()) : byKey(hold.stream(), keys));
            for (var group : groups) {
                var partition = hold.partition(group.shard);
                var batch = partition.kept(batch(group));
                usage.announce(hold.stream(), group.shard.partition(), group.members.size(), batch.byteSize());
                group.answer = partition.log().append(batch);
                group.batch = Optional.of(batch);
            }
            for (var group : groups) {
                settle(hold.stream(), group);
                if (placements[group.members.getFirst()] instanceof Failed) takeBack(hold.stream(), group);
            }
        }
        return placements;
    }

    /// The index of the shard that each record's key belongs to, after [#run].
    int[] shards() {
        return shards;
    }

    /// It was announced, and is not there.
    private void takeBack(Stream stream, Group group) {
        long bytes = group.batch.orElseThrow().byteSize();
        usage.announce(stream, group.shard.partition(), -group.members.size(), -bytes);
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

    private static IntFunction<Shard> byKey(Stream stream, HashKey[] keys) {
        return i -> stream.shardFor(keys[i]);
    }

    private IntFunction<Shard> inTurn(Stream stream) {
        var open = stream.shards().stream().filter(Shard::isOpen).toList();
        long first = spread.getAndAdd(entries.size());
        return i -> open.get(Math.floorMod(first + i, open.size()));
    }

    private List<Group> group(Stream stream, IntFunction<Shard> choice) {
        int batchBytesMax = Integer.parseInt(broker.setting(stream, StreamSettings.MAX_MESSAGE_BYTES));
        var groups = new ArrayList<Group>();
        Map<Integer, Group> filling = new HashMap<>();
        for (int i = 0; i < entries.size(); i++) {
            long bytes = bytesMax(entries.get(i));
            var shard = choice.apply(i);
            shards[i] = shard.index();
            if (!rates.takeWrite(stream.id(), shard.index(), entries.get(i).byteSize())) {
                placements[i] = throttled(stream, shard);
                continue;
            }
            var group = filling.get(shard.index());
            if (group == null || group.bytes + bytes > batchBytesMax) {
                group = new Group(shard);
                filling.put(shard.index(), group);
                groups.add(group);
            }
            group.members.add(i);
            group.bytes += bytes;
        }
        return groups;
    }

    private static long bytesMax(PutRequest.Entry entry) {
        int hashKey = entry.explicitHashKey().isPresent() ? HASH_KEY_BYTES_MAX : 0;
        return entry.byteSize() + RECORD_OVERHEAD_BYTES + hashKey;
    }

    private Batch batch(Group group) {
        var builder = new BatchBuilder(nowMillis, Math.toIntExact(group.bytes));
        for (int i : group.members) {
            var entry = entries.get(i);
            var key = entry.hasKey() ? entry.key() : BatchBuilder.ABSENT;
            builder.add(nowMillis, key, entry.data(), headers(entry));
        }
        return builder.build();
    }

    private static Header[] headers(PutRequest.Entry entry) {
        if (entry.explicitHashKey().isEmpty()) return NO_HEADERS;
        var value = entry.explicitHashKey().get().getBytes(StandardCharsets.US_ASCII);
        return new Header[] {new Header(EXPLICIT_HASH_KEY_HEADER, MemorySegment.ofArray(value))};
    }

    private void settle(Stream stream, Group group) {
        switch (outcome(group)) {
            case AppendOutcome.Appended(long first, long _) -> stored(group, first);
            case AppendOutcome.Duplicate(long first, long _) -> stored(group, first);
            case AppendOutcome.Refused(var reason, String detail) -> {
                switch (reason) {
                    case OVERLOADED -> failed(group, throttled(stream, group.shard));
                    case DISK_FULL -> failed(group, new Failed(Code.NO_ROOM, detail));
                    case NOT_OWNER, CORRUPT, TOO_LARGE, OUT_OF_SEQUENCE, FENCED, NOT_IN_TRANSACTION, NOT_NEXT ->
                        failed(group, new Failed(Code.INTERNAL, detail));
                }
            }
            case AppendOutcome.Unknown _ -> failed(group, new Failed(Code.INTERNAL, "Internal service failure."));
        }
    }

    private Failed throttled(Stream stream, Shard shard) {
        return new Failed(
                Code.THROTTLED, Lookup.rateExceeded(Lookup.shardId(shard.index()), Lookup.shownName(stream), account));
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

    private void stored(Group group, long first) {
        var target = Target.of(group.shard, arrivalMillis(group));
        for (int place = 0; place < group.members.size(); place++)
            placements[group.members.get(place)] = new Stored(target, first + place);
    }

    /// What readers will be told: when the put came, or when the log appended it, if the stream has it so.
    private long arrivalMillis(Group group) {
        return group.batch.filter(Batch::hasAppendTime).map(Batch::maxTimestamp).orElse(nowMillis);
    }

    private void failed(Group group, Failed failed) {
        for (int i : group.members) placements[i] = failed;
    }
}
