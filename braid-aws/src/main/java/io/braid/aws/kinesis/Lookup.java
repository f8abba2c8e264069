package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.Shard;
import io.braid.broker.Stream;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;

/// Finds streams and shards by the names Kinesis has for them, and says it in Amazon's words where there is none.
/// Internal streams do not exist here, and neither do those of other homes than the caller's, or than an ARN's where
/// there is one. Any thread, inside [#call].
final class Lookup {
    private static final String ARN_RESOURCE = ":stream/";
    static final String CHANNEL_RESOURCE = ":channel/";
    private static final int SHARD_DIGITS = 12;

    /// Who asks. Bound around each operation, so that whatever looks a stream up sees the same streams.
    private static final ScopedValue<Home> CALLER = ScopedValue.newInstance();
    /// What is asked, if it is asked for no more often than its [OperationRate].
    private static final ScopedValue<String> OPERATION = ScopedValue.newInstance();

    private final Broker broker;
    private final String defaultAccount;
    private final Rates rates;
    private final LifeCycle life;

    Lookup(Broker broker, String defaultAccount, Rates rates, LifeCycle life) {
        this.broker = broker;
        this.defaultAccount = defaultAccount;
        this.rates = rates;
        this.life = life;
    }

    Rates rates() {
        return rates;
    }

    LifeCycle life() {
        return life;
    }

    /// Answers a call of the home that its caller belongs to.
    void call(String name, Operation operation, Call call) throws IOException {
        ScopedValue.where(CALLER, Home.of(call.caller(), defaultAccount))
                .where(OPERATION, name)
                .<Void, IOException>call(() -> {
                    if (rates.areLimited()) countAccount();
                    operation.answer(call);
                    return null;
                });
    }

    private void countAccount() {
        var operation = OPERATION.get();
        var rate = OperationRate.of(operation).filter(known -> !known.namesStream());
        if (rate.isPresent() && !rates.takeCall(operation, rate.get(), home(), ""))
            throw AwsFault.of("LimitExceededException", "Rate exceeded for account %s.".formatted(account()));
    }

    /// The operation that is being answered names this stream; once for each call.
    ///
    /// @throws AwsFault it is called too often
    void count(String stream) {
        if (!rates.areLimited()) return;
        var operation = OPERATION.get();
        var rate = OperationRate.of(operation).filter(OperationRate::namesStream);
        if (rate.isPresent() && !rates.takeCall(operation, rate.get(), home(), stream))
            throw AwsFault.of(
                    "LimitExceededException",
                    "Rate exceeded for stream %s under account %s.".formatted(stream, account()));
    }

    /// The home of the caller who is being answered.
    Home home() {
        return CALLER.get();
    }

