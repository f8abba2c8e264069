import java.io.PrintStream;
import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.exceptions.InvalidStateException;
import software.amazon.kinesis.exceptions.ShutdownException;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.MetricsLevel;
import software.amazon.kinesis.processor.RecordProcessorCheckpointer;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.RetrievalSpecificConfig;
import software.amazon.kinesis.retrieval.fanout.FanOutConfig;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/// One worker of an application of the Kinesis Client Library, all of whose endpoints are one address. It prints
/// each record before it checkpoints it, and ends in order at the end of its standard input.
///
///     java -cp ... Worker.java URL STREAM APPLICATION WORKER polling|fan-out
class Worker {
    private static final PrintStream OUT = System.out;

    public static void main(String[] args) throws Exception {
        var endpoint = URI.create(args[0]);
        var stream = args[1];
        var application = args[2];
        var kinesis = at(endpoint, KinesisAsyncClient.builder()).build();
        var dynamoDb = at(endpoint, DynamoDbAsyncClient.builder()).build();
        var cloudWatch = at(endpoint, CloudWatchAsyncClient.builder()).build();
        var tracker = new SingleStreamTracker(
                stream, InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        var configs = new ConfigsBuilder(tracker, application, kinesis, dynamoDb, cloudWatch, args[3], Printing::new);
        RetrievalSpecificConfig retrieval = switch (args[4]) {
            case "polling" -> new PollingConfig(stream, kinesis).idleTimeBetweenReadsInMillis(200);
            case "fan-out" -> new FanOutConfig(kinesis).streamName(stream).applicationName(application);
            default -> throw new IllegalArgumentException(args[4]);
        };
        var leases = configs.leaseManagementConfig()
                .failoverTimeMillis(2000)
                .shardSyncIntervalMillis(1000)
                .leaseAssignmentIntervalMillis(1000L)
                .leasesRecoveryAuditorExecutionFrequencyMillis(1000)
                .leasesRecoveryAuditorInconsistencyConfidenceThreshold(1)
                .dynamoDbLockBasedLeaderLeaseDurationInMillis(3000)
                .dynamoDbLockBasedLeaderHeartbeatPeriodInMillis(1000)
                .workerUtilizationAwareAssignmentConfig(configs.leaseManagementConfig()
                        .workerUtilizationAwareAssignmentConfig()
                        .disableWorkerMetrics(true)
                        .workerMetricsReporterFreqInMillis(1000));
        var scheduler = new Scheduler(
                configs.checkpointConfig(),
                configs.coordinatorConfig()
                        .parentShardPollIntervalMillis(500)
                        .shardConsumerDispatchPollIntervalMillis(200)
                        .schedulerInitializationBackoffTimeMillis(500),
                leases,
                configs.lifecycleConfig(),
                configs.metricsConfig().metricsLevel(MetricsLevel.NONE),
                configs.processorConfig(),
                configs.retrievalConfig().retrievalSpecificConfig(retrieval));
        Thread.ofPlatform().daemon().start(scheduler);
        while (System.in.read() >= 0) {}
        scheduler.startGracefulShutdown().get(30, java.util.concurrent.TimeUnit.SECONDS);
        System.exit(0);
    }

    private static <B extends AwsClientBuilder<B, C>, C> B at(URI endpoint, B builder) {
        return builder.endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any")));
    }

    private static void print(String line) {
        synchronized (OUT) {
            OUT.println(line);
            OUT.flush();
        }
    }

    private static final class Printing implements ShardRecordProcessor {
        private String shard;

        @Override
        public void initialize(InitializationInput input) {
            shard = input.shardId();
            print("begins %s %s".formatted(shard, input.extendedSequenceNumber().sequenceNumber()));
        }

        @Override
        public void processRecords(ProcessRecordsInput input) {
            for (var record : input.records()) {
                var data = new byte[record.data().remaining()];
                record.data().get(data);
                print("record %s %s".formatted(shard, new String(data, java.nio.charset.StandardCharsets.UTF_8)));
            }
            if (!input.records().isEmpty()) checkpoint(input.checkpointer());
        }

        @Override
        public void leaseLost(LeaseLostInput input) {
            print("lost " + shard);
        }

        @Override
        public void shardEnded(ShardEndedInput input) {
            checkpoint(input.checkpointer());
            print("ended " + shard);
        }

        @Override
        public void shutdownRequested(ShutdownRequestedInput input) {
            checkpoint(input.checkpointer());
        }

        /// Who has lost the lease meanwhile leaves the checkpoint to its successor.
        private static void checkpoint(RecordProcessorCheckpointer checkpointer) {
            try {
                checkpointer.checkpoint();
            } catch (ShutdownException _) {
                print("late");
            } catch (InvalidStateException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
