package io.braid.aws.kinesis;

import io.braid.aws.wire.Call;
import io.braid.aws.wire.Name;
import io.braid.aws.wire.WireWriter;
import java.util.List;
import java.util.Optional;

/// How channels are written in answers.
final class ChannelAnswers {
    private static final Name BUCKET_ARN = new Name("BucketARN");
    private static final Name CHANNEL_ARN = new Name("ChannelARN");
    private static final Name CHANNEL_CREATION_TIMESTAMP = new Name("ChannelCreationTimestamp");
    private static final Name CHANNEL_DESCRIPTION = new Name("ChannelDescription");
    private static final Name CHANNEL_DESTINATION_TYPE = new Name("ChannelDestinationType");
    private static final Name CHANNEL_ID = new Name("ChannelId");
    private static final Name CHANNEL_NAME = new Name("ChannelName");
    private static final Name CHANNEL_STATUS = new Name("ChannelStatus");
    private static final Name CHANNEL_STATUS_REASON = new Name("ChannelStatusReason");
    private static final Name CHANNEL_SUMMARIES = new Name("ChannelSummaries");
    private static final Name CLOUD_WATCH_LOGS = new Name("CloudWatchLogs");
    private static final Name COMPRESSION_TYPE = new Name("CompressionType");
    private static final Name DATA_FRESHNESS = new Name("DataFreshnessInSeconds");
    private static final Name DEAD_LETTER_QUEUE = new Name("DeadLetterQueueS3Configuration");
    private static final Name ENABLED = new Name("Enabled");
    private static final Name ENCRYPTION_CONFIGURATION = new Name("EncryptionConfiguration");
    private static final Name ERROR_OUTPUT_PREFIX = new Name("ErrorOutputPrefix");
    private static final Name EXPECTED_BUCKET_OWNER = new Name("ExpectedBucketOwner");
    private static final Name GSR_SCHEMA_ARN = new Name("GSRSchemaARN");
    private static final Name LOGGING_CONFIGURATION = new Name("LoggingConfiguration");
    private static final Name LOG_GROUP_NAME = new Name("LogGroupName");
    private static final Name LOG_STREAM_NAME = new Name("LogStreamName");
    private static final Name OUTPUT_KEY_TEMPLATE = new Name("OutputKeyTemplate");
    private static final Name RECORD_CONFIGURATION = new Name("RecordConfiguration");
    private static final Name RECORD_FORMAT_TYPE = new Name("RecordFormatType");
    private static final Name ROLE_ARN = new Name("ServiceExecutionRoleARN");
    private static final Name S3_DESTINATION = new Name("S3DestinationConfiguration");
    private static final Name STORAGE_CLASS = new Name("StorageClass");
    private static final Name STORAGE_CONFIGURATION = new Name("StorageConfiguration");
    private static final Name STREAMS = new Name("Streams");
    private static final Name STREAM_CONFIGURATION_LIST = new Name("StreamConfigurationList");

    private final Lookup lookup;
    private final Channels channels;

    ChannelAnswers(Lookup lookup, Channels channels) {
        this.lookup = lookup;
        this.channels = channels;
    }

    /// The whole answer of the operations on one channel.
    void description(Call call, StoredChannel channel, String status) {
        var answer = call.answer().startMap().field(CHANNEL_DESCRIPTION).startMap();
        identity(call, answer, channel, status);
        answer.field(ROLE_ARN).text(channel.field(StoredChannel.ROLE));
        answer.field(STREAM_CONFIGURATION_LIST).startList();
        stream(call, answer.startMap(), channel).field(RECORD_CONFIGURATION).startMap();
        answer.field(RECORD_FORMAT_TYPE).text(channel.field(StoredChannel.FORMAT));
        text(answer, GSR_SCHEMA_ARN, channel, StoredChannel.SCHEMA);
        answer.endMap().endMap().endList();
        destination(answer, channel);
        channel.text(StoredChannel.KEY_ID)
                .ifPresent(key -> answer.field(ENCRYPTION_CONFIGURATION)
                        .startMap()
                        .field(Names.ENCRYPTION_TYPE)
                        .text(Description.KMS)
                        .field(Names.KEY_ID)
                        .text(key)
                        .endMap());
        answer.field(LOGGING_CONFIGURATION).startMap().field(CLOUD_WATCH_LOGS).startMap();
        answer.field(ENABLED).flag(Boolean.parseBoolean(channel.field(StoredChannel.LOGS)));
        text(answer, LOG_GROUP_NAME, channel, StoredChannel.LOG_GROUP);
        text(answer, LOG_STREAM_NAME, channel, StoredChannel.LOG_STREAM);
        answer.endMap().endMap().endMap().endMap();
    }

    private void destination(WireWriter answer, StoredChannel channel) {
        answer.field(S3_DESTINATION).startMap();
        answer.field(DATA_FRESHNESS).number(Long.parseLong(channel.field(StoredChannel.FRESHNESS)));
        answer.field(DEAD_LETTER_QUEUE).startMap();
        text(answer, BUCKET_ARN, channel, StoredChannel.DEAD_BUCKET);
        text(answer, EXPECTED_BUCKET_OWNER, channel, StoredChannel.DEAD_OWNER);
        text(answer, ERROR_OUTPUT_PREFIX, channel, StoredChannel.DEAD_PREFIX);
        answer.endMap().field(STORAGE_CONFIGURATION).startMap();
        text(answer, BUCKET_ARN, channel, StoredChannel.BUCKET);
        text(answer, EXPECTED_BUCKET_OWNER, channel, StoredChannel.OWNER);
        text(answer, OUTPUT_KEY_TEMPLATE, channel, StoredChannel.TEMPLATE);
        text(answer, STORAGE_CLASS, channel, StoredChannel.STORAGE_CLASS);
        text(answer, COMPRESSION_TYPE, channel, StoredChannel.COMPRESSION);
        answer.endMap().endMap();
    }

    private static void text(WireWriter answer, Name name, StoredChannel channel, String field) {
        channel.text(field).ifPresent(text -> answer.field(name).text(text));
    }

    /// A page of a list.
    void summaries(Call call, List<StoredChannel> page, Optional<String> nextToken) {
        var answer = call.answer().startMap().field(CHANNEL_SUMMARIES).startList();
        for (var channel : page) {
            identity(call, answer.startMap(), channel, "ACTIVE");
            answer.field(CHANNEL_DESTINATION_TYPE).text("S3").field(STREAMS).startList();
            stream(call, answer.startMap(), channel).endMap().endList().endMap();
        }
        answer.endList();
        nextToken.ifPresent(token -> answer.field(Names.NEXT_TOKEN).text(token));
        answer.endMap();
    }

    private void identity(Call call, WireWriter answer, StoredChannel channel, String status) {
        answer.field(CHANNEL_NAME)
                .text(channel.name())
                .field(CHANNEL_ARN)
                .text(lookup.channelArn(call, channel))
                .field(CHANNEL_ID)
                .text(channel.id())
                .field(CHANNEL_STATUS)
                .text(status);
        channels.trouble(channel)
                .ifPresent(why -> answer.field(CHANNEL_STATUS_REASON).text("Delivery is tried again: " + why));
        answer.field(CHANNEL_CREATION_TIMESTAMP).moment(channel.created().toEpochMilli());
    }

    private WireWriter stream(Call call, WireWriter answer, StoredChannel channel) {
        return answer.field(Names.STREAM_ARN)
                .text(lookup.arn(call, channel.stream()))
                .field(Names.STREAM_CREATION_TIMESTAMP)
                .moment(channel.stream().created().toEpochMilli());
    }
}
