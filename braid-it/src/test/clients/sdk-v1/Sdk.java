import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.kinesis.AmazonKinesis;
import com.amazonaws.services.kinesis.AmazonKinesisClientBuilder;
import com.amazonaws.services.kinesis.model.AmazonKinesisException;
import com.amazonaws.services.kinesis.model.CreateStreamRequest;
import com.amazonaws.services.kinesis.model.DescribeStreamRequest;
import com.amazonaws.services.kinesis.model.DescribeStreamSummaryRequest;
import com.amazonaws.services.kinesis.model.GetRecordsRequest;
import com.amazonaws.services.kinesis.model.GetShardIteratorRequest;
import com.amazonaws.services.kinesis.model.ListShardsRequest;
import com.amazonaws.services.kinesis.model.ListStreamsRequest;
import com.amazonaws.services.kinesis.model.PutRecordsRequest;
import com.amazonaws.services.kinesis.model.PutRecordsRequestEntry;
import com.amazonaws.services.kinesis.model.Record;
import com.amazonaws.services.kinesis.model.Shard;
import com.amazonaws.services.kinesis.model.SplitShardRequest;
import com.amazonaws.waiters.WaiterParameters;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// The AWS SDK for Java v1: prints a line for each thing that it has seen to work, first in CBOR, as it does by
/// itself, at the first address, then in JSON at the second.
///
///     java -cp ... Sdk.java URL URL STREAM
class Sdk {
    private static final int RECORDS = 10;

    private final AmazonKinesis kinesis;
    private final String stream;

    private Sdk(String url, String stream) {
        this.kinesis = AmazonKinesisClientBuilder.standard()
                .withEndpointConfiguration(new EndpointConfiguration(url, "us-east-1"))
                .withCredentials(new AWSStaticCredentialsProvider(new BasicAWSCredentials("any", "any")))
                .build();
        this.stream = stream;
    }

    public static void main(String[] args) {
        System.out.println("CBOR");
        new Sdk(args[0], args[2] + "-cbor").run();
        System.setProperty("com.amazonaws.sdk.disableCbor", "true");
        System.out.println("JSON");
        new Sdk(args[1], args[2] + "-json").run();
    }

    private void run() {
        kinesis.createStream(new CreateStreamRequest().withStreamName(stream).withShardCount(2));
        kinesis.waiters().streamExists().run(waiting());
        System.out.println("created and active");
        System.out.println("listed " + listed().contains(stream));

        long before = System.currentTimeMillis();
        var one = kinesis.putRecord(stream, bytes("0"), "key");
        var entries = IntStream.range(1, RECORDS)
                .mapToObj(i ->
                        new PutRecordsRequestEntry().withPartitionKey("key").withData(bytes(Integer.toString(i))))
                .toList();
        var rest = kinesis.putRecords(
                new PutRecordsRequest().withStreamName(stream).withRecords(entries));
        System.out.println("put 1 and " + rest.getRecords().size() + ", failed " + rest.getFailedRecordCount());

        var shard = one.getShardId();
        var third = rest.getRecords().get(2).getSequenceNumber();
        System.out.println("TRIM_HORIZON " + read(iterator(shard, "TRIM_HORIZON")));
        System.out.println("AT_SEQUENCE_NUMBER "
                + read(iterator(shard, "AT_SEQUENCE_NUMBER").withStartingSequenceNumber(third)));
        System.out.println("AFTER_SEQUENCE_NUMBER "
                + read(iterator(shard, "AFTER_SEQUENCE_NUMBER").withStartingSequenceNumber(third)));
        // In JSON it says milliseconds where seconds are meant: the SDK's issue 2588, and Amazon refuses it, too.
        answer("AT_TIMESTAMP", () -> read(iterator(shard, "AT_TIMESTAMP").withTimestamp(new Date(before))));
        System.out.println("LATEST " + read(iterator(shard, "LATEST")));
        var record = records(iterator(shard, "TRIM_HORIZON")).getFirst();
        boolean isInTime = Math.abs(record.getApproximateArrivalTimestamp().getTime() - before) < 60_000;
        System.out.println("a record's key " + record.getPartitionKey() + ", number "
                + record.getSequenceNumber().equals(one.getSequenceNumber()) + ", in time " + isInTime);

        var summary = kinesis.describeStreamSummary(new DescribeStreamSummaryRequest().withStreamName(stream))
                .getStreamDescriptionSummary();
        System.out.println(summary.getStreamStatus() + " with " + summary.getOpenShardCount() + " shards");
        kinesis.splitShard(new SplitShardRequest()
                .withStreamName(stream)
                .withShardToSplit("shardId-000000000000")
                .withNewStartingHashKey(BigInteger.TWO.pow(126).toString()));
        kinesis.waiters().streamExists().run(waiting());
        System.out.println("children " + children());
        answer("a missing stream", () -> kinesis.putRecord(stream + "-missing", bytes("x"), "key"));
        answer(
                "a wrong number",
                () -> read(iterator(shard, "AT_SEQUENCE_NUMBER").withStartingSequenceNumber("17")));

        kinesis.deleteStream(stream);
        kinesis.waiters().streamNotExists().run(waiting());
        System.out.println("deleted");
        kinesis.shutdown();
    }

    private WaiterParameters<DescribeStreamRequest> waiting() {
        return new WaiterParameters<>(new DescribeStreamRequest().withStreamName(stream));
    }

    private TreeSet<String> listed() {
        var names = new TreeSet<String>();
        var page = kinesis.listStreams(new ListStreamsRequest().withLimit(1));
        names.addAll(page.getStreamNames());
        while (page.getHasMoreStreams()) {
            page = kinesis.listStreams(new ListStreamsRequest()
                    .withLimit(1)
                    .withExclusiveStartStreamName(page.getStreamNames().getLast()));
            names.addAll(page.getStreamNames());
        }
        return names;
    }

    private GetShardIteratorRequest iterator(String shard, String type) {
        return new GetShardIteratorRequest()
                .withStreamName(stream)
                .withShardId(shard)
                .withShardIteratorType(type);
    }

    private List<Record> records(GetShardIteratorRequest from) {
        var iterator = kinesis.getShardIterator(from).getShardIterator();
        var records = new ArrayList<Record>();
        var page = kinesis.getRecords(
                new GetRecordsRequest().withShardIterator(iterator).withLimit(4));
        while (!page.getRecords().isEmpty()) {
            records.addAll(page.getRecords());
            page = kinesis.getRecords(new GetRecordsRequest().withShardIterator(page.getNextShardIterator()));
        }
        return records;
    }

    private String read(GetShardIteratorRequest from) {
        var text = new StringBuilder();
        for (var record : records(from)) text.append(StandardCharsets.UTF_8.decode(record.getData()));
        return text.toString();
    }

    private List<String> children() {
        return kinesis.listShards(new ListShardsRequest().withStreamName(stream)).getShards().stream()
                .filter(shard -> shard.getParentShardId() != null)
                .map(Shard::getShardId)
                .toList();
    }

    /// Prints what a call answers, or how it is refused.
    private static void answer(String what, Supplier<?> call) {
        try {
            System.out.println(what + " " + call.get());
        } catch (AmazonKinesisException e) {
            System.out.println(what + " " + e.getStatusCode() + " " + e.getErrorCode());
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
