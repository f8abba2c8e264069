package io.braid.aws.kinesis;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;
import io.braid.aws.wire.WireWriter;
import io.braid.broker.Broker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/// Tags of streams, consumers and channels, by the older operations (a stream's name or ARN) and the newer ones (any
/// resource's ARN). Listed by key, in the order of the keys' characters.
final class TagOperations {
    private final Lookup lookup;
    private final Changes changes;
    private final Consumers consumers;
    private final Channels channels;

    TagOperations(Broker broker, Lookup lookup, Consumers consumers, Channels channels) {
        this.lookup = lookup;
        this.changes = new Changes(broker, lookup);
        this.consumers = consumers;
        this.channels = channels;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html
    void addToStream(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.ADD_TAGS_TO_STREAM);
        add(Resource.of(lookup.stream(params), lookup), params.textMap("Tags"));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_TagResource.html
    void tagResource(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.TAG_RESOURCE);
        add(resource(params), params.textMap("Tags"));
    }

    private void add(Resource resource, Map<String, String> tags) throws IOException {
        Tags.check(tags, resource.shown(), lookup.account());
        changes.attributes(resource.stream(), (_, before) -> {
            var all = resource.tags(before);
            Tags.checkCount(all.keySet(), tags.keySet(), resource.shown(), lookup.account());
            all.putAll(tags);
            return resource.withTags(before, all);
        });
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RemoveTagsFromStream.html
    void removeFromStream(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.REMOVE_TAGS_FROM_STREAM);
        remove(Resource.of(lookup.stream(params), lookup), params.texts("TagKeys"));
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UntagResource.html
    void untagResource(Call call) throws IOException {
        var params = Params.read(call.body(), AttributeRequests.UNTAG_RESOURCE);
        remove(resource(params), params.texts("TagKeys"));
    }

    private void remove(Resource resource, List<String> keys) throws IOException {
        Tags.check(keys, "remove tags from", resource.shown(), lookup.account());
        changes.attributes(resource.stream(), (_, before) -> {
            var all = resource.tags(before);
            keys.forEach(all::remove);
            return resource.withTags(before, all);
        });
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html
    void listForStream(Call call) {
        var params = Params.read(call.body(), Requests.LIST_TAGS_FOR_STREAM);
        var tags = StreamAttributes.of(lookup.stream(params)).under(StreamAttributes.TAG);
        int limit = (int) params.number("Limit").orElse(Requests.LIST_TAGS_MAX);
        // Behind the key: the first that is greater is the key and the least character.
        var rest = params.text("ExclusiveStartTagKey")
                .map(key -> tags.tailMap(key + '\0'))
                .orElse(tags);
        write(call.answer().startMap(), rest, limit)
                .field(Names.HAS_MORE_TAGS)
                .flag(rest.size() > limit)
                .endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html
    void listForResource(Call call) {
        var resource = resource(Params.read(call.body(), Requests.LIST_TAGS_FOR_RESOURCE));
        var tags = resource.tags(StreamAttributes.of(resource.stream()));
        write(call.answer().startMap(), tags, tags.size()).endMap();
    }

    private static WireWriter write(WireWriter answer, SortedMap<String, String> tags, int limit) {
        answer.field(Names.TAGS).startList();
        tags.entrySet().stream()
                .limit(limit)
                .forEach(tag -> answer.startMap()
                        .field(Names.KEY)
                        .text(tag.getKey())
                        .field(Names.VALUE)
                        .text(tag.getValue())
                        .endMap());
        return answer.endList();
    }

    private Resource resource(Params params) {
        return Resource.of(params.requiredText("ResourceARN"), lookup, consumers, channels);
    }
}
