package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Operation;
import io.braid.aws.wire.Params;
import io.braid.broker.Broker;
import io.braid.broker.UsageMeter;
import java.io.IOException;
import java.time.InstantSource;

/// SubscribeToShard: finds out who wants which shard from where, and answers with a [Subscription].
///
/// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html
final class SubscribeOperation implements Operation {
    private final Broker broker;
    private final Lookup lookup;
    private final Consumers consumers;
    private final Subscriptions subscriptions;
    private final StartingPosition.Finder positions;
    private final InstantSource clock;
    private final Traffic traffic;
    private final UsageMeter usage;

    SubscribeOperation(
            Broker broker,
            Lookup lookup,
            Consumers consumers,
            Subscriptions subscriptions,
            InstantSource clock,
            Traffic traffic,
            UsageMeter usage) {
        this.broker = broker;
        this.lookup = lookup;
        this.consumers = consumers;
        this.subscriptions = subscriptions;
        this.positions = new StartingPosition.Finder(broker, lookup, clock, "SubscribeToShard");
        this.clock = clock;
        this.traffic = traffic;
        this.usage = usage;
    }

    @Override
    public void answer(Call call) throws IOException {
        var params = Params.read(call.body(), ConsumerRequests.SUBSCRIBE);
        var arn = params.requiredText("ConsumerARN");
        var found = consumers.find(arn);
        consumers.requireActive(found);
        var stream = found.stream();
        var name = Lookup.shownName(stream);
        int index = lookup.shardIndex(params.requiredText("ShardId"), name);
        var shardId = Lookup.shardId(index);
        var shard = lookup.shard(stream, index);
        var partition = broker.partition(stream.id(), shard.partition()).orElseThrow(() -> lookup.noStream(name));
        var position = params.structure("StartingPosition").orElseThrow();
        var wish = new StartingPosition(
                position.requiredText("Type"), position.text("SequenceNumber"), position.moment("Timestamp"));
        long next = positions.offset(wish, stream, shard, partition);
        var consumer = found.consumer();
        var key = new Subscriptions.Key(stream.id(), consumer.name(), consumer.registered(), index);
        var counted = traffic.of(stream, consumer.name());
        var subscription = new Subscription(
                subscriptions,
                key,
                lookup.noStream(name),
                shard,
                lookup,
                partition.log(),
                next,
                clock,
                traffic,
                usage,
                counted);
        boolean begun = false;
        try {
            subscriptions.begin(subscription, String.join(":", lookup.account(), name, shardId, consumer.name()));
            begun = true;
        } finally {
            counted.subscribed(clock.millis(), !begun);
        }
        try {
            // It may have been deregistered before the subscription was there to be told.
            consumers.requireActive(consumers.find(arn));
        } catch (AwsFault gone) {
            subscription.close();
            throw gone;
        }
        call.answerWith(subscription);
    }
}
