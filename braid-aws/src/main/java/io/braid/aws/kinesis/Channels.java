package io.braid.aws.kinesis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.wire.AwsFault;
import io.braid.broker.Broker;
import io.braid.broker.Catalog;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import io.braid.broker.StreamDescription;
import io.braid.delivery.Channel;
import io.braid.delivery.Delivery;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// The channels there are, as the catalog keeps them with their streams ([StoredChannel]), and the way by which
/// [Delivery] hears of them: of all when this is made, and of every change. Any thread.
final class Channels {
    /// Of one stream, to a bucket. Amazon's.
    static final int PER_STREAM_MAX = 1;

    private static final HexFormat HEX = HexFormat.of();
    private static final int ID_BYTES = 16;

    private final Broker broker;
    private final Lookup lookup;
    private final Delivery delivery;
    private final Traffic traffic;
    private final MetricStore metrics;
    private final InstantSource clock;
    private final Set<UUID> delivered = ConcurrentHashMap.newKeySet(); // streams with channels

    /// @param traffic knows whose a stream's metrics are
    /// @param metrics takes what is delivered
    Channels(
            Broker broker,
            Lookup lookup,
            Delivery delivery,
            Traffic traffic,
            MetricStore metrics,
            InstantSource clock) {
        this.broker = broker;
        this.lookup = lookup;
        this.delivery = delivery;
        this.traffic = traffic;
        this.metrics = metrics;
        this.clock = clock;
        broker.onChange(this::changed); // first: what changes from now on is heard
        var all = broker.catalog().streams().stream()
                .filter(stream -> !StoredChannel.of(stream).isEmpty())
                .collect(Collectors.toMap(Stream::id, this::channels));
        delivered.addAll(all.keySet());
        delivery.start(all);
    }

    private void changed(Catalog before, Catalog after) {
        for (var stream : after.streams()) {
            var old = before.stream(stream.id());
            if (old.isPresent() && old.get().attributes() == stream.attributes()) continue;
            var channels = channels(stream);
            if (!channels.isEmpty()) delivered.add(stream.id());
            else if (!delivered.remove(stream.id())) continue;
            delivery.keep(stream.id(), channels);
        }
        delivered.removeIf(id -> {
            if (after.stream(id).isPresent()) return false;
            delivery.keep(id, List.of());
            return true;
        });
    }

    private List<Channel> channels(Stream stream) {
        return StoredChannel.of(stream).stream()
                .map(stored -> stored.delivery(
                        names(stored), new ChannelMetrics(metrics, clock, traffic.home(stream), stored)))
                .toList();
    }

    private static Channel.Names names(StoredChannel stored) {
        var stream = stored.field(StoredChannel.STREAM_ARN);
        return new Channel.Names() {
            @Override
            public String stream() {
                return stream;
            }

            @Override
            public String shard(Shard shard) {
                return Lookup.shardId(shard.index());
            }

            @Override
            public String sequenceNumber(Shard shard, long offset, long timestampMillis) {
                return SequenceNumber.of(shard, offset, timestampMillis).toString();
            }
        };
    }

    /// Those of the streams that the caller sees, by stream and name.
    List<StoredChannel> seen() {
        return seen(lookup.home());
    }

    private List<StoredChannel> seen(Home home) {
        return broker.catalog().streams().stream()
                .filter(stream -> lookup.isSeen(stream, home))
                .flatMap(stream -> StoredChannel.of(stream).stream())
                .toList();
    }

    /// @param arn of a channel, by its pattern
    StoredChannel find(String arn) {
        var home = Home.of(arn).orElseThrow(() -> noChannel(arn));
        var id = arn.substring(arn.lastIndexOf(Lookup.CHANNEL_RESOURCE) + Lookup.CHANNEL_RESOURCE.length());
        return seen(home).stream()
                .filter(channel -> channel.id().equals(id))
                .findFirst()
                .orElseThrow(() -> noChannel(arn));
    }

    AwsFault noChannel(String what) {
        return AwsFault.notFound("Channel %s under account %s not found.".formatted(what, lookup.account()));
    }

    /// Why nothing of a channel is delivered at the moment; empty if all is well.
    Optional<String> trouble(StoredChannel channel) {
        return delivery.trouble(channel.id());
    }

    /// Makes a channel of a stream; durable when this returns.
    ///
    /// @param make from the stream as it is now and a new id to what it shall be; what it throws is the answer
    StoredChannel create(Stream stream, BiFunction<Stream, String, StoredChannel> make) throws IOException {
        var after = change(stream, now -> {
            var made = make.apply(now, newId());
            return made.addTo(StreamAttributes.of(now)).withModeOf(now);
        });
        return StoredChannel.of(after).getFirst();
    }

    /// Changes a channel, or removes it if nothing is left of it; durable when this returns.
    Stream change(StoredChannel channel, BiFunction<StoredChannel, StreamAttributes, StreamAttributes> change)
            throws IOException {
        return change(channel.stream(), now -> {
            var current = StoredChannel.of(now).stream()
                    .filter(other -> other.id().equals(channel.id()))
                    .findFirst()
                    .orElseThrow(() -> noChannel(channel.name())); // somebody else was faster
            return change.apply(current, StreamAttributes.of(now)).withModeOf(now);
        });
    }

    private Stream change(Stream stream, java.util.function.Function<Stream, StreamDescription> change)
            throws IOException {
        try {
            return broker.describe(stream.id(), change).orElseThrow(() -> lookup.noStream(Lookup.shownName(stream)));
        } catch (IllegalArgumentException e) { // more than is kept of a stream
            throw AwsFault.of("LimitExceededException", e.getMessage());
        }
    }

    /// What no channel had before: made from how many changes the catalog has had, in the middle of one.
    private String newId() {
        try {
            var seed = broker.clusterId() + " channel " + broker.catalogChanges();
            var digits = HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(seed.getBytes(UTF_8)), 0, ID_BYTES);
            return digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})", "$1-$2-$3-$4-");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Where delivery begins: at the end of each open shard, as nothing of before is delivered.
    ///
    /// @param now as it is in the middle of a change, so that its shards stay as they are
    String ends(Stream now) {
        return now.openShards().stream()
                .map(shard -> shard.index() + ":"
                        + broker.partition(now.id(), shard.partition())
                                .orElseThrow()
                                .log()
                                .end())
                .collect(Collectors.joining(" "));
    }
}
