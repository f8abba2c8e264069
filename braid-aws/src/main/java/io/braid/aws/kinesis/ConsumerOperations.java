package io.braid.aws.kinesis;

import io.braid.aws.wire.AwsFault;
import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Stream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Set;

/// Registering, describing, listing and deregistering consumers with enhanced fan-out. What is answered is durable,
/// so a consumer may subscribe at once: it is CREATING in the answer to its registration, as Amazon's are, and
/// ACTIVE at the next look, unless it is to be told otherwise ([LifeCycle]).
final class ConsumerOperations {
    private static final int LIST_DEFAULT = 100;

    private final Consumers consumers;
    private final Lookup lookup;
    private final InstantSource clock;
    private final Seal pages;

    ConsumerOperations(Consumers consumers, Lookup lookup, InstantSource clock, Seal pages) {
        this.consumers = consumers;
        this.lookup = lookup;
        this.clock = clock;
        this.pages = pages;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html
    void register(Call call) throws IOException {
        var params = Params.read(call.body(), ConsumerRequests.REGISTER);
        var stream = lookup.stream(params);
        var name = params.requiredText("ConsumerName");
        var tags = params.textMap("Tags");
        Tags.check(tags, "consumer " + name, lookup.account());
        Tags.checkCount(Set.of(), tags.keySet(), "consumer " + name, lookup.account());
        var consumer = consumers.register(stream, name, tags);
        var answer = call.answer().startMap().field(Names.CONSUMER).startMap();
        write(answer, consumer, lookup.arn(call, stream), LifeCycle.Status.CREATING);
        answer.endMap().endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeregisterStreamConsumer.html
    void deregister(Call call) throws IOException {
        var found = consumers.find(Params.read(call.body(), ConsumerRequests.CONSUMER));
        consumers.deregister(found.stream(), found.consumer());
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DescribeStreamConsumer.html
    void describe(Call call) {
        var found = consumers.find(Params.read(call.body(), ConsumerRequests.CONSUMER));
        var arn = lookup.arn(call, found.stream());
        var answer = call.answer().startMap().field(Names.CONSUMER_DESCRIPTION).startMap();
        write(answer, found.consumer(), arn, consumers.status(found));
        answer.field(Names.STREAM_ARN).text(arn).endMap().endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreamConsumers.html
    void list(Call call) {
        var params = Params.read(call.body(), ConsumerRequests.LIST);
        var stream = lookup.stream(params);
        int limit = (int) params.number("MaxResults").orElse(LIST_DEFAULT);
        var after = params.text("NextToken")
                .map(token -> next(params, token, stream))
                .orElseGet(() -> first(params, stream));
        var rest = consumers.told(stream).stream()
                .filter(consumer -> consumer.name().compareTo(after) > 0)
                .toList();
        var page = rest.subList(0, Math.min(limit, rest.size()));
        var arn = lookup.arn(call, stream);
        var answer = call.answer().startMap().field(Names.CONSUMERS).startList();
        for (var consumer : page) {
            answer.startMap();
            write(answer, consumer, arn, consumers.status(new Consumers.Found(stream, consumer)));
            answer.endMap();
        }
        answer.endList();
        if (page.size() < rest.size())
            answer.field(Names.NEXT_TOKEN)
                    .text(new PageToken(
                                    clock.millis(),
                                    stream.id().toString(),
                                    page.getLast().name())
                            .sealed(pages));
        answer.endMap();
    }

    private String first(Params params, Stream stream) {
        params.moment("StreamCreationTimestamp").ifPresent(created -> {
            // The same name may have been another stream's before; clients round to seconds as they like.
            if (Math.abs(created - stream.created().toEpochMilli()) >= 1000)
                throw lookup.noStream(Lookup.shownName(stream));
        });
        return "";
    }

    private String next(Params params, String token, Stream stream) {
        if (params.moment("StreamCreationTimestamp").isPresent())
            throw AwsFault.invalidArgument("NextToken and StreamCreationTimestamp cannot be provided together.");
        var page = PageToken.open(pages, token, clock.millis());
        if (!page.query().equals(stream.id().toString()))
            throw AwsFault.invalidArgument("NextToken is not one of stream %s.".formatted(Lookup.shownName(stream)));
        return page.after();
    }

    private static void write(WireWriter answer, Consumer consumer, String streamArn, LifeCycle.Status status) {
        answer.field(Names.CONSUMER_NAME)
                .text(consumer.name())
                .field(Names.CONSUMER_ARN)
                .text(ConsumerArn.of(streamArn, consumer))
                .field(Names.CONSUMER_STATUS)
                .text(status.name())
                .field(Names.CONSUMER_CREATION_TIMESTAMP)
                .moment(consumer.registered().toEpochMilli());
    }
}
