package io.braid.server;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class SettingsTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "settings.md");

    @Test
    void everyDefaultIsAValueOfItsKind() {
        for (var setting : Settings.all()) {
            assertDoesNotThrow(() -> setting.kind().parser().apply(setting.standard()), setting.key());
        }
    }

    @Test
    void noTwoSettingsShareAKeyOrAVariable() {
        var names = new HashSet<String>();
        for (var setting : Settings.all()) {
            names.add(setting.key());
            names.add(setting.variable());
        }

        assertEquals(2 * Settings.all().size(), names.size());
    }

    @Test
    void theDocumentIsTheTable() throws IOException {
        if (System.getProperty("rewrite") != null) Files.writeString(DOCUMENT, document());

        assertEquals(document(), Files.readString(DOCUMENT), "run with -Drewrite and read the diff");
    }

    private static String document() {
        var text = new StringBuilder("""
            # Settings

            One YAML file (`./braid server --config FILE`, or the variable `BRAID_CONFIG`), replaced by `BRAID_*`
            variables, replaced by flags (`--set KEY=VALUE`; `--data`, `--kafka`, `--http` and `--http-tls` are short
            for the settings `data`, `kafka.listen`, `http.listen` and `http.tls.mode`). In a file, `kafka.listen:
            ...` and a map `kafka:` with `listen: ...` inside mean the same. The variable of a setting is its name in
            capitals with `_` for `.` and `-`: `BRAID_KAFKA_LISTEN`. A name that does not exist is refused, and so is
            a value that makes no sense; all mistakes are named at once. Sizes are written with a unit (`64MiB`), so
            are durations (`30s`).

            The settings that begin with `stream.` are the defaults of all streams; a stream may have its own (Kafka's
            topic configuration). Kafka's own names for such defaults and for some other settings, at the end, are
            understood, too. The settings that begin with `group.`, `share.`, `errors.` or `offset` are Kafka's
            settings of groups, those with `transaction` in them Kafka's settings of transactions, those with
            `telemetry.` Kafka's settings of metrics that clients push.

            Settings with a name in the fourth column can be changed under that name while the server runs, as Kafka's
            settings of a broker (`kafka-configs.sh --entity-type brokers`, with `--entity-name` and the number of the
            node, or with `--entity-default` for every node). Such a change is kept and outlives a restart; it goes
            before what the file, the variables and the flags say, until it is taken back (`--delete-config`).

            | setting | default | type | changed as | meaning |
            |---|---|---|---|---|
            """);
        for (var setting : Settings.all()) {
            text.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(
                            setting.key(),
                            setting.standard().isEmpty() ? "" : "`" + setting.standard() + "`",
                            setting.kind().name(),
                            LiveNames.of(setting).map("`%s`"::formatted).orElse(""),
                            setting.doc()));
        }
        return text.toString();
    }
}
