package io.braid.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.Record;

/// The Kinesis Producer Library, unchanged: a daemon in C++ that its Java part starts. It speaks TLS only, and
/// puts many records of its users into one of the stream.
final class Kpl {
    private static final Duration RUN_MAX = Duration.ofSeconds(90);
    private static final byte[] MAGIC = {(byte) 0xf3, (byte) 0x89, (byte) 0x9a, (byte) 0xc2};

    private Kpl() {}

    /// Whether its daemon runs here: there are others in its jar, which nobody has tried.
    static boolean runs() {
        return System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64");
    }

    /// Puts so many records, each of which is its own key: `prefix`, and its number from 0.
    static void put(RunningServer server, String stream, String prefix, int count) throws IOException {
        // One directory for all runs: the daemon has 89 MB, and the library looks whether it is there already.
        var temp = Files.createDirectories(Jvm.target().resolve("kpl"));
        var command = new ArrayList<>(ClientProcess.jvm());
        command.addAll(List.of("-cp", Recipes.classPath("kpl"), Recipes.program("kpl/Producer")));
        command.add(Integer.toString(server.secureEndpoint().getPort()));
        command.addAll(List.of(trusted(server), temp.toString(), stream, prefix, Integer.toString(count)));

        var run = Finished.run(command, "", RUN_MAX).successfully();

        assertEquals("put " + count, run.lines().getLast(), run::toString);
    }

    /// A directory in which the daemon's OpenSSL finds the server's certificate: its name there is a hash of its
    /// subject. Where no openssl says which, the certificate is not looked at.
    private static String trusted(RunningServer server) throws IOException {
        if (!Programs.exist("openssl")) return "-";
        var certificate = server.certificate().pem();
        var command = List.of("openssl", "x509", "-hash", "-noout", "-in", certificate.toString());
        var hash = Finished.run(command, "", RUN_MAX).successfully().lines().getFirst();
        var directory = Files.createTempDirectory(Jvm.target(), "trust-");
        Files.copy(certificate, directory.resolve(hash + ".0"));
        return directory.toString();
    }

    /// Whether a record of a stream holds those of the library's users, in its own format.
    static boolean isAggregated(Record record) {
        var data = record.data().asByteArrayUnsafe();
        return data.length > MAGIC.length && java.util.Arrays.equals(data, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    }
}
