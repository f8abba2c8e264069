package io.braid.kafka;

import io.braid.broker.Broker;
import io.braid.broker.Stream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.requests.DescribeLogDirsRequest;
import org.apache.kafka.common.requests.DescribeLogDirsResponse;

/// DescribeLogDirs: how much each partition holds, and how much the disk does.
final class StorageApi {
    /// Clients are told a name, not where on this machine the files lie.
    static final String DIRECTORY = "data";

    private final Broker broker;

    StorageApi(Broker broker) {
        this.broker = broker;
    }

    /// Partitions of this node are what they are said to be, so none lags. From version 4 on the disk's sizes are
    /// told, too.
    Answer describeLogDirs(Request request) throws IOException {
        var body = ((DescribeLogDirsRequest) request.body()).data();
        Map<String, Set<Integer>> asked = new HashMap<>();
        if (body.topics() != null)
            for (var topic : body.topics()) asked.put(topic.topic(), new HashSet<>(topic.partitions()));
        var topics = new ArrayList<DescribeLogDirsTopic>();
        for (var stream : broker.catalog().streams()) {
            if (body.topics() == null) topics.add(described(stream, Optional.empty()));
            else if (asked.containsKey(stream.name()))
                topics.add(described(stream, Optional.of(asked.get(stream.name()))));
        }
        var data = new DescribeLogDirsResponseData();
        var room = broker.diskRoom();
        data.results()
                .add(new DescribeLogDirsResult()
                        .setLogDir(DIRECTORY)
                        .setTopics(topics)
                        .setTotalBytes(told(room.total()))
                        .setUsableBytes(told(room.free())));
        return Answer.of(new DescribeLogDirsResponse(data));
    }

    private static long told(long bytes) {
        return bytes == Long.MAX_VALUE ? DescribeLogDirsResponse.UNKNOWN_VOLUME_BYTES : bytes;
    }

    private DescribeLogDirsTopic described(Stream stream, Optional<Set<Integer>> only) {
        var topic = new DescribeLogDirsTopic().setName(stream.name());
        for (int index = 0; index < stream.partitions(); index++) {
            if (only.isPresent() && !only.get().contains(index)) continue;
            var partition = broker.partition(stream.id(), index);
            if (partition.isEmpty()) continue; // deleted meanwhile
            topic.partitions()
                    .add(new DescribeLogDirsPartition()
                            .setPartitionIndex(index)
                            .setPartitionSize(partition.get().log().byteSize()));
        }
        return topic;
    }
}
