package io.braid.bench.process;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Braid as users start it: `./braid server`, a data directory of its own, both listeners on free ports.
public final class Braid implements Server.ForKafka, Server.ForKinesis {
    private static final Pattern READY = Pattern.compile("ready kafka=(\\S+) http=(\\S+):(\\d+) .*");
    private static final Duration READY_MAX = Duration.ofMinutes(10); // the launcher builds on first use

    private final Child child;
    private final Path data;
    private final String bootstrap;
    private final InetSocketAddress http;

    private Braid(Child child, Path data, Matcher ready) {
        this.child = child;
        this.data = data;
        this.bootstrap = ready.group(1);
        this.http = new InetSocketAddress(ready.group(2), Integer.parseInt(ready.group(3)));
    }

    /// Starts a server on a directory of its own and waits until it says that it is ready.
    ///
    /// @param launcher  what comes before `server` on the command line
    /// @param settings  `key=value` for `--set`
    public static Braid start(Workplace workplace, List<String> launcher, List<String> settings)
            throws IOException, InterruptedException {
        return start(workplace, launcher, workplace.fresh("braid"), settings);
    }

    /// The same on a directory that a server before it may have left.
    public static Braid start(Workplace workplace, List<String> launcher, Path data, List<String> settings)
            throws IOException, InterruptedException {
        var command = new ArrayList<>(launcher);
        command.addAll(List.of("server", "--data", data.toString(), "--kafka", "127.0.0.1:0", "--http", "127.0.0.1:0"));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        var child = workplace.start("braid", command);
        var line = child.awaitLine("ready ", READY_MAX);
        var ready = READY.matcher(line);
        if (!ready.matches()) {
            throw new IOException("expected the line \"ready kafka=HOST:PORT http=HOST:PORT ...\", found: " + line);
        }
        return new Braid(child, data, ready);
    }

    @Override
    public String name() {
        return "braid";
    }

    @Override
    public String bootstrap() {
        return bootstrap;
    }

    @Override
    public InetSocketAddress http() {
        return http;
    }

    @Override
    public Path data() {
        return data;
    }

    /// Stops it as an operator does (SIGTERM).
    ///
    /// @throws IOException it took longer than the limit
    public void stop(Duration limit) throws IOException, InterruptedException {
        child.stop(limit);
    }

    /// Ends it as a crash would (SIGKILL).
    public void kill() throws IOException, InterruptedException {
        child.kill();
    }

    @Override
    public Usage usage() throws IOException {
        return child.usage();
    }

    @Override
    public void close() {
        child.close();
    }
}