    String account() {
        return home().account();
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

    static String nameOf(String arn) {
        return arn.substring(arn.indexOf(ARN_RESOURCE) + ARN_RESOURCE.length());
    }

    /// What Kinesis calls a stream: what Kafka calls it, unless that name was taken by a stream of another home.
    static String shownName(Stream stream) {
        return StreamAttributes.of(stream).name().orElse(stream.name());
    }

    String arn(Call call, Stream stream) {
        var home = StreamAttributes.of(stream)
                .home()
                .orElseGet(() -> new Home(defaultAccount, call.caller().region()));
        return "arn:aws:kinesis:" + home.region() + ":" + home.account() + ARN_RESOURCE + shownName(stream);
    }

    String channelArn(Call call, StoredChannel channel) {
        var stream = arn(call, channel.stream());
        return stream.substring(0, stream.indexOf(ARN_RESOURCE)) + CHANNEL_RESOURCE + channel.id();
    }

    /// Whether the caller sees a stream. One that Kinesis did not create has no home and is seen from the default
    /// account in every region.
    boolean isSeen(Stream stream) {
        return isSeen(stream, home());
    }

    boolean isSeen(Stream stream, Home from) {
        return stream.kind() == Stream.Kind.USER
                && StreamAttributes.of(stream)
                        .home()
                        .map(from::equals)
                        .orElseGet(() -> from.account().equals(defaultAccount));
    }

    Optional<Stream> find(String name) {
        return find(home(), name);
    }

    private Optional<Stream> find(Home from, String name) {
        return named(from, name, name).or(() -> named(from, from.qualified(name), name));
    }

    private Optional<Stream> named(Home from, String name, String shown) {
        return broker.catalog().stream(name)
                .filter(stream -> isSeen(stream, from) && shownName(stream).equals(shown));
    }

    /// The stream of `StreamName` or `StreamARN`.
    Optional<Stream> find(Optional<String> name, Optional<String> arn) {
        return find(home(arn), name(name, arn));
    }

    Optional<Stream> find(Params params) {
        return find(params.text("StreamName"), params.text("StreamARN"));
    }

    private Home home(Optional<String> arn) {
        return arn.flatMap(Home::of).orElseGet(this::home);
    }

    Optional<Stream> find(UUID id) {
        return broker.catalog().stream(id);
    }

    Stream stream(Params params) {
        return stream(params.text("StreamName"), params.text("StreamARN"));
    }

    /// The stream that a request names, if there is one.
    ///
    /// @throws AwsFault there is none, or it was asked for too often
    Stream stream(Optional<String> name, Optional<String> arn) {
        count(name(name, arn));
        return find(name, arn)
                .orElseThrow(() -> noStream(name(name, arn), home(arn).account()));
    }

    /// The same for who only looks: one that is DELETING, too.
    Stream told(Params params) {
        var arn = params.text("StreamARN");
        count(name(params));
        return find(params)
                .or(() -> life.deleting(home(arn), name(params)))
                .orElseThrow(() -> noStream(name(params), home(arn).account()));
    }

    /// The state that users are told of a stream, which may be gone already.
    LifeCycle.Status status(Stream stream) {
        return find(stream.id()).isPresent() ? life.of(stream) : LifeCycle.Status.DELETING;
    }

    /// @throws AwsFault the stream is being created or changed
    void requireActive(Stream stream) {
        requireState(stream, life.of(stream) == LifeCycle.Status.ACTIVE, "ACTIVE");
    }

    /// @throws AwsFault the stream is being created
    void requireCreated(Stream stream) {
        requireState(stream, life.of(stream) != LifeCycle.Status.CREATING, "ACTIVE or UPDATING");
    }

    private void requireState(Stream stream, boolean holds, String wanted) {
        if (!holds)
            throw AwsFault.of(
                    "ResourceInUseException",
                    "Stream %s under account %s not %s, instead in state %s"
                            .formatted(shownName(stream), account(), wanted, life.of(stream)));
    }

    /// Puts and reads do not see a stream that is being created.
    Stream created(Stream stream) {
        if (life.of(stream) == LifeCycle.Status.CREATING) throw noStream(shownName(stream));
        return stream;
    }

    AwsFault noStream(String name) {
        return noStream(name, account());
    }

    private static AwsFault noStream(String name, String account) {
        return AwsFault.notFound("Stream %s under account %s not found.".formatted(name, account));
    }

    AwsFault noShard(String shardId, String stream) {
        return AwsFault.notFound(
                "Shard %s in stream %s under account %s does not exist".formatted(shardId, stream, account()));
    }

    /// @throws AwsFault there is no such shard, or it has gone with its records
    Shard shard(Stream stream, int index) {
        return stream.shard(index)
                .filter(found -> !found.isClosedBefore(broker.horizon(stream)))
                .orElseThrow(() -> noShard(shardId(index), shownName(stream)));
    }

    /// A shard takes or gives no more in this second.
    AwsFault tooOften(String shardId, String stream) {
        return AwsFault.of("ProvisionedThroughputExceededException", rateExceeded(shardId, stream, account()));
    }

    static String rateExceeded(String shardId, String stream, String account) {
        return "Rate exceeded for shard %s in stream %s under account %s.".formatted(shardId, stream, account);
    }

    /// The same where a shard is to be changed.
    AwsFault shardNotFound(String shardId, String stream) {
        return AwsFault.notFound(
                "Could not find shard %s in stream %s under account %s.".formatted(shardId, stream, account()));
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
