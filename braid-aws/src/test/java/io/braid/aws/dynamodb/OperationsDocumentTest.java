package io.braid.aws.dynamodb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.braid.broker.Broker;
import io.braid.broker.BrokerConfig;
import io.braid.log.Log;
import io.braid.log.LogConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `docs/dynamodb.md` lists exactly the operations that are served; `-Drewrite` writes the list down.
class OperationsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/dynamodb.md");
    private static final Pattern LIST =
            Pattern.compile("(?<=<!-- operations -->\n).*(?=<!-- /operations -->)", Pattern.DOTALL);

    @Test
    void theDocumentListsWhatIsServed(@TempDir Path directory) throws IOException {
        var text = Files.readString(DOCUMENT);
        var served = names(directory).stream()
                .map(name -> "- [%1$s](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_%1$s.html)\n"
                        .formatted(name))
                .collect(Collectors.joining());
        if (System.getProperty("rewrite") != null) {
            text = LIST.matcher(text).replaceFirst(served);
            Files.writeString(DOCUMENT, text);
        }
        var listed = LIST.matcher(text);

        assertTrue(listed.find(), "the document has its list");
        assertEquals(served, listed.group(), "run with -Drewrite and read the diff");
    }

    private static Set<String> names(Path directory) throws IOException {
        try (var log = Log.open(new LogConfig(directory), () -> Instant.EPOCH);
                var broker = Broker.open(log, BrokerConfig.DEFAULT, () -> Instant.EPOCH, new Random(1))) {
            return new DynamoDb(broker, () -> Instant.EPOCH, "000000000000").names();
        }
    }
}
