package io.braid.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Iterators are this server's own, or that of those who share its secret, for five minutes and
/// over restarts.
class IteratorSecretTest {
    private static final String SECRET = "correct horse battery staple";
    private static final AwsConfig.KinesisConfig SHARED =
            new AwsConfig.KinesisConfig(AwsConfig.Limits.NONE, Duration.ZERO, Optional.of(SECRET));
    private static final String INVALID =
            "{\"__type\":\"InvalidArgumentException\",\"message\":\"Invalid ShardIterator.\"}";

    private TestServer server;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        server = new TestServer(directory);
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private String iterator() throws Exception {
        return server.call(
                        "GetShardIterator",
                        "{\"StreamName\":\"s\",\"ShardId\":\"0\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
                .body()
                .split("\"")[3];
    }

    private String get(String iterator) throws Exception {
        return server.call("GetRecords", "{\"ShardIterator\":\"" + iterator + "\"}")
                .body();
    }

    private void assertTaken(String iterator) throws Exception {
        var answer = get(iterator);
        assertTrue(answer.startsWith("{\"Records\":["), answer);
    }

    private Map<String, String> kept() {
        return server.broker().attributes().of("kinesis tokens");
    }

    @Test
    void anIteratorOutlivesARestart() throws Exception {
        var iterator = iterator();

        server.restart();

        assertTaken(iterator);
    }

    @Test
    void oneBitChangedMakesItInvalid() throws Exception {
        var iterator = iterator();
        var bytes = Base64.getDecoder().decode(iterator);
        assertTaken(iterator);

        for (int i = 0; i < bytes.length; i += 7) {
            bytes[i] ^= 1;
            assertEquals(INVALID, get(Base64.getEncoder().encodeToString(bytes)), "byte " + i);
            bytes[i] ^= 1;
        }
    }

    @Test
    void theSecretIsMadeOnceWhenItIsFirstNeeded() throws Exception {
        assertEquals(Map.of(), kept());
        iterator();
        var made = kept();
        assertEquals(32, Base64.getDecoder().decode(made.get("kinesis.token-secret")).length);

        iterator();
        server.restart();
        iterator();

        assertEquals(made, kept());
    }

    @Test
    void everyServerMakesAnotherEvenOfTheSameChance(@TempDir Path elsewhere) throws Exception {
        iterator();
        var first = kept();
        server.close();
        server = new TestServer(elsewhere); // with the same generator of random numbers
        server.call("CreateStream", "{\"StreamName\":\"s\",\"ShardCount\":1}");
        iterator();

        assertNotEquals(first, kept());
    }

    @Test
    void serversWithOneSecretTakeEachOthersAndOthersDoNot() throws Exception {
        var own = iterator();

        server.restart(SHARED);

        assertEquals(INVALID, get(own));
        var shared = iterator();
        server.restart(AwsConfig.KinesisConfig.DEFAULT);
        assertEquals(INVALID, get(shared));
        assertTaken(own);
        server.restart(SHARED);
        assertTaken(shared);
    }

    @Test
    void aSecretThatIsSetIsNotKeptAndNotShown() throws Exception {
        server.restart(SHARED);
        iterator();

        assertEquals(Map.of(), kept());
        assertFalse(AwsConfig.DEFAULT.withKinesis(SHARED).toString().contains(SECRET));
    }
}
