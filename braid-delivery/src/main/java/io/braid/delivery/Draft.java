package io.braid.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.broker.Shard;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;

/// An object that is being made of a shard's records, and with it the object of its dead letters. One thread.
///
/// Both are named by where the draft begins, so a draft that begins there again takes the place of one that was stored
/// and not noted.
final class Draft implements ShardReader.Sink, AutoCloseable {
    private static final DateTimeFormatter HOUR =
            DateTimeFormatter.ofPattern("yyyy/MM/dd/HH/").withZone(ZoneOffset.UTC);

    private final Channel channel;
    private final Shard shard;
    private final long from;
    private final int bytesMax;
    private final ObjectBody body = new ObjectBody();
    private final OutputStream packed;
    private final ObjectBody letters = new ObjectBody();

    private Instant first = Instant.EPOCH; // of the first record, once there is one
    private long records;
    private long failed;
    private long bytes;

    /// @param from     the shard's position
    /// @param bytesMax of data of its records, before they are packed; a single larger record is taken all the same
    Draft(Channel channel, Shard shard, long from, int bytesMax) throws IOException {
        this.channel = channel;
        this.shard = shard;
        this.from = from;
        this.bytesMax = bytesMax;
        this.packed = channel.compression().packing(body);
    }

    @Override
    public boolean take(long offset, long timestampMillis, byte[] value) throws IOException {
        if (records + failed > 0 && bytes + value.length > bytesMax) return false;
        if (records + failed == 0) first = KeyTemplate.within(Instant.ofEpochMilli(timestampMillis));
        bytes += value.length;
        var fault = channel.format().fault(value);
        if (fault.isEmpty()) {
            channel.format().write(value, packed);
            records++;
        } else {
            letters.write(letter(offset, timestampMillis, value, fault.get()).getBytes(UTF_8));
            failed++;
        }
        return true;
    }

    /// One line of JSON. The texts are ours, or names: what has to be escaped is in none of them but the fault.
    private String letter(long offset, long timestampMillis, byte[] value, String fault) {
        var names = channel.names();
        return """
            {"streamARN":"%s","shardId":"%s","sequenceNumber":"%s","approximateArrivalTimestamp":%d,\
            "errorCode":"InvalidRecordFormat","errorMessage":"%s","rawData":"%s"}
            """.formatted(
                        names.stream(),
                        names.shard(shard),
                        names.sequenceNumber(shard, offset, timestampMillis),
                        timestampMillis,
                        fault.replace("\\", "\\\\").replace("\"", "\\\""),
                        Base64.getEncoder().encodeToString(value));
    }

    /// Stores what there is; returns when all of it is stored.
    void store(Buckets buckets) throws IOException {
        packed.close();
        if (failed > 0) {
            var place = channel.deadLetters().destination().at(deadLetterKey());
            buckets.put(place, letters.size(), letters);
        }
        if (records > 0) {
            var key = channel.keys().key(shard.index(), from, first);
            buckets.put(channel.destination().at(key), body.size(), body);
        }
    }

    private String deadLetterKey() {
        var suffix = KeyTemplate.suffix(channel.id(), shard.index(), from);
        return channel.deadLetters().prefix() + HOUR.format(first) + channel.name() + suffix + ".json";
    }

    long records() {
        return records;
    }

    long failed() {
        return failed;
    }

    /// Of data of all records.
    long bytes() {
        return bytes;
    }

    /// Of the object, packed.
    long stored() {
        return records == 0 ? 0 : body.size();
    }

    @Override
    public void close() throws IOException {
        packed.close(); // gives back what a codec has taken
    }
}
