package io.braid.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Conversations with the real port, word for word. In a transcript
///
///     # is a comment, and stays
///     > Operation {"a":"request"}     is sent; ${ShardIterator} stands for the value last answered under that name
///     < 200 {"the":"answer"}          must come back; opaque tokens show as <ShardIterator>
///     ! pass PT5M | ! grow NAME COUNT | ! restart | ! limits none|amazon PT30S (the life-cycle delay)
///
/// `mvn test -Drewrite` writes down what really comes back: read the diff.
class TranscriptTest {
    private static final Path TRANSCRIPTS = Path.of("src/test/resources/transcripts");
    private static final Pattern OPAQUE =
            Pattern.compile("\"(ShardIterator|NextShardIterator|NextToken)\":\"([^\"]*)\"");
    private static final Pattern REMEMBERED = Pattern.compile(
            "\"(ShardIterator|NextShardIterator|NextToken|SequenceNumber|StartingSequenceNumber|ChannelARN)\":\"([^\"]*)\"");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");

    private final Map<String, String> remembered = new HashMap<>();

    static Stream<Path> transcripts() throws IOException {
        return Files.list(TRANSCRIPTS).sorted();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("transcripts")
    void theConversationIsAsWrittenDown(Path file, @TempDir Path directory) throws Exception {
        var expected = Files.readString(file, UTF_8);
        var actual = new StringBuilder();
        try (var server = new TestServer(directory)) {
            for (String line : expected.split("\n")) {
                if (line.startsWith("<")) continue;
                actual.append(line).append('\n');
                if (line.startsWith("! ")) act(server, line.split(" "));
                if (line.startsWith("> ")) actual.append(answer(server, line)).append('\n');
            }
        }
        if (System.getProperty("rewrite") != null) Files.writeString(file, actual, UTF_8);

        assertEquals(System.getProperty("rewrite") != null ? actual.toString() : expected, actual.toString());
    }

    private static void act(TestServer server, String[] words) throws IOException {
        switch (words[1]) {
            case "pass" -> server.pass(Duration.parse(words[2]));
            case "grow" -> server.broker().grow(words[2], Integer.parseInt(words[3]));
            case "restart" -> server.restart();
            case "limits" -> {
                var limits = AwsConfig.Limits.valueOf(words[2].toUpperCase(Locale.ROOT));
                server.restart(new AwsConfig.KinesisConfig(limits, Duration.parse(words[3]), Optional.empty()));
            }
            default -> throw new IllegalArgumentException(String.join(" ", words));
        }
    }

    private String answer(TestServer server, String line) throws Exception {
        var parts = line.split(" ", 3);
        var json = VARIABLE.matcher(parts.length > 2 ? parts[2] : "")
                .replaceAll(match -> Matcher.quoteReplacement(remembered.get(match.group(1))));
        var response = server.call(parts[1], json);
        REMEMBERED.matcher(response.body()).results().forEach(match -> remembered.put(match.group(1), match.group(2)));
        var shown = OPAQUE.matcher(response.body()).replaceAll("\"$1\":\"<$1>\"");
        return ("< " + response.statusCode() + " " + shown).stripTrailing();
    }
}
