package io.braid.aws.kinesis;

import io.braid.aws.cloudwatch.Homes;
import io.braid.aws.cloudwatch.MetricStore;
import io.braid.aws.wire.Caller;
import io.braid.aws.wire.Operation;
import io.braid.broker.Broker;
import io.braid.broker.UsageMeter;
import io.braid.delivery.Delivery;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Amazon Kinesis Data Streams: its operations by name. Any thread; each call blocks until it is answered.
public final class Kinesis implements AutoCloseable {
    /// What X-Amz-Target begins with.
    public static final String TARGET = "Kinesis_20131202";

    private final String account;
    private final Traffic traffic;
    private final UsageMeter usage;
    private final Subscriptions subscriptions;
    private final Lookup lookup;
    private final Map<String, Operation> operations;

    /// How much it is like Amazon's.
    ///
    /// @param limited        whether Amazon's limits of throughput and of calls hold
    /// @param lifecycleDelay how long streams and consumers are told to be CREATING, UPDATING or DELETING
    /// @param tokenSecret    what iterators are sealed with; empty if this server makes a secret of its own
    public record Rules(boolean limited, Duration lifecycleDelay, Optional<String> tokenSecret) {
        @Override
        public String toString() {
            return "Rules[%s, %s]".formatted(limited, lifecycleDelay); // without the secret
        }
    }

    /// What an operator decides.
    ///
    /// @param account   of callers whose access key is not an account itself, and of streams that Kafka created;
    ///     twelve digits
    /// @param region    of streams that Kafka created, where one must be named
    /// @param shardsMax open shards that all streams together may have
    /// @param usageRetention how long it is known what each stream used
    public record Settings(
            String account,
            String region,
            int shardsMax,
            Subscriptions.Limits subscriptions,
            Rules rules,
            Duration usageRetention) {}

