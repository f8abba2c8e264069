package io.braid.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `braid log …`, in a process of its own.
final class LogTool {
    private LogTool() {}

    /// @param word `verify` or `dump`
    static Finished run(String word, Path data, String... more) throws IOException {
        var command = new ArrayList<>(List.of(Jvm.java()));
        command.addAll(Jvm.launcherFlags());
        command.addAll(List.of(
                "-cp",
                Files.readString(Jvm.target().resolve("server.classpath")).strip()));
        command.addAll(List.of("io.braid.server.Main", "log", word, data.toString()));
        command.addAll(List.of(more));
        return Finished.run(command, "", RunningServer.START_MAX);
    }
}
