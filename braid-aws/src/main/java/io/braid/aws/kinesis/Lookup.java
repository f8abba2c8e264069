package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.util.Optional;
import java.util.UUID;

/// Finds streams and shards by the names Kinesis has for them, and says it in Amazon's words where there is none.
/// Internal streams do not exist here. Any thread.
final class Lookup {
    private static final String ARN_RESOURCE = ":stream/";
    private static final int SHARD_DIGITS = 12;

    private final Broker broker;
    private final String account;

    Lookup(Broker broker, String account) {
        this.broker = broker;
        this.account = account;
    }

    String account() {
        return account;
    }

    /// The name in `StreamName` or `StreamARN`; if both are there they must agree.
    static String name(Optional<String> name, Optional<String> arn) {
        if (arn.isEmpty())
            return name.orElseThrow(
                    () -> AwsFault.invalidArgument("Either StreamName or StreamARN should be provided."));
        var fromArn = nameOf(arn.get());
        if (name.isPresent() && !name.get().equals(fromArn))
            throw AwsFault.invalidArgument(
                    "StreamARN %s and StreamName %s are not the same stream.".formatted(arn.get(), name.get()));
        return fromArn;
    }

    static String name(Params params) {
        return name(params.text("StreamName"), params.text("StreamARN"));
    }

    private static String nameOf(String arn) {
        return arn.substring(arn.indexOf(ARN_RESOURCE) + ARN_RESOURCE.length());
    }

    String arn(Call call, Stream stream) {
        return "arn:aws:kinesis:" + call.caller().region() + ":" + account + ARN_RESOURCE + stream.name();
    }

    Optional<Stream> find(String name) {
        return broker.catalog().stream(name).filter(stream -> stream.kind() == Stream.Kind.USER);
    }

    Optional<Stream> find(UUID id) {
        return broker.catalog().stream(id);
    }

    Stream stream(String name) {
        return find(name).orElseThrow(() -> noStream(name));
    }

    Stream stream(Params params) {
        return stream(name(params));
    }

    AwsFault noStream(String name) {
        return AwsFault.notFound("Stream %s under account %s not found.".formatted(name, account));
    }

    AwsFault noShard(String shardId, String stream) {
        return AwsFault.notFound(
                "Shard %s in stream %s under account %s does not exist".formatted(shardId, stream, account));
    }

    /// @throws AwsFault there is no such shard, or it has gone with its records
    Shard shard(Stream stream, int index) {
        return stream.shard(index)
                .filter(found -> !found.isClosedBefore(broker.horizon(stream)))
                .orElseThrow(() -> noShard(shardId(index), stream.name()));
    }

    /// The same where a shard is to be changed.
    AwsFault shardNotFound(String shardId, String stream) {
        return AwsFault.notFound(
                "Could not find shard %s in stream %s under account %s.".formatted(shardId, stream, account));
    }

    /// The number in a shard id. Amazon takes anything before a hyphen for the word, and a bare number too.
    int shardIndex(String shardId, String stream) {
        var parts = shardId.split("-", 3);
        var digits = parts.length > 1 && !parts[1].isEmpty() ? parts[1] : shardId;
        boolean number = digits.length() <= 128 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        long index = number ? parse(digits) : Long.MAX_VALUE;
        if (index > Integer.MAX_VALUE) throw shardNotFound(shardId, stream);
        return (int) index;
    }

    private static long parse(String digits) {
        var bare = digits.replaceFirst("^0+(?=.)", "");
        return bare.length() > 10 ? Long.MAX_VALUE : Long.parseLong(bare);
    }

    static String shardId(int index) {
        var digits = Integer.toString(index);
        return "shardId-" + "0".repeat(SHARD_DIGITS - digits.length()) + digits;
    }

    /// The first offset that is not the shard's any more.
    static long endOf(Shard shard) {
        return switch (shard.extent()) {
            case Shard.Open _ -> Long.MAX_VALUE;
            case Shard.Closed(long end, var _) -> end;
        };
    }
}