    /// @param metrics  takes what is counted of each stream
    /// @param delivery does what channels say
    public Kinesis(Broker broker, InstantSource clock, Settings settings, MetricStore metrics, Delivery delivery) {
        account = settings.account();
        var rules = settings.rules();
        var rates = new Rates(rules.limited(), clock);
        var secret = new Secret(broker, rules.tokenSecret());
        lookup = new Lookup(broker, account, rates, new LifeCycle(rules.lifecycleDelay(), clock));
        traffic = new Traffic(broker, account, metrics);
        usage = new UsageMeter(
                broker,
                clock,
                settings.usageRetention(),
                new UsageFront(new Home(account, settings.region()), traffic, clock));
        subscriptions = new Subscriptions(settings.subscriptions(), clock, traffic, rates);
        broker.onChange(subscriptions::changed);
        var consumers = new Consumers(broker, lookup, subscriptions, clock);
        var consuming = new ConsumerOperations(consumers, lookup, clock, secret.seal("list consumers"));
        var subscribing = new SubscribeOperation(broker, lookup, consumers, subscriptions, clock, traffic, usage);
        var limit = new ShardLimit(broker, lookup, settings.shardsMax());
        var accounts = new AccountOperations(broker, lookup, clock);
        var capacity = new CapacityOperations(broker, lookup, accounts, clock);
        var streams =
                new StreamOperations(broker, lookup, capacity, consumers, clock, limit, secret.seal("list streams"));
        var resharding = new ReshardOperations(broker, lookup, clock, limit);
        var listing = new ShardListing(broker, lookup, consumers, clock, secret.seal("list shards"));
        var retention = new RetentionOperations(broker, lookup);
        var channels = new Channels(broker, lookup, delivery, traffic, metrics, clock);
        var delivering = new ChannelOperations(channels, lookup, clock, limit, secret.seal("list channels"));
        var tags = new TagOperations(broker, lookup, consumers, channels);
        var policies = new PolicyOperations(broker, lookup, consumers);
        var encryption = new EncryptionOperations(broker, lookup, clock);
        var monitoring = new MonitoringOperations(broker, lookup);
        var places = secret.seal("shard iterator");
        var iterators = new IteratorOperation(broker, lookup, clock, places);
        var reading = new GetRecords(broker, lookup, clock, traffic, usage, places);
        var writing = new PutOperations(broker, lookup, clock, traffic, usage);
        operations = Map.ofEntries(
                Map.entry("CreateStream", streams::create),
                Map.entry("DeleteStream", streams::delete),
                Map.entry("DescribeStream", listing::describe),
                Map.entry("DescribeStreamSummary", listing::summarize),
                Map.entry("DescribeLimits", streams::limits),
                Map.entry("ListStreams", streams::list),
                Map.entry("ListShards", listing::list),
                Map.entry("SplitShard", resharding::split),
                Map.entry("MergeShards", resharding::merge),
                Map.entry("UpdateShardCount", resharding::updateCount),
                Map.entry("IncreaseStreamRetentionPeriod", retention::increase),
                Map.entry("DecreaseStreamRetentionPeriod", retention::decrease),
                Map.entry("DescribeAccountSettings", accounts::describe),
                Map.entry("UpdateAccountSettings", accounts::update),
                Map.entry("UpdateMaxRecordSize", capacity::updateMaxRecordSize),
                Map.entry("UpdateStreamMode", capacity::updateStreamMode),
                Map.entry("UpdateStreamWarmThroughput", capacity::updateWarmThroughput),
                Map.entry("UpdateStreamRecordDistributionStrategy", capacity::updateDistribution),
                Map.entry("StartStreamEncryption", encryption::start),
                Map.entry("StopStreamEncryption", encryption::stop),
                Map.entry("EnableEnhancedMonitoring", monitoring::enable),
                Map.entry("DisableEnhancedMonitoring", monitoring::disable),
                Map.entry("PutResourcePolicy", policies::put),
                Map.entry("GetResourcePolicy", policies::get),
                Map.entry("DeleteResourcePolicy", policies::delete),
                Map.entry("AddTagsToStream", tags::addToStream),
                Map.entry("RemoveTagsFromStream", tags::removeFromStream),
                Map.entry("TagResource", tags::tagResource),
                Map.entry("UntagResource", tags::untagResource),
                Map.entry("ListTagsForStream", tags::listForStream),
                Map.entry("ListTagsForResource", tags::listForResource),
                Map.entry("RegisterStreamConsumer", consuming::register),
                Map.entry("DeregisterStreamConsumer", consuming::deregister),
                Map.entry("DescribeStreamConsumer", consuming::describe),
                Map.entry("ListStreamConsumers", consuming::list),
                Map.entry("SubscribeToShard", subscribing),
                Map.entry("CreateChannel", delivering::create),
                Map.entry("DescribeChannel", delivering::describe),
                Map.entry("UpdateChannel", delivering::update),
                Map.entry("DeleteChannel", delivering::delete),
                Map.entry("ListChannels", delivering::list),
                Map.entry("PutRecord", writing::putRecord),
                Map.entry("PutRecords", writing::putRecords),
                Map.entry("GetShardIterator", iterators),
                Map.entry("GetRecords", reading));
    }

    public Optional<Operation> operation(String name) {
        return Optional.ofNullable(operations.get(name)).map(operation -> call -> lookup.call(name, operation, call));
    }

    /// What is served, by name.
    Set<String> served() {
        return operations.keySet();
    }

    public Traffic traffic() {
        return traffic;
    }

    /// What each stream uses. The caller has it written from time to time, and closed.
    public UsageMeter usage() {
        return usage;
    }

    /// Whose metrics a caller sees.
    public Homes homes(Caller caller) {
        var home = Home.of(caller, account);
        return new Homes(home.text(), new Home(home.account(), Home.EVERY_REGION).text());
    }

    /// Brings the metrics of all streams up to now into the store.
    public void publish() {
        usage.look();
        traffic.publish();
    }

    /// Ends all subscriptions, and lets no other begin; does not wait for them.
    @Override
    public void close() {
        subscriptions.close();
    }
}
