package io.braid.aws.kinesis;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Params;

/// No stream has tags in this release (creating one with tags is refused), so the lists are empty. They are served
/// because infrastructure tools ask for them after every creation.
final class TagOperations {
    private final Lookup lookup;

    TagOperations(Lookup lookup) {
        this.lookup = lookup;
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForStream.html
    void listForStream(Call call) {
        lookup.stream(Params.read(call.body(), Requests.LIST_TAGS_FOR_STREAM));
        call.answer()
                .startMap()
                .field(Names.TAGS)
                .startList()
                .endList()
                .field(Names.HAS_MORE_TAGS)
                .flag(false)
                .endMap();
    }

    /// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListTagsForResource.html
    void listForResource(Call call) {
        var params = Params.read(call.body(), Requests.LIST_TAGS_FOR_RESOURCE);
        lookup.stream(Lookup.name(params.text("StreamName"), params.text("ResourceARN")));
        call.answer().startMap().field(Names.TAGS).startList().endList().endMap();
    }
}
