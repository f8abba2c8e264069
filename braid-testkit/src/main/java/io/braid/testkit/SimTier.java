package io.braid.testkit;

import io.braid.log.Tier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;

/// A tier in memory that does no more than [Tier]'s contract promises, by seed. It outlives crashes, as it is
/// elsewhere.
///
/// - A call fails with the chance that [#failOneIn] sets, before it did anything or after it did everything.
/// - While [#goAway] holds every call fails at once.
/// - It takes its time: something else happens in the middle of a call ([#meanwhile]).
public final class SimTier implements Tier {
    private final RandomGenerator random;
    private final String location;
    private final Map<String, byte[]> objects = new ConcurrentSkipListMap<>();
    private Runnable meanwhile = () -> {};
    private int failOneIn = Integer.MAX_VALUE;
    private Runnable onRefusal = () -> {};
    private volatile boolean away;
    private int reads;
    private int refusals;

    public SimTier(RandomGenerator random) {
        this(random, "sim://tier");
    }

    public SimTier(RandomGenerator random, String location) {
        this.random = random;
        this.location = location;
    }

    /// One call in so many fails from now on; [Integer#MAX_VALUE] for none.
    public void failOneIn(int calls) {
        failOneIn = calls;
    }

    /// Nobody can reach it, until [#comeBack].
    public void goAway() {
        away = true;
    }

    public void comeBack() {
        away = false;
    }

    /// What happens in the middle of each call that changes something.
    public void meanwhile(Runnable act) {
        meanwhile = act;
    }

    /// What happens while somebody is told that it is away.
    public void onRefusal(Runnable act) {
        onRefusal = act;
    }

    /// How many calls found it away.
    public int refusals() {
        return refusals;
    }

    /// All objects there are, in order.
    public List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    /// How many reads there were.
    public int reads() {
        return reads;
    }

    /// Changes a byte of an object; answers what it was.
    public byte damage(String key, int position, byte value) {
        byte before = objects.get(key)[position];
        objects.get(key)[position] = value;
        return before;
    }

    @Override
    public void put(String key, long size, Source source) throws IOException {
        refuseIfAway(key);
        var bytes = ByteBuffer.allocate((int) size);
        if (source.read(0, bytes) < size) throw new IOException("tier: source of " + key + " is too short");
        change("put " + key, () -> objects.put(key, bytes.array()));
    }

    @Override
    public void read(String key, long position, ByteBuffer target) throws IOException {
        refuseIfAway(key);
        reads++;
        if (isUnlucky()) throw new IOException("tier: injected: read " + key);
        var bytes = objects.get(key);
        if (bytes == null) throw new NoSuchFileException(key);
        if (position + target.remaining() > bytes.length)
            throw new IOException("tier: %s has %d bytes, %d at %d were asked for"
                    .formatted(key, bytes.length, target.remaining(), position));
        target.put(bytes, (int) position, target.remaining());
    }

    @Override
    public void delete(String key) throws IOException {
        refuseIfAway(key);
        change("delete " + key, () -> objects.remove(key));
    }

    @Override
    public String location() {
        return location;
    }

    @Override
    public void close() {
        // Nothing is open.
    }

    private void change(String call, Runnable change) throws IOException {
        boolean isLost = isUnlucky();
        if (!isLost || random.nextBoolean()) change.run();
        meanwhile.run();
        if (isLost) throw new IOException("tier: injected: " + call);
    }

    private boolean isUnlucky() {
        return failOneIn < Integer.MAX_VALUE && random.nextInt(failOneIn) == 0;
    }

    private void refuseIfAway(String key) throws IOException {
        if (!away) return;
        refusals++;
        onRefusal.run();
        throw new IOException("tier: away: " + key);
    }
}
