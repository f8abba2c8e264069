import com.google.common.util.concurrent.ListenableFuture;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.kinesis.producer.KinesisProducer;
import software.amazon.kinesis.producer.KinesisProducerConfiguration;
import software.amazon.kinesis.producer.UserRecordResult;

/// Puts records with the Kinesis Producer Library, which speaks TLS only: each its own key, and says how many
/// of them were put.
///
///     java -cp ... Producer.java PORT CA-DIRECTORY TEMP STREAM PREFIX COUNT
///
/// Without a directory of trusted certificates, `-`, the server's is not looked at.
class Producer {
    public static void main(String[] args) throws Exception {
        long port = Long.parseLong(args[0]);
        var credentials = StaticCredentialsProvider.create(AwsBasicCredentials.create("any", "any"));
        var config = new KinesisProducerConfiguration()
                .setKinesisEndpoint("localhost")
                .setKinesisPort(port)
                .setCloudwatchEndpoint("localhost")
                .setCloudwatchPort(port)
                .setStsEndpoint("localhost")
                .setStsPort(port)
                .setRegion("us-east-1")
                .setCredentialsProvider(credentials)
                .setTempDirectory(args[2])
                .setRecordMaxBufferedTime(500)
                .setRecordTtl(60_000)
                .setLogLevel("warning");
        if (args[1].equals("-")) config.setVerifyCertificate(false);
        else config.setCaCertPath(args[1]);
        var producer = new KinesisProducer(config);
        var puts = new ArrayList<ListenableFuture<UserRecordResult>>();
        int count = Integer.parseInt(args[5]);
        for (int i = 0; i < count; i++) {
            var text = args[4] + i;
            var data = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            puts.add(producer.addUserRecord(args[3], text, data));
            // As long as the daemon does not know the stream's shards it puts each record by itself.
            if (i == 0 || i == count / 2) producer.flushSync();
        }
        producer.flushSync();
        int done = 0;
        for (var put : puts) if (put.get().isSuccessful()) done++;
        System.out.println("put " + done);
        producer.destroy();
        System.exit(0);
    }
}
