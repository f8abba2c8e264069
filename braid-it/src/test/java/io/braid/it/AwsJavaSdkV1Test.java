package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The AWS SDK for Java v1, as Kinesis Agent and old applications have it: CBOR over HTTP, as it does by
/// itself, then JSON over TLS. The program prints a line per thing that it has seen to work.
@ExtendWith(OneServer.class)
class AwsJavaSdkV1Test {
    private static final Duration RUN_MAX = Duration.ofSeconds(90);
    private static final List<String> SEEN = List.of(
            "created and active",
            "listed true",
            "put 1 and 9, failed 0",
            "TRIM_HORIZON 0123456789",
            "AT_SEQUENCE_NUMBER 3456789",
            "AFTER_SEQUENCE_NUMBER 456789",
            "AT_TIMESTAMP %s",
            "LATEST ",
            "a record's key key, number true, in time true",
            "ACTIVE with 2 shards",
            "children [shardId-000000000002, shardId-000000000003]",
            "a missing stream 400 ResourceNotFoundException",
            "a wrong number 400 InvalidArgumentException",
            "deleted");

    @Test
    void itDoesInBothEncodingsWhatItsUsersDo(RunningServer server) throws Exception {
        var command = new ArrayList<>(ClientProcess.jvm());
        command.addAll(server.certificate().jvmFlags());
        command.addAll(List.of("-cp", Recipes.classPath("sdk-v1"), Recipes.program("sdk-v1/Sdk")));
        command.add(server.endpoint().toString());
        command.add(server.secureEndpoint().toString());
        command.add(Names.fresh("aws-java-v1"));

        var run = Finished.run(command, "", RUN_MAX).successfully();

        var expected = new ArrayList<String>();
        var atTimestamp = Map.of("CBOR", "0123456789", "JSON", "400 InvalidArgumentException");
        for (var encoding : List.of("CBOR", "JSON")) {
            expected.add(encoding);
            SEEN.forEach(line -> expected.add(line.formatted(atTimestamp.get(encoding))));
        }
        assertEquals(expected, run.lines());
    }
}
